"""Closing a run: core tries every waiting move of the product, we serve the claims.

Both sides close equal runs in the same process, on the same data, one after the other, and every
closing is rolled back. The run makes 3 more than its orders need, which who waits may have.
Core's side has our hooks and our order status taken off. Queries are the number to compare; the
times are those of a machine that may be busy. The jobs that follow our closing are part of its
totals, with what it takes to queue, start and finish them. The goals: a run for 300 orders in at
most 5 queries an order, and as many queries with 5,000 waiting moves as with 50.
"""

import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import _common

SMALL_RUN = 20
SURPLUS = 3
WAITING = (50, 1000, 5000)
CLOSING = {"skip_consumption": True, "skip_expired": True, "skip_backorder": True}


def main(env) -> None:
    """Close small runs while more and more moves wait, then a large one."""
    bench = Bench(env(context={}))
    print(f"{'':44}{'core':>22}{'ours':>22}{'ratio':>8}")
    for waiting in WAITING:
        bench.fill_up(waiting)
        bench.compare(f"{SMALL_RUN} orders, {waiting} moves waiting", SMALL_RUN)
    bench.compare(f"{_common.ORDERS} orders", _common.ORDERS)


@contextmanager
def core():
    """Take our hooks off, so that core closes the run as it does without this addon."""
    from odoo.addons.batch_mrp_orders.models import (
        mrp_production_events,
        stock_move,
        stock_move_line,
        stock_move_surplus,
    )

    hooks = {
        mrp_production_events.MrpProduction: ("button_mark_done", "_post_inventory", "write"),
        stock_move.StockMove: (
            "_action_assign",
            "_update_reserved_quantity_vals",
            "_get_available_quantity",
            "_action_done",
            "_action_cancel",
            "write",
        ),
        stock_move_line.StockMoveLine: ("create", "write"),
        stock_move_surplus.StockMove: ("_trigger_assign",),
    }
    removed = [(cls, name, cls.__dict__[name]) for cls, names in hooks.items() for name in names]
    for cls, name, _function in removed:
        delattr(cls, name)
    try:
        yield
    finally:
        for cls, name, function in removed:
            setattr(cls, name, function)


class Bench:
    """Soap with lots that expire, and deliveries that wait for it."""

    def __init__(self, env):
        self.env = env
        self.unit = env.ref("uom.product_uom_unit")
        self.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        self.customer = env["res.partner"].create({"name": "Customer"})
        values = {"is_storable": True, "uom_id": self.unit.id}
        dated = {"tracking": "lot", "use_expiration_date": True, "expiration_time": 365}
        self.soap, self.wax = env["product.product"].create(
            [{"name": "Soap", **dated, **values}, {"name": "Wax", **values}]
        )
        env["mrp.bom"].create(
            {
                "product_tmpl_id": self.soap.product_tmpl_id.id,
                "bom_line_ids": [(0, 0, {"product_id": self.wax.id, "product_qty": 1})],
            }
        )
        env["stock.quant"]._update_available_quantity(self.wax, self.warehouse.lot_stock_id, 10000)
        self.picking = env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.customer.property_stock_customer.id,
            }
        )
        self.waiting = 0

    def fill_up(self, count):
        """Have ``count`` deliveries wait for soap; they are due after all orders."""
        due = datetime.now() + timedelta(days=60)
        self.env["stock.move"].create(
            [
                {
                    "product_id": self.soap.id,
                    "product_uom_qty": 1,
                    "product_uom": self.unit.id,
                    "picking_id": self.picking.id,
                    "location_id": self.picking.location_id.id,
                    "location_dest_id": self.picking.location_dest_id.id,
                    "state": "confirmed",
                    "date": due,
                }
                for _number in range(count - self.waiting)
            ]
        )
        self.waiting = count
        _common.analyze(self.env)

    def create_orders(self, count):
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [(0, 0, {"product_id": self.soap.id, "product_uom_qty": 1})],
                }
                for _number in range(count)
            ]
        )
        orders.action_confirm()
        return orders

    def create_run(self, orders):
        run = self.env["mrp.production"].create(
            {
                "product_id": self.soap.id,
                "product_qty": len(orders) + SURPLUS,
                "reference_ids": [(6, 0, orders.stock_reference_ids.ids)],
            }
        )
        run.action_confirm()
        run.action_assign()
        run.qty_producing = run.product_qty
        run.lot_producing_ids = self.env["stock.lot"].create(
            {"name": f"S-{run.id}", "product_id": self.soap.id}
        )
        run._set_qty_producing()
        run.move_raw_ids.picked = True
        self.env["mrp.production.allocation"].create(
            [
                {
                    "production_id": run.id,
                    "product_id": self.soap.id,
                    "quantity": 1,
                    "sale_line_id": order.order_line.id,
                }
                for order in orders
            ]
        )
        return run

    def compare(self, title, count):
        """Close a run for ``count`` orders twice, core first, and print both."""
        orders = self.create_orders(count)
        run = self.create_run(orders)
        status = orders._fields["production_status"]
        with core(), self.env.protecting([status], orders):
            theirs = self.measure(run, orders)
        ours = self.measure(run, orders)
        run.allocation_ids.unlink()
        run.action_cancel()
        orders._action_cancel()
        ratio = theirs["queries"] / ours["queries"]
        print(
            f"{title:44}{theirs['queries']:>9} q {theirs['ms']:>8.0f} ms"
            f"{ours['queries']:>9} q {ours['ms']:>8.0f} ms{ratio:>7.1f}x"
        )
        print(
            f"{'':44}ours per order {ours['queries'] / count:.1f} q "
            f"(closing alone {ours['closing']}, jobs {ours['jobs']}); reserved "
            f"{theirs['reserved']} / {ours['reserved']} of {count}",
            flush=True,
        )

    def measure(self, run, orders):
        """Close ``run`` with all that follows, count, and undo it."""
        env = self.env
        env.flush_all()
        env.invalidate_all()
        with env.cr.savepoint(flush=False) as savepoint:
            before, start = env.cr.sql_log_count, time.perf_counter()
            run.with_context(**CLOSING).button_mark_done()
            env.flush_all()
            closing = env.cr.sql_log_count - before
            jobs = _common.run_jobs(env)
            result = {
                "queries": env.cr.sql_log_count - before,
                "ms": (time.perf_counter() - start) * 1000,
                "closing": closing,
                "jobs": jobs,
            }
            moves = orders.order_line.move_ids
            result["reserved"] = int(sum(moves.mapped("quantity")))
            savepoint.rollback()
            env.invalidate_all()
        return result


if __name__ == "__main__":
    _common.run(main)
