"""What all benchmarks share: an environment on their own database, data, and counting.

Times vary with the machine and what else runs on it; query counts do not. A claim is a ratio
between two things measured in the same run.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

RECIPES = 200
BULK_SHARE = 80
INGREDIENTS = 8
RAW_MATERIALS = 120
ORDERS = 300
LINES = 4


@dataclass(frozen=True)
class Measure:
    """Seconds and queries of one call, and what it returned."""

    seconds: float
    queries: int
    result: Any


def run(benchmark: Callable[[Any], None]) -> None:
    """Call the benchmark with an environment of the database named on the command line."""
    with environment(_options().database) as env:
        benchmark(env)


def run_beside_core(benchmark: Callable[[Any, Any], None]) -> None:
    """The same with a second environment: of a database that has none of our addons."""
    options = _options()
    if not options.core_database:
        raise SystemExit("This benchmark needs --core-database, one without our addons.")
    with environment(options.database) as env, environment(options.core_database) as core:
        benchmark(env, core)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--core-database", help="the same without our addons, for core's side")
    return parser.parse_args()


@contextmanager
def environment(database: str) -> Iterator[Any]:
    """The administrator's environment of a database; nothing done in it is kept."""
    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo import api, netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    config.parse_config(["-d", database, "--no-http", "--log-level=warn", "--stop-after-init"])
    netsvc.init_logger()
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        admin = api.Environment(cr, api.SUPERUSER_ID, {}).ref("base.user_admin")
        context = {"tracking_disable": True, "mail_create_nosubscribe": True}
        yield api.Environment(cr, admin.id, context)
        cr.rollback()


@contextmanager
def copied(database: str, label: str) -> Iterator[str]:
    """The name of a copy of a database that is dropped in the end."""
    import psycopg2

    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo.sql_db import close_db, connection_info_for
    from odoo.tools import config

    config.parse_config(["--no-http", "--log-level=warn", "--stop-after-init"])
    name = f"{database}_{label}"
    connection = psycopg2.connect(**connection_info_for("postgres")[1])
    connection.autocommit = True
    with connection.cursor() as cursor:
        try:
            close_db(database)
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database}"')
            yield name
        finally:
            close_db(name)
            # Not WITH (FORCE): only a superuser may end a vacuum, which leaves by itself.
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            connection.close()


def measure(env, call: Callable[[], Any]) -> Measure:
    """Call with an empty cache and everything flushed before and after."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    result = call()
    env.flush_all()
    return Measure(time.perf_counter() - start, env.cr.sql_log_count - queries, result)


def show(label: str, taken: Measure, count: int = 1) -> None:
    """Print one line: time and queries, altogether and for each of `count`."""
    each = f"   {taken.seconds / count * 1000:8.1f} ms {taken.queries / count:7.1f} each" * (
        count > 1
    )
    print(f"{label:<46} {taken.seconds * 1000:9.1f} ms {taken.queries:6} queries{each}", flush=True)


def analyze(env) -> None:
    """Let the database know the size of what was inserted: without, its plans are poor."""
    env.flush_all()
    env.cr.execute("ANALYZE")


def run_jobs(env) -> int:
    """Run the queued jobs as the job runner does, one after the other; how many there were.

    The statements that queue, start and finish a job count like its own.
    """
    from odoo.addons.queue_job.job import PENDING, Job

    count = 0
    while record := env["queue.job"].search([("state", "=", PENDING)], order="id", limit=1):
        count += 1
        env.flush_all()
        env.invalidate_all()
        job = Job.load(env, record.uuid)
        job.set_started()
        job.store()
        job.lock()
        job.perform()
        env.flush_all()
        job.set_done()
        job.store()
        env.flush_all()
    return count


def ship_and_invoice(order) -> Any:
    """Take an order that can be shipped from stock to its posted invoice, which is returned."""
    order.with_context(order_checked=True).action_confirm()
    order.picking_ids.action_assign()
    order.picking_ids.move_ids.picked = True
    order.picking_ids.with_context(skip_backorder=True, skip_expired=True).button_validate()
    invoice = order._create_invoices()
    invoice.action_post()
    return invoice


@dataclass(frozen=True)
class Data:
    """The products of the two levels and the warehouse they are in."""

    finished: Any
    bulk: Any
    raw: Any
    warehouse: Any


def make_products(env) -> Data:
    """200 recipes of 8 ingredients on 2 levels, half of the raw materials in stock."""
    rng = random.Random(42)
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    kg, gram = env.ref("uom.product_uom_kgm"), env.ref("uom.product_uom_gram")
    unit = env.ref("uom.product_uom_unit")
    raw = _products(env, "RAW", RAW_MATERIALS, kg)
    bulk = _products(env, "BULK", BULK_SHARE, kg)
    finished = _products(env, "FIN", RECIPES - BULK_SHARE, unit)
    recipes = [
        _recipe(product, 10, kg, rng.sample(list(raw), INGREDIENTS), kg, 1.3) for product in bulk
    ]
    for product in finished:
        parts = [*rng.sample(list(bulk), 2), *rng.sample(list(raw), INGREDIENTS - 2)]
        recipes.append(_recipe(product, 1, unit, parts, gram, 60))
    env["mrp.bom"].create(recipes)
    env["stock.quant"].create(
        [
            {
                "product_id": product.id,
                "location_id": warehouse.lot_stock_id.id,
                "quantity": rng.randint(1, 200),
            }
            for product in raw[::2]
        ]
    )
    return Data(finished, bulk, raw, warehouse)


def make_orders(env, data: Data, count: int = ORDERS) -> Any:
    """Quotations of 4 lines each."""
    rng = random.Random(7)
    customers = env["res.partner"].create(
        [
            {
                "name": f"Customer {index}",
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": env.ref("base.de").id,
            }
            for index in range(20)
        ]
    )
    return env["sale.order"].create(
        [
            {
                "partner_id": rng.choice(customers).id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "product_uom_qty": rng.randint(1, 24)})
                    for product in rng.sample(list(data.finished), LINES)
                ],
            }
            for _index in range(count)
        ]
    )


def _products(env, prefix: str, count: int, uom) -> Any:
    return env["product.product"].create(
        [
            {
                "name": f"{prefix} {index}",
                "default_code": f"{prefix}{index}",
                "is_storable": True,
                "uom_id": uom.id,
            }
            for index in range(count)
        ]
    )


def _recipe(product, quantity: float, uom, parts, part_uom, amount: float) -> dict:
    return {
        "product_tmpl_id": product.product_tmpl_id.id,
        "product_qty": quantity,
        "product_uom_id": uom.id,
        "bom_line_ids": [
            (0, 0, {"product_id": part.id, "product_qty": amount, "product_uom_id": part_uom.id})
            for part in parts
        ],
    }
