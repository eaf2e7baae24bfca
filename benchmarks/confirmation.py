"""Confirming many orders of pooled products in one call, beside core's delivery-only orders.

Core runs on a database of its own without our addons, in the same process, on the same data, with
the same changes tracked in the chatter. Three cases: nothing in stock; a delivery date was
promised to each quotation before; lots in stock, three quarters of which belong to earlier orders
(with us half of these not reserved: core would give them away). Both sides must reserve the same.
The goal: at most 3 queries an order more than core.
"""

from contextlib import contextmanager
from dataclasses import replace

import _common

SIZE = 50
LARGE = 200
KEPT = 12


def main(env, core) -> None:
    """Confirm orders of 4 lines on both sides."""
    cases = {
        "nothing in stock": (_pooled, [SIZE, LARGE]),
        "promised before": (_promised, [SIZE]),
        "lots in stock": (_stocked, [SIZE]),
    }
    for title, (case, sizes) in cases.items():
        with _undone(env) as ours, _undone(core) as theirs:
            _compare(title, case(ours, sizes), case(theirs, sizes))


def _compare(title, ours, theirs) -> None:
    for size in ours:
        _common.show(f"core: {size} orders, {title}", theirs[size], size)
        _common.show(f"ours: {size} orders, {title}", ours[size], size)
        more = (ours[size].queries - theirs[size].queries) / size
        print(
            f"ours less core: {more:+.1f} queries an order; "
            f"{ours[size].seconds / theirs[size].seconds:.2f} times in time; "
            f"reserved {theirs[size].result:g} / {ours[size].result:g}"
        )
    if len(ours) > 1:
        grown = ours[LARGE].queries / ours[SIZE].queries
        print(f"growth of ours from {SIZE} to {LARGE} orders: {grown:.1f} times in queries")


@contextmanager
def _undone(env):
    """The environment of a person at the screen: what is tracked is written into the chatter."""
    with env.cr.savepoint(flush=False) as savepoint:
        yield env(context={})
        savepoint.rollback()
        env.invalidate_all()


def _confirm(env, data, sizes, prepare=lambda orders: None) -> dict[int, _common.Measure]:
    _common.make_orders(env, data, 2).action_confirm()  # fills the caches that outlive a call
    _common.analyze(env)
    results = {}
    for size in sizes:
        orders = _common.make_orders(env, data, size)
        prepare(orders)
        taken = _common.measure(env, orders.action_confirm)
        reserved = sum(orders.order_line.move_ids.mapped("quantity"))
        results[size] = replace(taken, result=reserved)
    return results


def _pooled(env, sizes):
    return _confirm(env, _common.make_products(env), sizes)


def _promised(env, sizes):
    data = _common.make_products(env)
    _sell(env, data.raw)
    return _confirm(env, data, sizes, _promise if _is_ours(env) else lambda orders: None)


def _promise(orders) -> None:
    orders.action_promise()
    if not all(orders.mapped("promise_date")):
        raise SystemExit("No date could be promised for some of the orders.")


def _is_ours(env) -> bool:
    return "mrp.production.allocation" in env


def _sell(env, products) -> None:
    """Have a supplier for each product: nothing can be promised without."""
    supplier = env["res.partner"].create({"name": "Supplier"})
    env["product.supplierinfo"].create(
        [
            {"product_tmpl_id": product.product_tmpl_id.id, "partner_id": supplier.id, "delay": 5}
            for product in products
        ]
    )


def _stocked(env, sizes):
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
        if number % 2 and _is_ours(env):
            order.picking_ids.do_unreserve()
    return _confirm(env, data, sizes)


def _make(env, product, line) -> None:
    run = env["mrp.production"].create({"product_id": product.id, "product_qty": 40})
    run.action_confirm()
    if _is_ours(env):
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
