# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Generated receipts are what Etsy's file allows, add up, and need no importer to be judged."""

import json
import os
from collections import Counter
from fractions import Fraction

import pytest

from tests.generated.etsy import STRATA, ZONES, generate
from tests.sandbox.etsy import ABSENT, Store, available
from tests.sandbox.etsy.answers import cents
from tests.sandbox.etsy.guard import guard

COUNT = 4000 if os.environ.get("SOAK") else 200
PATH = "/v3/application/shops/61000001/receipts/1"


@pytest.fixture(scope="module")
def receipts():
    return generate(COUNT, seed=11)


def test_strata_and_seed(receipts):
    counts = Counter(item.stratum for item in receipts)
    assert set(counts) == set(STRATA)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert generate(50, seed=11) == receipts[:50]
    assert generate(50, seed=12) != receipts[:50]
    assert [item.stratum for item in generate(3, 1, ("plain",))] == ["plain"] * 3


def test_etsys_file_allows_them(receipts):
    if not available():
        pytest.skip(ABSENT)
    judge = guard()
    call = judge.request("GET", PATH, [], b"", "")
    for item in receipts:
        judge.answer(call, 200, json.dumps(item.first).encode())
        if item.payload != item.first:
            judge.answer(call, 200, json.dumps(item.payload).encode())


def test_amounts_add_up(receipts):
    """The identities Etsy states, with gift wrap inside the total and beside it."""
    for item in receipts:
        receipt, expected = item.payload, item.expected
        amount = {
            name: cents(value)
            for name, value in receipt.items()
            if isinstance(value, dict) and "divisor" in value
        }
        lines = sum(cents(row["price"]) * row["quantity"] for row in receipt["transactions"])
        assert lines == amount["total_price"]
        assert amount["subtotal"] == lines - amount["discount_amt"]
        collected = amount["total_tax_cost"] + amount["total_vat_cost"]
        wrap = 0 if item.stratum == "wrap_beside" else amount["gift_wrap_price"]
        parts = amount["subtotal"] + amount["total_shipping_cost"] + collected + wrap
        assert parts == amount["grandtotal"] == expected.total + expected.collected
        assert collected == expected.collected
        given = sum(cents(row["amount"]) for row in receipt["refunds"])
        assert given <= amount["grandtotal"]
        assert expected.credit == sum(expected.refunds) <= expected.total
        if given == amount["grandtotal"]:
            assert expected.credit == expected.total


def test_taxes_are_those_of_the_destination(receipts):
    for item in receipts:
        country = item.payload["country_iso"] or "DE"
        rates = set(ZONES[country].values()) - {""}
        assert set(item.expected.taxes) <= rates, item.stratum
        # Each line is off by half a cent at most.
        lines = len(item.payload["transactions"]) + 4
        whole = sum(tax * (1 + 1 / Fraction(r)) for r, tax in item.expected.taxes.items())
        if rates:
            assert abs(whole - item.expected.total) <= lines * Fraction(1, 2) * (
                1 + 1 / Fraction("0.055")
            )
        else:
            assert not item.expected.taxes


def test_special_ones_are_special(receipts):
    first = {item.stratum: item.payload for item in reversed(receipts)}
    assert first["packstation"]["first_line"] == "Packstation 145"
    assert first["withheld"]["country_iso"] is None
    assert {first[f"divisor_{d}"]["grandtotal"]["divisor"] for d in (1, 1000)} == {1, 1000}
    assert first["francs"]["grandtotal"]["currency_code"] == "CHF"
    assert not first["unpaid"]["is_paid"]
    assert (first["cancelled"]["status"], first["refund_full"]["status"]) == (
        "canceled",
        "fully refunded",
    )
    assert cents(first["uk_vat"]["total_vat_cost"]) > 0
    assert cents(first["us_tax"]["total_tax_cost"]) > 0
    assert not any(row["shop_coupon"] for row in first["coupon_rough"]["transactions"])
    assert cents(first["coupon_rough"]["discount_amt"]) > 0
    assert any(row["is_digital"] for row in first["digital"]["transactions"])


def test_the_ledger_of_generated_receipts_adds_up(receipts):
    """What Etsy keeps of each payment and gives back of each refund, in order of time."""
    store = Store([item.payload for item in receipts])
    balance, last = 0, 0
    for row in store.ledger:
        balance += row["amount"]
        assert row["balance"] == balance
        assert row["created_timestamp"] >= last
        last = row["created_timestamp"]
    through = [item for item in receipts if item.expected.paid and item.stratum != "by_bank"]
    assert len(store.payments) == len(through)
