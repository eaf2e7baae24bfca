"""The material check of quotations beside core's BoM overview.

Core looks at one recipe at a time and does not net; we check whole quotations, over all levels,
against what others have a claim on. The goals: one quotation of 4 lines in at most 15 queries,
300 in one call in at most 25.
"""

import _common


def main(env) -> None:
    """Check one and all quotations; let core explode the recipes of the same lines."""
    data = _common.make_products(env)
    orders = _common.make_orders(env, data)
    overview = env["report.mrp.report_bom_structure"]
    orders[:1].action_check_materials()  # fills the caches that live longer than a call

    one = _common.measure(env, orders[10].action_check_materials)
    _common.show("ours: one quotation of 4 lines", one)
    every = _common.measure(env, orders.action_check_materials)
    _common.show(f"ours: {len(orders)} quotations in one call", every, len(orders))

    def core():
        for line in orders[10].order_line:
            bom = env["mrp.bom"]._bom_find(line.product_id)[line.product_id]
            overview.get_html(bom.id, line.product_uom_qty)

    core_one = _common.measure(env, core)
    _common.show("core: BoM overview of the 4 lines", core_one)
    print(
        f"ratio core/ours for one quotation: {core_one.seconds / one.seconds:.1f} in time, "
        f"{core_one.queries / one.queries:.1f} in queries"
    )
    tenth = _common.measure(env, orders[:30].action_check_materials)
    _common.show("ours: 30 quotations in one call", tenth, 30)
    print(f"growth from 30 to 300 quotations: {every.seconds / tenth.seconds:.1f} times")


if __name__ == "__main__":
    _common.run(main)
