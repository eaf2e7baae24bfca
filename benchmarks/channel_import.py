"""Orders of a shop to quotations: ours beside the connector of the exchange, on the same orders.

From the bytes of the shop's answers to committed quotations, every order of a new customer. The
other connector gets a database and packages of its own; it is told the taxes and products it
asks for, and its queue is left out: its jobs are called one after the other, each committed.

Ours also goes on to confirmed orders and posted invoices, and imports many more orders to show
that memory stays flat. The goal: 4 times its orders per second, 13 queries an order.
"""

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _common

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "addons/channel_connectors")]

PEER = "odoo-addon-shopify-connector==19.0.1.1.0.4"
PAGE = 50


def main() -> None:
    """Both sides on the same orders, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="is written to: a copy of its own")
    parser.add_argument("--core-database", help="one without our addons, for the other connector")
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--many", type=int, default=10_000)
    options = parser.parse_args()
    seconds, queries = ours(options)
    if not options.core_database:
        print("no --core-database: the other connector is left out")
        return
    theirs = peer(options)
    print(
        f"ratio: {theirs['seconds'] / seconds:.1f} in time, "
        f"{theirs['queries'] / queries:.1f} in queries"
    )


# ---------------------------------------------------------------------------- ours
def ours(options: argparse.Namespace) -> tuple[float, int]:
    """Import, confirm, invoice; then many. Returns seconds and queries of the import."""
    from _orders import pages

    with _common.environment(options.database) as env:
        channel = _make_channel(env)
        _import(env, channel, pages(PAGE, first=10**6))  # warm
        taken = _import(env, channel, pages(options.orders, first=0))
        _common.show("ours: bytes to quotations", taken, options.orders)
        orders = env["sale.order"].search([("channel_id", "=", channel.id)], order="id")
        orders = orders[PAGE:]
        assert len(orders) == options.orders, channel.order_ids.mapped("reason")
        _common.show("ours: confirmed", _in_sets(env, orders, "action_confirm"), len(orders))
        invoiced = _in_sets(env, orders, "_create_invoices", grouped=True)
        _common.show("ours: invoiced", invoiced, len(orders))
        posted = _in_sets(env, orders.invoice_ids, "action_post")
        _common.show("ours: posted", posted, len(orders))
        if options.many:
            _import_many(env, channel, options.many)
        return taken.seconds, taken.queries


def _make_channel(env):
    from _orders import GOODS, RATES

    env["product.product"].create(
        [
            {"name": sku, "default_code": sku, "type": "consu", "invoice_policy": "order"}
            for sku in GOODS
        ]
    )
    channel = env["sales.channel"].create(
        {"name": "Benchmark", "api_base": "https://b.myshopify.com"}
    )
    germany = env.ref("base.de")
    for rate in RATES:
        env["sales.channel.tax"].create(
            {
                "channel_id": channel.id,
                "country_id": germany.id,
                "rate": float(rate) * 100,
                "price_include": True,
                "tax_id": _tax(env, rate).id,
            }
        )
    env.cr.commit()
    return channel


def _tax(env, rate):
    group = env["account.tax.group"].search([("company_id", "=", env.company.id)], limit=1)
    return env["account.tax"].create(
        {
            "name": f"Benchmark {rate}",
            "amount": float(rate) * 100,
            "type_tax_use": "sale",
            "price_include_override": "tax_included",
            "tax_group_id": group.id,
        }
    )


def _import(env, channel, bodies) -> _common.Measure:
    """As a job of the channel does: page by page, committed."""
    from channels.base.adapter import OrderPage

    adapter_class = channel._adapter_class()

    class Served(adapter_class):
        def __init__(self):
            pass

        def order_pages(self, since):
            for body in bodies:
                nodes = json.loads(body)["data"]["orders"]["nodes"]
                yield OrderPage(tuple(nodes), None)

    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    adapter = Served()
    for page in adapter.order_pages(None):
        channel._store_payloads(adapter, page.payloads)
        channel._process_waiting(commit=True)
        env.invalidate_all()
    return _common.Measure(
        time.perf_counter() - start, env.cr.sql_log_count - queries, channel.order_ids
    )


def _in_sets(env, records, method: str, **options) -> _common.Measure:
    """Call a method on 50 records at a time, committed."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    for index in range(0, len(records), PAGE):
        getattr(records[index : index + PAGE], method)(**options)
        env.cr.commit()
    return _common.Measure(time.perf_counter() - start, env.cr.sql_log_count - queries, None)


def _import_many(env, channel, count: int) -> None:
    """Memory and speed at the beginning and at the end of many orders."""
    from _orders import pages

    step = max(count // 5, PAGE)
    for done in range(0, count, step):
        busy = time.process_time()
        taken = _import(env, channel, pages(step, first=2 * 10**6 + done))
        busy = (time.process_time() - busy) / step * 1000
        gc.collect()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        label = f"ours: {done + step} orders, {peak} MB, {busy:.0f} ms of Python"
        _common.show(label, taken, step)


# ---------------------------------------------------------------------------- theirs
def peer(options: argparse.Namespace) -> dict:
    """Run the other side in a process with packages and a database of its own."""
    from tools import settings

    target = settings.cache() / "peers" / PEER.replace("==", "-")
    if not target.is_dir():
        with tempfile.TemporaryDirectory(prefix="peer-") as work:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            subprocess.run([*pip, "--target", f"{work}/packages", PEER], check=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(f"{work}/packages").replace(target)
    with _common.copied(options.core_database, "peer") as name:
        script = [sys.executable, str(PROJECT / "benchmarks/_channel_peer.py")]
        script += ["--database", name, "--packages", str(target), "--orders", str(options.orders)]
        result = subprocess.run(script, check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(result.stdout.splitlines()[-1])
    taken = _common.Measure(found["seconds"], found["queries"], None)
    _common.show("other connector: bytes to quotations", taken, options.orders)
    print(f"  of these imported: {found['imported']}; {found['problems'] or 'no problems'}")
    return found


if __name__ == "__main__":
    main()
