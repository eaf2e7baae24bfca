"""Many orders through plan, pick and ship, beside core's own way: each delivery validated alone.

Both sides ship the same orders of two lines, one of them with a lot, by a carrier with a fixed
price. Core: ``button_validate`` of one delivery after the other, as people press it. Ours: plan in
one call, tick off the pick lists, ship as the jobs do it, 25 at a time. ORDERS sets the number.
The goal: at most half of core's queries an order, planning and picking included.
"""

import os
from datetime import timedelta
from types import SimpleNamespace

import _common

ORDERS = int(os.environ.get("ORDERS", "1000"))
BY_CORE = 100  # its queries grow evenly; more only take longer


def main(env) -> None:
    """Ship on both sides and print queries an order."""
    data = _prepare(env)
    for warm in (_by_core, _by_us):
        warm(_deliveries(env, data, 3))  # fills the caches that outlive a call
    _common.analyze(env)
    pickings = _deliveries(env, data, min(BY_CORE, ORDERS))
    core = _common.measure(env, lambda: _by_core(pickings))
    _common.show("core: validated one by one", core, len(pickings))

    pickings = _deliveries(env, data, ORDERS)
    planned = _common.measure(env, lambda: pickings._plan_batches(size=25))
    _common.show(f"ours: {len(planned.result)} batches planned", planned, ORDERS)
    picked = _common.measure(env, lambda: _pick(planned.result))
    _common.show("ours: pick lists ticked off", picked, ORDERS)
    shipped = _common.measure(env, lambda: _by_us(pickings))
    _common.show("ours: shipped", shipped, ORDERS)
    if set(pickings.mapped("state")) != {"done"}:
        raise SystemExit("Not all have left.")
    ours = (planned.queries + picked.queries + shipped.queries) / ORDERS
    theirs = core.queries / min(BY_CORE, ORDERS)
    print(
        f"core / ours: {theirs / ours:.1f} times the queries an order ({theirs:.1f} / {ours:.1f})"
    )


def _prepare(env):
    """Goods in stock, a customer, a carrier."""
    from odoo import fields

    stock = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    jar, candle = env["product.product"].create(
        [
            {"name": "Jar", "is_storable": True, "tracking": "lot", "use_expiration_date": True},
            {"name": "Candle", "is_storable": True},
        ]
    )
    lot = env["stock.lot"].create(
        {
            "name": "JAR",
            "product_id": jar.id,
            "expiration_date": fields.Datetime.now() + timedelta(days=300),
        }
    )
    update = env["stock.quant"]._update_available_quantity
    update(jar, stock.lot_stock_id, 10**6, lot_id=lot)
    update(candle, stock.lot_stock_id, 10**6)
    address = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
    customer = env["res.partner"].create(
        {"name": "Customer", "country_id": env.ref("base.de").id, **address}
    )
    product = env["product.product"].create({"name": "Parcel", "type": "service"})
    carrier = env["delivery.carrier"].create(
        {"name": "Parcel", "product_id": product.id, "delivery_type": "fixed"}
    )
    return SimpleNamespace(jar=jar, candle=candle, customer=customer, carrier=carrier, stock=stock)


def _deliveries(env, data, count):
    """Deliveries that are ready."""
    from odoo.fields import Command

    orders = env["sale.order"].create(
        [
            {
                "partner_id": data.customer.id,
                "warehouse_id": data.stock.id,
                "carrier_id": data.carrier.id,
                "order_line": [
                    Command.create({"product_id": data.jar.id, "product_uom_qty": 2}),
                    Command.create({"product_id": data.candle.id, "product_uom_qty": 1}),
                ],
            }
            for _number in range(count)
        ]
    )
    orders.action_confirm()
    pickings = orders.picking_ids
    pickings.carrier_id = data.carrier
    pickings.action_assign()
    return pickings.browse(pickings.ids)


def _by_core(pickings) -> None:
    for picking in pickings:
        picking.button_validate()


def _pick(batches) -> None:
    for batch in batches:
        batch._get_pick_rows().action_toggle_picked()


def _by_us(pickings) -> None:
    """What the jobs do, in one transaction."""
    from odoo.addons.order_fulfilment.models.stock_ship_run import SHIPPED_TOGETHER

    run = pickings.env["stock.ship.run"].create(
        {
            "kind": "ship",
            "line_ids": [(0, 0, {"picking_id": picking.id}) for picking in pickings],
        }
    )
    while waiting := run.line_ids.filtered(lambda line: line.state == "waiting"):
        waiting[:SHIPPED_TOGETHER]._process()


if __name__ == "__main__":
    _common.run(main)
