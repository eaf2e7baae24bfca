# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Closing a run: core tries every waiting move of the product, we serve the claims.

    python benchmarks/closing.py --database NAME [--waiting 50 1000 5000] [--orders 300]

Both sides close equal runs in the same process, on the same data, one after the other, and every
closing is rolled back. Core's side has our hooks and our order status taken off. Queries are the
number to compare; the times are those of a machine that may be busy. The jobs that follow our
closing are part of its totals.
"""

import argparse
import sys
import time
from contextlib import contextmanager
from pathlib import Path

SMALL_RUN = 20
CLOSING = {
    "skip_consumption": True,
    "skip_expired": True,
    "skip_backorder": True,
    "tracking_disable": False,
}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--waiting", type=int, nargs="*", default=[50, 1000, 5000])
    parser.add_argument("--orders", type=int, default=300)
    options = parser.parse_args(arguments)
    with environment(options.database) as env:
        bench = Bench(env)
        print(f"{'':44}{'core':>22}{'ours':>22}{'ratio':>8}")
        for waiting in sorted(options.waiting):
            bench.fill_up(waiting)
            bench.compare(f"{SMALL_RUN} orders, {waiting} moves waiting", SMALL_RUN)
        bench.compare(f"{options.orders} orders", options.orders)
        env.cr.rollback()


@contextmanager
def environment(database):
    """An environment of the database; nothing done in it is kept."""
    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo import SUPERUSER_ID, api, netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(["-d", database, "--no-http", "--log-level=warn", "--stop-after-init"])
    netsvc.init_logger()
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        # Jobs are run here, one after the other, right where they are queued.
        yield api.Environment(cr, SUPERUSER_ID, {})


@contextmanager
def core():
    """Take our hooks off, so that core closes the run as it does without this addon."""
    from odoo.addons.batch_mrp_orders.models import (
        mrp_production_events,
        stock_move,
        stock_move_line,
    )

    hooks = {
        mrp_production_events.MrpProduction: ("button_mark_done", "_post_inventory", "write"),
        stock_move.StockMove: (
            "_action_assign",
            "_update_reserved_quantity_vals",
            "_get_available_quantity",
            "_trigger_assign",
            "_action_done",
            "_action_cancel",
            "write",
        ),
        stock_move_line.StockMoveLine: ("create", "write"),
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
    """Soap with lots and deliveries that wait for it."""

    def __init__(self, env):
        self.env = env
        self.unit = env.ref("uom.product_uom_unit")
        self.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        self.customer = env["res.partner"].create({"name": "Customer"})
        values = {"is_storable": True, "uom_id": self.unit.id}
        self.soap, self.wax = env["product.product"].create(
            [{"name": "Soap", "tracking": "lot", **values}, {"name": "Wax", **values}]
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
                    "date": "2099-01-01",
                }
                for _number in range(count - self.waiting)
            ]
        )
        self.waiting = count

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
                "product_qty": len(orders),
                "reference_ids": [(6, 0, orders.stock_reference_ids.ids)],
            }
        )
        run.action_confirm()
        run.action_assign()
        run.qty_producing = len(orders)
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
        from odoo.addons.queue_job.tests.common import trap_jobs

        env = self.env
        env.flush_all()
        env.invalidate_all()
        with env.cr.savepoint(flush=False) as savepoint, trap_jobs() as trap:
            before, start = env.cr.sql_log_count, time.monotonic()
            run.with_context(**CLOSING).button_mark_done()
            env.flush_all()
            closing = env.cr.sql_log_count - before
            jobs = 0
            while trap.enqueued_jobs:
                jobs += len(trap.enqueued_jobs)
                env.invalidate_all()
                trap.perform_enqueued_jobs()
                env.flush_all()
            result = {
                "queries": env.cr.sql_log_count - before,
                "ms": (time.monotonic() - start) * 1000,
                "closing": closing,
                "jobs": jobs,
            }
            moves = orders.order_line.move_ids
            result["reserved"] = int(sum(moves.mapped("quantity")))
            savepoint.rollback()
            env.invalidate_all()
        return result


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main(sys.argv[1:])
