"""Promising delivery dates: one quotation, and 300 in one call.

Core has nothing to compare with: its dates are today and a constant. All levels of the recipes,
stock, receipts, suppliers and the free time of four work centres are looked at, and what each
promise takes is held. The number of queries must not depend on the number of quotations.
"""

import _common

WORK_CENTRES = 4
MINUTES = 2


def main(env) -> None:
    """Promise one, 30 and all quotations; then all of them once more."""
    data = _common.make_products(env)
    _add_suppliers(env, data.raw)
    _add_operations(env, data)
    orders = _common.make_orders(env, data)
    orders[:1].action_promise()  # fills the caches that outlive a call
    _common.analyze(env)
    one = _common.measure(env, orders[1].action_promise)
    _common.show("one quotation of 4 lines", one)
    tenth = _common.measure(env, orders[2:32].action_promise)
    _common.show("30 quotations in one call", tenth, 30)
    every = _common.measure(env, orders.action_promise)
    _common.show(f"{len(orders)} quotations in one call", every, len(orders))
    again = _common.measure(env, orders.action_promise)
    _common.show("all of them again", again, len(orders))
    promised = orders.filtered("promise_date")
    print(f"{len(promised)} of {len(orders)} have a date", end="; ")
    print(f"growth from 30 to {len(orders)}: {every.seconds / tenth.seconds:.1f} times")


def _add_suppliers(env, products) -> None:
    supplier = env["res.partner"].create({"name": "Supplier"})
    env["product.supplierinfo"].create(
        [
            {"product_tmpl_id": product.product_tmpl_id.id, "partner_id": supplier.id, "delay": 5}
            for product in products
        ]
    )


def _add_operations(env, data) -> None:
    centres = env["mrp.workcenter"].create([{"name": f"Line {n}"} for n in range(WORK_CENTRES)])
    recipes = (data.finished | data.bulk).product_tmpl_id.bom_ids
    env["mrp.routing.workcenter"].create(
        [
            {
                "bom_id": recipe.id,
                "workcenter_id": centres[number % WORK_CENTRES].id,
                "name": "Make",
                "time_mode": "manual",
                "time_cycle_manual": MINUTES,
            }
            for number, recipe in enumerate(recipes)
        ]
    )


if __name__ == "__main__":
    _common.run(main)
