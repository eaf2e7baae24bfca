# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of two people at the ship desk runs inside Odoo, in processes of its own."""

import json
import os
import signal
from unittest.mock import patch

BAD = 3  # the delivery with the blocked lot


def set_up(env, orders):
    """Deliveries that are ready, one of them with a blocked lot."""
    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    goods = env["product.product"].create(
        {"name": "Goods", "is_storable": True, "tracking": "lot", "weight": 0.3}
    )
    lots = env["stock.lot"].create([{"name": n, "product_id": goods.id} for n in ("GOOD", "BAD")])
    for lot in lots:
        env["stock.quant"]._update_available_quantity(goods, stock.lot_stock_id, 1000, lot_id=lot)
    address = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
    customer = env["res.partner"].create(
        {"name": "Customer", "country_id": env.ref("base.de").id, **address}
    )
    values = {"partner_id": customer.id, "warehouse_id": stock.id}
    lines = [(0, 0, {"product_id": goods.id, "product_uom_qty": 2})]
    orders = env["sale.order"].create(
        [
            {**values, "client_order_ref": f"SHIP-{number}", "order_line": lines}
            for number in range(int(orders))
        ]
    )
    orders.action_confirm()
    pickings = orders.picking_ids
    pickings.move_line_ids.lot_id = lots[0]
    pickings[BAD].move_line_ids.lot_id = lots[1]
    lots[1].write({"is_blocked": True, "block_reason": "Metal found"})
    print(len(pickings.filtered(lambda picking: picking.state == "assigned")))


def _pickings(env):
    domain = [("sale_id.client_order_ref", "=like", "SHIP-%")]
    return env["stock.picking"].search(domain, order="id")


def ship(env):
    """What the button does, tried again after a conflict as the web server does it."""
    from odoo.service.model import retrying

    def work():
        run = env["stock.ship.run"]._start(_pickings(env), "ship")
        return json.dumps([[line.problem or "", line.state] for line in run.line_ids])

    print(retrying(work, env))


def die(env):
    """A process that dies when its set is done and before it is committed."""
    run = env["stock.ship.run"].create(
        {
            "kind": "ship",
            "line_ids": [(0, 0, {"picking_id": picking.id}) for picking in _pickings(env)],
        }
    )
    env.cr.commit()  # the press of the button was a transaction of its own
    with patch("odoo.addons.order_fulfilment.models.stock_ship_run.SHIPPED_TOGETHER", 4):
        run._job_ship()
        env.flush_all()
        os.kill(os.getpid(), signal.SIGKILL)


def go_on(env):
    """The job, run again."""
    run = env["stock.ship.run"].search([], order="id desc", limit=1)
    while run.waiting_count:
        run._job_ship()
        env.flush_all()
        run.invalidate_recordset()
    print(json.dumps([run.done_count, run.failed_count]))


def collect(env):
    """Where the goods are."""
    pickings = _pickings(env)
    lines = pickings.move_line_ids
    facts = {
        "states": [picking.state for picking in pickings],
        "moved": sum(line.quantity for line in lines if line.state == "done"),
        "backorders": len(pickings.backorder_ids),
    }
    print(json.dumps(facts))
