"""The main job end to end: the stand-in shop over HTTP, Odoo in processes of its own, and the
DATEV file proven by a reader and a tax table that are not ours."""

import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest
from mloda.community.feature_groups.experimental.german_ledger.datev import read_batch

from tests.german import DATE, MONEY, foreign
from tests.sandbox.shopify import Sandbox, Store, default_orders, expected_totals
from tests.sandbox.shopify.store import Bucket

CENT = Decimal("0.01")
# Revenue accounts of SKR03 on which DATEV computes the tax: rate and tax account.
AUTOMATIC = {"8400": (Decimal(19), "1776"), "8300": (Decimal(7), "1771")}
LIFTED = "40"


@pytest.fixture(scope="module")
def facts(odoo, test_template):
    """What there is after the main job and after a second import, and all prints and mails."""
    database = "order_to_cash_test"
    odoo.server.drop(database)
    odoo.server.create(database, test_template)
    with Sandbox(Store(*default_orders(), bucket=Bucket.bottomless())) as shop:
        odoo.call(database, "tools.demo:load", "test-demo.log")
        odoo.call(database, "tools.main_job:main", "test-main-job.log", f"shop_url={shop.url}")
        told = odoo.call(database, "tests.order_to_cash_facts:collect", "test-facts.log")
        again = odoo.call(database, "tests.order_to_cash_facts:import_again", "test-again.log")
        german = odoo.call(database, "tests.german_facts:collect", "test-german.log")
    yield {
        **json.loads(told[-1]),
        "again": json.loads(again[-1]),
        "german": json.loads(german[-1]),
    }
    odoo.server.drop(database)


def charged():
    """Totals in the currency of the customer, which for one order is not the shop's."""
    expected = expected_totals()
    for order in default_orders()[0]:
        if order["presentmentCurrencyCode"] != order["currencyCode"]:
            expected[order["name"]] |= {
                "total": order["totalPriceSet"]["presentmentMoney"]["amount"],
                "tax": order["currentTotalTaxSet"]["presentmentMoney"]["amount"],
            }
    return expected


def orders(facts):
    return {name: entry["order"] for name, entry in facts["inbox"].items() if entry["order"]}


def test_all_orders_equal_the_shop_to_the_cent(facts):
    expected = charged()
    assert len(facts["inbox"]) == len(expected) == 18
    for name, entry in facts["inbox"].items():
        amounts = {key: Decimal(expected[name][key]) for key in ("total", "tax")}
        assert {key: Decimal(entry[key]) for key in amounts} == amounts, name
        if entry["order"]:
            assert {key: Decimal(entry["order"][key]) for key in amounts} == amounts, name


def test_test_cancelled_and_unpaid_orders_are_treated_as_such(facts):
    assert facts["inbox"]["#1011"]["state"] == "ignored"
    assert facts["inbox"]["#1011"]["order"] is None
    assert orders(facts)["#1013"]["status"] == "cancelled"
    assert orders(facts)["#1012"]["status"] == "quotation"


def test_paid_orders_are_done(facts):
    done = {name for name, order in orders(facts).items() if order["status"] == "done"}
    assert done == set(orders(facts)) - {"#1012", "#1013"}
    assert all(
        set(order["payment"]) == {"paid"} for name, order in orders(facts).items() if name in done
    )


def test_invoices_equal_the_shop_to_the_cent(facts):
    for name, order in orders(facts).items():
        if order["status"] == "done":
            assert order["invoiced"] == order["total"], name
            assert order["invoiced_tax"] == order["tax"], name


def test_refunds_are_credited_to_the_cent(facts):
    credited = {name: order["credited"] for name, order in orders(facts).items()}
    assert credited.pop("#1014") == [["12.09", "1.25", "posted"]]
    assert not any(credited.values())


def test_runs_serve_many_orders_and_lots_lead_both_ways(facts):
    runs = {run["product"]: run for run in facts["runs"]}
    assert all(run["state"] == "done" for run in facts["runs"])
    assert len(runs["HON-500"]["orders"]) > 5, "one run fills the jars of many orders"
    assert runs["BULK-BLU"]["allocated"] <= runs["BULK-BLU"]["quantity"]
    kettle_lot = runs["BULK-BLU"]["lot"][0]
    jar_lot = runs["HON-500"]["lot"][0]
    assert kettle_lot in runs["HON-500"]["consumed"]
    assert runs["BULK-BLU"]["consumed"] == ["RB-2026-07"]
    for name in runs["HON-500"]["orders"]:
        order = orders(facts)[name]
        assert runs["HON-500"]["name"] in order["runs"]
    served = {name for name, order in orders(facts).items() if jar_lot in order["lots"]}
    assert served <= set(runs["HON-500"]["orders"])
    assert served


def test_importing_again_changes_nothing(facts):
    assert facts["again"]["before"] == facts["again"]["after"]


def test_the_datev_file_is_the_ledger(facts, tmp_path):
    export = facts["export"]
    assert export["states"] == ["exported"]
    assert export["errors"] == []
    sums = defaultdict(Decimal)
    for name, text in export["files"].items():
        path = tmp_path / name
        path.write_bytes(text.encode("cp1252"))
        _header, legs = read_batch(str(path))
        for account, amount, key in zip(
            legs["Konto"], legs["Betrag"], legs["BU-Schlüssel"], strict=True
        ):
            for code, part in expand(account, amount, key):
                sums[code] += part
    assert {code: f"{amount:.2f}" for code, amount in sums.items() if amount} == facts["ledger"]


def expand(account: str, amount: Decimal, key: str):
    """DATEV's own posting of one leg: gross on an automatic account is split."""
    if len(account) == 5:
        return [("persons", amount)]
    if account not in AUTOMATIC or key == LIFTED:
        return [(account, amount)]
    rate, tax_account = AUTOMATIC[account]
    tax = (amount * rate / (100 + rate)).quantize(CENT, ROUND_HALF_UP)
    return [(account, amount - tax), (tax_account, tax)]


# What each print and mail has to show, so that the test has seen something.
WITH_MONEY = (
    "print sale.report_saleorder",
    "print account.report_invoice_with_payments",
    "print datev_export.report_datev_sheet",
    "mail order_hub.mail_template_confirmation",
    "mail order_hub_payments.mail_template_first",
)
WITHOUT_DATE = (
    "print mrp.report_mrporder",
    "mail order_hub.mail_template_in_production_notice",
    "mail order_hub.mail_template_delivered_notice",
    "mail order_hub.mail_template_confirmation",
    "mail order_returns.mail_template_label",
)


def test_prints_and_mails_are_as_germans_write(facts):
    for name, texts in facts["german"].items():
        assert any(texts), f"{name}: nothing to look at"
        assert [found for text in texts for found in foreign(text)] == [], name
        assert name in WITHOUT_DATE or any(map(DATE.search, texts)), name
    for name in WITH_MONEY:
        assert any(map(MONEY.search, facts["german"][name])), name
