"""A large shop's first import: German orders of every kind from a bulk file to quotations.

A process of its own writes the file as the shop does, beside it what every order has to come to.
The job of the channel imports it page by page, committed, on a copy of the database. Told are
memory after a tenth and after all of the orders, orders per second, queries an order, and how
many orders differ from the shop in their total or in any tax: none may. A part of them goes on
to confirmed orders and posted invoices, compared in the same way.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import _common

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "addons/channel_connectors")]

SEED = 20261122
SET = 50
MOST_GROWTH = 1.15
# Country, percent, price includes it, kind of the sale: what the generated orders are taxed with.
TAXES = (
    *(("DE", rate, True, kind) for rate in (7, 19) for kind in ("own", "marketplace")),
    *(("DE", rate, False, "own") for rate in (7, 19)),
    *(("AT", rate, True, "own") for rate in (10, 20)),
    *(("FR", rate, True, "own") for rate in (5.5, 20)),
    ("CH", 0, True, "own"),
    ("AT", 0, False, "business"),
)
GOODS = ("0", "0.07", "0.19", "0.1", "0.2", "0.055")


def main() -> None:
    """Write the file, import it, invoice a part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="is left as it is")
    parser.add_argument("--core-database", help="not used")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--invoiced", type=int, default=200)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        _write(Path(options.side), options.orders)
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, *sys.argv, "--side", folder], check=True)
        with (
            _common.copied(options.database, "bulk") as name,
            _common.environment(name) as env,
        ):
            _import(env, Path(folder), options)


# -------------------------------------------------------------------- the file
def _write(folder: Path, count: int) -> None:
    """The shop's file, an object a line, and the expectation of each order."""
    from tests.generated import generate

    with (folder / "result.jsonl").open("w") as file, (folder / "wanted.jsonl").open("w") as known:
        for item in generate(count, SEED):
            order = dict(item.payload)
            children = [*order.pop("lineItems")["nodes"], *order.pop("shippingLines")["nodes"]]
            rows = [order, *({**child, "__parentId": order["id"]} for child in children)]
            file.writelines(json.dumps(row) + "\n" for row in rows)
            taxes = {rate: cents for rate, cents in item.expected.taxes.items() if cents}
            known.write(
                json.dumps([order["id"], item.expected.total, taxes, item.expected.cancelled])
                + "\n"
            )


