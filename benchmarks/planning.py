"""Planning many orders into runs beside core creating the same runs.

    python benchmarks/planning.py --database NAME

300 confirmed orders of 4 lines, recipes of 8 ingredients on 2 levels, with operations on six
work centres and raw materials in stock. Ours is what the nightly job does: propose, create,
confirm, allocate to order lines, schedule, reserve. Core gets the products and quantities of the
same runs, as one recordset: `create`, `action_confirm`, `action_assign`, `button_plan`, with our
hooks on moves and runs taken off. Both are rolled back. The goal is at most 1.3 times.

Core's own way from an order to runs is make to order; it is measured on 20 orders.
"""

import time
from dataclasses import dataclass, replace

import _common
from closing import core

FEW = 75
MAKE_TO_ORDER = 20


@dataclass(frozen=True)
class Work(_common.Measure):
    """A measure with the processor time of this process: what else runs on the machine
    lengthens it less than the time on the clock."""

    processor: float = 0.0


def main(env) -> None:
    data = _common.make_products(env)
    add_operations(env, data)
    for product in data.raw:
        env["stock.quant"]._update_available_quantity(product, data.warehouse.lot_stock_id, 100_000)
    few = confirmed_orders(env, data, FEW)
    less = plan(env, data, few)
    few._action_cancel()
    orders = confirmed_orders(env, data, _common.ORDERS)
    ours = plan(env, data, orders)
    theirs = create_by_core(env, ours.result)
    print(
        f"ours / core: {ours.seconds / theirs.seconds:.2f} in time, "
        f"{ours.processor / theirs.processor:.2f} in processor time, "
        f"{ours.queries / theirs.queries:.2f} in queries (goal: at most 1.3)"
    )
    growth, more = ours.seconds / less.seconds, ours.queries / less.queries
    print(
        f"{_common.ORDERS / FEW:.0f} times the orders: {growth:.1f} times as long, "
        f"{more:.1f} times the queries"
    )
    orders._action_cancel()
    chained = make_to_order(env, data)
    print(
        f"make to order / ours, per order: "
        f"{chained.seconds / MAKE_TO_ORDER / (ours.seconds / _common.ORDERS):.0f} times as long, "
        f"{chained.queries / MAKE_TO_ORDER / (ours.queries / _common.ORDERS):.0f} times the queries"
    )


def add_operations(env, data) -> None:
    """Bulk is cooked in one of three kettles, finished goods are filled on one of three lines."""
    kettles = _work_centres(env, "Kettle", time_start=10, time_stop=5)
    lines = _work_centres(env, "Line", time_start=0, time_stop=0)
    values_list = []
    for products, centres, name, minutes in (
        (data.bulk, kettles, "Cook", 2),
        (data.finished, lines, "Fill", 0.2),
    ):
        for number, recipe in enumerate(products.product_tmpl_id.bom_ids):
            values_list.append(
                {
                    "name": name,
                    "bom_id": recipe.id,
                    "workcenter_id": centres[number % len(centres)].id,
                    "time_cycle_manual": minutes,
                }
            )
    env["mrp.routing.workcenter"].create(values_list)


def _work_centres(env, name: str, **values):
    centres = env["mrp.workcenter"].create(
        [{"name": f"{name} {number}", **values} for number in range(3)]
    )
    for centre in centres:
        centre.alternative_workcenter_ids = centres - centre
    return centres


def confirmed_orders(env, data, count: int):
    orders = _common.make_orders(env, data, count)
    orders.action_confirm()
    env.flush_all()  # what is written within a measure is rolled back with it
    return orders


def work(env, call) -> Work:
    before = time.process_time()
    taken = _common.measure(env, call)
    processor = time.process_time() - before
    return Work(taken.seconds, taken.queries, taken.result, processor)


def plan(env, data, orders):
    """Plan the pool as the nightly job does; the result is what was made."""
    facts = {}

    def call():
        plans = env["mrp.plan.runs"]
        plans._plan_warehouse(data.warehouse)
        facts["runs"] = plans.search([], order="id desc", limit=1).line_ids.production_id

    with env.cr.savepoint(flush=False) as savepoint:
        taken = work(env, call)
        runs = facts["runs"]
        _common.show(f"ours: {len(orders)} orders in {len(runs)} runs", taken, len(orders))
        check(env, orders, runs)
        result = [(run.product_id.id, run.bom_id.id, run.product_qty) for run in runs]
        savepoint.rollback()
        env.invalidate_all()
    return replace(taken, result=result)


def check(env, orders, runs) -> None:
    """The measure counts only if all of it was done."""
    env["mrp.demand"].invalidate_model()
    left = env["mrp.demand"].search_count([("order_id", "in", orders.ids)])
    confirmed = all(run.state == "confirmed" for run in runs)
    scheduled = all(run.is_planned and run.workorder_ids.leave_id for run in runs)
    raw = runs.move_raw_ids.filtered(lambda move: not move.product_id.bom_ids)
    reserved = sum(move.state == "assigned" for move in raw)
    print(
        f"   demand left {left}, runs confirmed {confirmed}, scheduled {scheduled}, "
        f"raw materials reserved {reserved} of {len(raw)} moves"
    )


def create_by_core(env, wanted):
    """The same runs in one call of core's each."""

    def call():
        runs = env["mrp.production"].create(
            [
                {"product_id": product, "bom_id": recipe, "product_qty": quantity}
                for product, recipe, quantity in wanted
            ]
        )
        runs.action_confirm()
        runs.action_assign()
        runs.button_plan()

    with env.cr.savepoint(flush=False) as savepoint, core():
        taken = work(env, call)
        savepoint.rollback()
        env.invalidate_all()
    _common.show(f"core: the same {len(wanted)} runs", taken)
    return taken


def make_to_order(env, data):
    """Confirm orders whose products are made to order on both levels."""
    route = env.ref("stock.route_warehouse0_mto")
    route.active = True
    (data.finished | data.bulk).route_ids = route | data.warehouse.manufacture_pull_id.route_id
    orders = _common.make_orders(env, data, MAKE_TO_ORDER)
    with core():
        taken = _common.measure(env, orders.action_confirm)
    runs = env["mrp.production"].search_count([("state", "=", "confirmed")])
    _common.show(f"core: {len(orders)} orders made to order, {runs} runs", taken, len(orders))
    return taken


if __name__ == "__main__":
    _common.run(main)
