# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of simultaneous work at complaints does inside Odoo, in processes of their own."""

import json
import os
import signal
from pathlib import Path

from tests.together import meet

SHIPPED = 10.0
RETURNED = 4.0


def set_up(env):
    """Ten jars shipped and invoiced; four are back in quarantine, three are to be credited."""
    product = env["product.product"].create(
        {"name": "Jar", "is_storable": True, "tracking": "lot", "list_price": 5.0}
    )
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    lot = env["stock.lot"].create({"name": "J-1", "product_id": product.id})
    env["stock.quant"]._update_available_quantity(
        product, warehouse.lot_stock_id, SHIPPED, lot_id=lot
    )
    address = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
    customer = env["res.partner"].create(
        {"name": "Customer", "country_id": env.ref("base.de").id, **address}
    )
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": SHIPPED})],
        }
    )
    order.action_confirm()
    _do(order.picking_ids)
    order._create_invoices().action_post()
    back = _take(env, order, RETURNED, "examine")
    _do(back.reception_move_id.picking_id)
    credit = _take(env, order, 3.0, "credit")
    made = {"order": order.id, "back": back.id, "credit": credit.id}
    print(json.dumps(made))


def _do(picking):
    picking.action_assign()
    picking.move_ids.picked = True
    picking.with_context(skip_backorder=True, skip_expired=True).button_validate()
    assert picking.state == "done", picking.state


def _take(env, order, quantity, solution):
    wizard = env["order.complaint"].create(
        {
            "order_id": order.id,
            "reason_id": env.ref("order_returns.reason_quality").id,
            "operation_id": env.ref(f"order_returns.operation_{solution}").id,
        }
    )
    wizard.line_ids.quantity = quantity
    return env["rma"].browse(wizard.action_create()["res_id"])


def work(env, worker, workers, folder, order, back, credit):
    """Decide about all that came back, credit it, complain about all that is left: all at the
    same moment as the others, and again like the server where another one was in the way."""
    from odoo.exceptions import UserError, ValidationError
    from odoo.service.model import retrying

    order = env["sale.order"].browse(int(order))
    back, credit = env["rma"].browse(int(back)), env["rma"].browse(int(credit))
    left = SHIPPED - RETURNED - 3.0
    steps = (
        lambda: back._decide_goods("destroy", RETURNED, "broken"),
        lambda: credit.action_refund(),
        lambda: _take(env, order, left, "note"),
    )
    done = []
    for number, step in enumerate(steps):
        env.cr.rollback()
        order.order_line.mapped("qty_delivered")  # this transaction sees what is there now
        meet(Path(folder), worker, int(workers), number)
        try:
            retrying(step, env)
            done.append(number)
        except (UserError, ValidationError):
            env.cr.rollback()
    print(json.dumps(done))


def credit_killed(env, credit):
    """The worker ends between the credit note and what follows it."""
    credit = env["rma"].browse(int(credit))
    credit.action_refund()
    credit.refund_id.action_post()
    env.flush_all()
    os.kill(os.getpid(), signal.SIGKILL)


def collect(env, order, back, credit):
    """What is there at the end."""
    order = env["sale.order"].browse(int(order))
    back, credit = env["rma"].browse(int(back)), env["rma"].browse(int(credit))
    notes = env["account.move.line"].search([("rma_id", "=", credit.id)]).move_id
    print(
        json.dumps(
            {
                "decided": back.decision_ids.mapped("quantity"),
                "scrapped": env["stock.scrap"]
                .search([("origin", "=", back.name)])
                .mapped("scrap_qty"),
                "notes": len(notes),
                "credited": sum(notes.invoice_line_ids.mapped("quantity")),
                "complained": sum(order.rma_ids.mapped("product_uom_qty")),
            }
        )
    )