# -------------------------------------------------------------------- the import
def _import(env, folder: Path, options: argparse.Namespace) -> None:
    channel = _make_channel(env)
    marks = []
    adapter = _served(env, channel, folder / "result.jsonl", marks)
    start, queries = time.perf_counter(), env.cr.sql_log_count
    with patch.object(type(channel), "_adapter", lambda _channel: adapter):
        channel._advance_bulk()
    taken = _common.Measure(time.perf_counter() - start, env.cr.sql_log_count - queries, None)
    _common.show("bulk file to committed quotations", taken, options.orders)
    print(f"  {options.orders / taken.seconds:.1f} orders per second")
    tenth = next(peak for count, peak in marks if count >= options.orders // 10)
    growth = marks[-1][1] / tenth
    print(f"  memory: {tenth} MB after a tenth, {marks[-1][1]} MB after all: {growth:.2f} times")
    wrong = sum(_compare(env, channel, rows, _ordered) for rows in _wanted(folder))
    print(f"  orders that differ in total or any tax: {wrong} of {options.orders}")
    _invoice(env, channel, folder, options.invoiced)
    assert not wrong
    assert growth <= MOST_GROWTH, marks


def _served(env, channel, file: Path, marks: list):
    """The channel's adapter, its answers from the file; notes the memory after every page."""
    from channels.base.adapter import BulkState

    with file.open("rb") as lines:
        count = sum(1 for _line in lines)

    class Client:
        def download(self, address):
            with Path(address).open("rb") as lines:
                yield from lines

    class Served(channel._adapter_class()):
        def __init__(self):
            self.client = Client()

        def start_bulk(self, since):
            return "benchmark"

        def bulk_state(self, operation):
            return BulkState(is_done=True, address=str(file), lines=count)

        def _complete(self, nodes):
            from channels.base.adapter import OrderPage

            return OrderPage(tuple(nodes), None)

        def bulk_pages(self, state):
            done = 0
            for page in super().bulk_pages(state):
                yield page
                done += len(page.payloads)
                marks.append((done, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))

    return Served()


def _make_channel(env):
    """A channel that knows every tax, product and currency of the orders."""
    env["product.product"].create(
        [
            {
                "name": f"Goods {rate}",
                "default_code": f"G-{rate}",
                "type": "service",
                "invoice_policy": "order",
            }
            for rate in GOODS
        ]
    )
    francs = env.ref("base.CHF")
    francs.active = True
    francs.rate_ids.unlink()
    env["res.currency.rate"].create({"currency_id": francs.id, "name": "2026-01-01", "rate": 0.94})
    env["product.pricelist"].create({"name": "Benchmark CHF", "currency_id": francs.id})
    env.ref("channel_connectors.product_gift_card").property_account_income_id = env[
        "account.account"
    ].create({"name": "Vouchers", "code": "X1799", "account_type": "liability_current"})
    channel = env["sales.channel"].create(
        {"name": "Benchmark", "api_base": "https://b.myshopify.com"}
    )
    group = env["account.tax.group"].search([("company_id", "=", env.company.id)], limit=1)
    for country, rate, included, kind in TAXES:
        tax = env["account.tax"].create(
            {
                "name": f"Benchmark {country} {rate} {included} {kind}",
                "amount": rate,
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                "tax_group_id": group.id,
                "country_id": env.company.account_fiscal_country_id.id,
            }
        )
        env["sales.channel.tax"].create(
            {
                "channel_id": channel.id,
                "country_id": env.ref(f"base.{country.lower()}").id,
                "rate": rate,
                "price_include": included,
                "kind": kind,
                "tax_id": tax.id,
            }
        )
    env.cr.commit()
    return channel


# -------------------------------------------------------------------- the proof
def _wanted(folder: Path, size: int = 500):
    """What the orders have to come to, as many at a time."""
    with (folder / "wanted.jsonl").open() as file:
        while rows := [json.loads(line) for line in itertools.islice(file, size)]:
            yield rows


def _compare(env, channel, rows: list, facts) -> int:
    """How many of these orders differ from what is wanted."""
    env.invalidate_all()
    found = channel.order_ids.search(
        [("channel_id", "=", channel.id), ("external_id", "in", [row[0] for row in rows])]
    )
    found = {row.external_id: row for row in found}
    wrong = 0
    for own, total, taxes, _cancelled in rows:
        row = found.get(own)
        wanted = total, {Fraction(rate): cents for rate, cents in taxes.items()}
        if not row or not row.sale_order_id or facts(row.sale_order_id) != wanted:
            print("  differs:", own, row and row.reason, wanted)
            wrong += 1
    return wrong


def _by_rate(pairs) -> dict[Fraction, int]:
    taxes = defaultdict(int)
    for percent, amount in pairs:
        taxes[Fraction(str(percent)) / 100] += round(amount * 100)
    return {rate: cents for rate, cents in taxes.items() if cents}


def _ordered(order) -> tuple[int, dict]:
    lines = order.order_line.filtered("tax_ids")
    taxes = _by_rate((line.tax_ids.amount, line.price_tax) for line in lines)
    return round(order.amount_total * 100), taxes


def _invoiced(order) -> tuple[int, dict]:
    bills = order.invoice_ids.filtered(
        lambda move: move.move_type == "out_invoice" and move.state == "posted"
    )
    lines = bills.line_ids.filtered("tax_line_id")
    taxes = _by_rate((line.tax_line_id.amount, abs(line.amount_currency)) for line in lines)
    return round(sum(bills.mapped("amount_total")) * 100), taxes


def _invoice(env, channel, folder: Path, count: int) -> None:
    """Confirm and invoice the first orders that are not cancelled, 50 at a time."""
    rows = [row for row in next(_wanted(folder, 2 * count)) if not row[3]][:count]
    found = channel.order_ids.search(
        [("channel_id", "=", channel.id), ("external_id", "in", [row[0] for row in rows])]
    )
    orders = found.sale_order_id
    for label, call in (
        ("confirmed", lambda some: some.action_confirm()),
        ("invoiced", lambda some: some._create_invoices(grouped=True)),
        ("posted", lambda some: some.invoice_ids.action_post()),
    ):
        start, queries = time.perf_counter(), env.cr.sql_log_count
        for index in range(0, len(orders), SET):
            env.invalidate_all()
            call(orders[index : index + SET])
            env.cr.commit()
        seconds = time.perf_counter() - start
        taken = _common.Measure(seconds, env.cr.sql_log_count - queries, None)
        _common.show(label, taken, len(orders))
    wrong = _compare(env, channel, rows, _invoiced)
    print(f"  invoices that differ in total or any tax: {wrong} of {len(rows)}")
    assert not wrong


if __name__ == "__main__":
    main()
