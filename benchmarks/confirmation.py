"""Confirming many orders of pooled products in one call, beside core's delivery-only orders.

Core runs on a database of its own without our addons, in the same process, on the same data, with
the same changes tracked in the chatter. Three cases: nothing in stock; a delivery date was
promised to each quotation before; lots in stock, three quarters of which earlier orders have been
allocated and half of these not reserved yet. The goal: at most 3 queries an order more than core.
"""

from contextlib import contextmanager
from dataclasses import replace

import _common

SIZES = (50, 200)
KEPT = 12


def main(env, core) -> None:
    """Confirm orders of 4 lines on both sides."""
    cases = {"nothing in stock": _pooled, "promised before": _promised, "lots in stock": _stocked}
    for title, case in cases.items():
        with _undone(env) as ours, _undone(core) as theirs:
            _compare(title, case(ours), case(theirs))


def _compare(title, ours, theirs) -> None:
    for size in SIZES:
        _common.show(f"core: {size} orders, {title}", theirs[size], size)
        _common.show(f"ours: {size} orders, {title}", ours[size], size)
        more = (ours[size].queries - theirs[size].queries) / size
        ratio = ours[size].seconds / theirs[size].seconds
        print(f"ours less core: {more:+.1f} queries an order; {ratio:.2f} times in time")
    first, last = SIZES
    grown = ours[last].queries / ours[first].queries
    print(f"growth of ours from {first} to {last} orders: {grown:.1f} times in queries\n")


@contextmanager
def _undone(env):
    """The environment of a person at the screen: what is tracked is written into the chatter."""
    with env.cr.savepoint(flush=False) as savepoint:
        yield env(context={})
        savepoint.rollback()
        env.invalidate_all()


def _confirm(env, data, prepare=lambda orders: None) -> dict[int, _common.Measure]:
    _common.make_orders(env, data, 2).action_confirm()  # fills the caches that outlive a call
    _common.analyze(env)
    results = {}
    for size in SIZES:
        orders = _common.make_orders(env, data, size)
        prepare(orders)
        results[size] = _common.measure(env, orders.action_confirm)
    return results


def _pooled(env):
    return _confirm(env, _common.make_products(env))


def _promised(env):
    def promise(orders):
        if "promise_date" in orders:
            orders.action_promise()

    data = _common.make_products(env)
    _sell(env, data.raw)
    return _confirm(env, data, promise)


def _sell(env, products) -> None:
    """Have a supplier for each product: nothing can be promised without."""
    supplier = env["res.partner"].create({"name": "Supplier"})
    env["product.supplierinfo"].create(
        [
            {"product_tmpl_id": product.product_tmpl_id.id, "partner_id": supplier.id, "delay": 5}
            for product in products
        ]
    )


def _stocked(env):
    """Twelve products; 40 of each were made, 30 of them for an earlier order."""
    data = _common.make_products(env)
    data = replace(data, finished=data.finished[:KEPT])
    data.finished.write({"tracking": "lot", "use_expiration_date": True, "expiration_time": 365})
    customer = env["res.partner"].create({"name": "Earlier customer"})
    for number, product in enumerate(data.finished):
        order = env["sale.order"].create(
            {
                "partner_id": customer.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 30})],
            }
        )
        order.action_confirm()
        _make(env, product, order.order_line)
        if number % 2:
            order.picking_ids.do_unreserve()
    return _confirm(env, data)


def _make(env, product, line) -> None:
    run = env["mrp.production"].create({"product_id": product.id, "product_qty": 40})
    run.action_confirm()
    if "mrp.production.allocation" in env:
        env["mrp.production.allocation"].create(
            {
                "production_id": run.id,
                "product_id": product.id,
                "quantity": 30,
                "sale_line_id": line.id,
            }
        )
    run.qty_producing = 40
    run.lot_producing_ids = env["stock.lot"].create({"name": "1", "product_id": product.id})
    run._set_qty_producing()
    run.move_raw_ids.picked = True
    run.with_context(
        skip_consumption=True, skip_expired=True, skip_backorder=True
    ).button_mark_done()


if __name__ == "__main__":
    _common.run_beside_core(main)
