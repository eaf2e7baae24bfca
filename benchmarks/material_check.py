"""The material check of quotations beside core's BoM overview.

Core looks at one recipe at a time and does not net; we check whole quotations, over all levels,
against what others have a claim on. The goals: one quotation of 4 lines in at most 15 queries,
300 in one call in at most 25.
"""

from collections import Counter, defaultdict
from fractions import Fraction

import _common


def naive_shortages(orders) -> dict[int, Fraction]:
    """What the orders are short of by product id: recipes taken apart line by line.

    Whoever gets the stock, of each product the orders together are short of what they
    need beyond it; the recipes of the data have neither batches nor loss.
    """
    need, stock = defaultdict(Fraction), Counter()
    for quant in orders.env["stock.quant"].search([("location_id.usage", "=", "internal")]):
        stock[quant.product_id] += Fraction(str(quant.quantity))

    def take(product, quantity):
        need[product] += quantity
        bom = product.bom_ids[:1]
        share = quantity / Fraction(str(bom.product_qty)) if bom else 0
        for line in bom.bom_line_ids:
            ratio = Fraction(str(line.product_uom_id.factor)) / Fraction(
                str(line.product_id.uom_id.factor)
            )
            take(line.product_id, share * Fraction(str(line.product_qty)) * ratio)

    for line in orders.order_line:
        take(line.product_id, Fraction(str(line.product_uom_qty)))
    return {
        product.id: quantity - Fraction(str(stock[product]))
        for product, quantity in need.items()
        if not product.bom_ids and quantity > stock[product]
    }


def assert_equals_naive(orders) -> None:
    """Stop the benchmark where the check is not right."""
    found = defaultdict(Fraction)
    for line in orders.material_line_ids.filtered("shortage_qty"):
        found[line.product_id.id] += Fraction(str(line.shortage_qty))
    expected = naive_shortages(orders)
    if dict(found) != expected:
        raise SystemExit("The material check differs from the naive explosion.")
    print(f"equal to the naive explosion: {len(expected)} products short, to the milligram")


def main(env) -> None:
    """Check one and all quotations; let core explode the recipes of the same lines."""
    data = _common.make_products(env)
    orders = _common.make_orders(env, data)
    overview = env["report.mrp.report_bom_structure"]
    orders[:1].action_check_materials()  # fills the caches that live longer than a call

    one = _common.measure(env, orders[10].action_check_materials)
    _common.show("ours: one quotation of 4 lines", one)
    assert_equals_naive(orders[10])
    every = _common.measure(env, orders.action_check_materials)
    _common.show(f"ours: {len(orders)} quotations in one call", every, len(orders))
    assert_equals_naive(orders)

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
