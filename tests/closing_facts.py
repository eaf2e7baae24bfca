# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of closing a run while orders are saved runs inside Odoo, in processes."""

import json
import time

from tests.together import hold, wait_for_holder

ORDERS = 5
HELD = 6.0  # seconds one order is being saved
SAVING = 190042  # advisory lock held meanwhile


def set_up(env):
    """Five orders and a run that serves them, ready to be closed."""
    env["stock.warehouse"].search([], limit=1).out_type_id.reservation_method = "at_confirm"
    unit = env.ref("uom.product_uom_unit")
    wax, soap = env["product.product"].create(
        [{"name": name, "is_storable": True, "uom_id": unit.id} for name in ("Wax", "Soap")]
    )
    env["mrp.bom"].create(
        {
            "product_tmpl_id": soap.product_tmpl_id.id,
            "bom_line_ids": [(0, 0, {"product_id": wax.id, "product_qty": 1})],
        }
    )
    warehouse = env["stock.warehouse"].search([], limit=1)
    env["stock.quant"]._update_available_quantity(wax, warehouse.lot_stock_id, 100)
    partner = env["res.partner"].create(
        {
            "name": "Customer",
            "street": "Lindenweg 4",
            "zip": "79098",
            "city": "Freiburg",
            "country_id": env.ref("base.de").id,
        }
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [(0, 0, {"product_id": soap.id, "product_uom_qty": 1})],
            }
            for _number in range(ORDERS)
        ]
    )
    orders.action_confirm()
    run = env["mrp.production"].create({"product_id": soap.id, "product_qty": ORDERS})
    run.action_confirm()
    run.action_assign()
    env["mrp.production.allocation"].create(
        [
            {
                "production_id": run.id,
                "product_id": soap.id,
                "quantity": 1,
                "sale_line_id": order.order_line.id,
            }
            for order in orders
        ]
    )
    run.qty_producing = ORDERS
    run._set_qty_producing()
    run.move_raw_ids.picked = True
    env.cr.commit()
    print(json.dumps({"run": run.id, "order": orders[2].id}))


def save_order(env, order_id):
    """Save an order, slowly."""
    env["sale.order"].browse(int(order_id)).note = "saved while the run was closed"
    env.flush_all()
    hold(env, SAVING, HELD)
    env.cr.commit()


def close(env, run_id):
    """Close the run while the order is being saved: at the first try, without waiting."""
    run = env["mrp.production"].browse(int(run_id))
    wait_for_holder(env, SAVING)
    started = time.monotonic()
    run.with_context(skip_consumption=True, skip_backorder=True).button_mark_done()
    env.cr.commit()
    print(time.monotonic() - started)


def finish(env, run_id):
    """Do the jobs that follow, and tell how everything stands."""
    from odoo.addons.queue_job.job import Job

    jobs = env["queue.job"].search([("method_name", "=", "_job_serve")])
    for record in jobs:
        job = Job.load(env, record.uuid)
        job.perform()
    env.flush_all()
    run = env["mrp.production"].browse(int(run_id))
    orders = run.allocation_ids.order_id
    facts = {
        "jobs": len(jobs),
        "run": run.state,
        "reserved": orders.order_line.move_ids.mapped("quantity"),
        "status": orders.mapped("production_status"),
        "notes": sum("saved while" in str(order.note) for order in orders),
    }
    env.cr.commit()
    print(json.dumps(facts))
