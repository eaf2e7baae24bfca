# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of simultaneous promises run inside Odoo, in processes of their own."""

import json
from pathlib import Path

from tests.together import meet, until_done

STOCK = 10
WANTED = 8


def set_up(env, orders):
    """Goods for one order only, a kettle, and quotations that all want the same."""
    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    kettle = env["mrp.workcenter"].create({"name": "Kettle"})
    supplier = env["res.partner"].create({"name": "Supplier"})
    bought, made = env["product.product"].create(
        [{"name": name, "is_storable": True, "list_price": 1} for name in ("Bought", "Made")]
    )
    env["product.supplierinfo"].create(
        {"product_tmpl_id": bought.product_tmpl_id.id, "partner_id": supplier.id, "delay": 9}
    )
    env["mrp.bom"].create(
        {
            "product_tmpl_id": made.product_tmpl_id.id,
            "operation_ids": [
                (0, 0, {"name": "Cook", "workcenter_id": kettle.id, "time_cycle_manual": 10})
            ],
        }
    )
    env["stock.quant"]._update_available_quantity(bought, stock.lot_stock_id, STOCK)
    quotations = env["sale.order"].create(
        [
            {
                "partner_id": supplier.id,
                "warehouse_id": stock.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": WANTED})
                    for product in (bought, made)
                ],
            }
            for _number in range(int(orders))
        ]
    )
    env.cr.commit()
    print(json.dumps(quotations.ids))


def promise(env, order_id, workers, folder):
    """Promise one quotation at the same moment as the others, as the server does it."""
    order = env["sale.order"].browse(int(order_id))

    def run():
        order.read(["name"])  # from here on this transaction sees the database as it is now
        meet(Path(folder), order_id, int(workers))
        order.action_promise()

    print(until_done(env, run, 0))


def collect(env, order_ids):
    """What is held for each quotation."""
    orders = env["sale.order"].browse(int(number) for number in order_ids.split(","))
    holds = orders.order_line.capacity_hold_ids
    print(
        json.dumps(
            {
                "promised": len(orders.filtered("promise_date")),
                "held": sum(hold.quantity for hold in holds if hold.product_id),
                "spans": sorted(
                    (str(hold.date_from), str(hold.date_to)) for hold in holds if hold.workcenter_id
                ),
            }
        )
    )
