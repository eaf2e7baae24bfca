# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts to orders without a database: sums, coupons, refunds, and nothing that crashes."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base.errors import PayloadError
from channels.base.order import Address, LineKind, PaymentState
from channels.base.untold import included_taxes, with_home_rates, with_taxes
from channels.etsy.amounts import Money, coupon_shares
from channels.etsy.lockers import tidy
from channels.etsy.mapping import parse_order
from channels.etsy.privacy import redact
from tests.generated import etsy, spoil
from tests.sandbox.etsy import ABSENT, available, default_receipts


@pytest.mark.skipif(not available(), reason=ABSENT)
def test_samples_add_up():
    orders = [parse_order(receipt) for receipt in default_receipts()]
    totals = ["32.03", "21.30", "21.90", "41.80", "23.70", "11.80", "23.80", "13.40"]
    assert [order.total for order in orders] == [Decimal(total) for total in totals]
    assert all(order.computed_total == order.total for order in orders)
    assert [order.address_withheld for order in orders].index(True) == 2
    assert orders[5].cancelled_at and orders[7].payment_state == PaymentState.PENDING


@pytest.mark.parametrize("divisor", [0, 1, 10, 1000, -100, None, True, "100", 100.5])
def test_divisor_is_not_trusted(divisor):
    with pytest.raises(PayloadError, match="divisor"):
        Money("EUR").amount({"amount": 690, "divisor": divisor, "currency_code": "EUR"}, "x")


def test_amounts():
    money = {"amount": 690, "divisor": 100, "currency_code": "EUR"}
    assert Money("EUR").amount(money, "x") == Decimal("6.90")
    assert Money("JPY").amount({"amount": 690, "divisor": 1, "currency_code": "JPY"}, "x") == 690
    for wrong in ({**money, "amount": -1}, {**money, "amount": 6.9}, {**money, "amount": 10**20}):
        with pytest.raises(PayloadError):
            Money("EUR").amount(wrong, "x")
    with pytest.raises(PayloadError, match="USD"):
        Money("EUR").amount({**money, "currency_code": "USD"}, "x")


cents = st.integers(0, 100_000).map(lambda n: Decimal(n) / 100)


@given(amounts=st.lists(cents, min_size=1, max_size=9), data=st.data())
def test_coupons_are_spread_exactly(amounts, data):
    discount = data.draw(st.integers(0, int(sum(amounts) * 100))) / Decimal(100)
    told = data.draw(st.sampled_from([[0.0] * len(amounts), [None] * len(amounts), ["x"]]))
    shares = coupon_shares(discount, told, amounts)
    assert sum(shares) == discount
    assert all(share <= amount for share, amount in zip(shares, amounts, strict=True))
    total = sum(amounts)
    if total:
        exact = [discount * amount / total for amount in amounts]
        assert all(abs(s - e) < Decimal("0.01") for s, e in zip(shares, exact, strict=True))


def test_coupons_told_by_line():
    assert coupon_shares(Decimal("2.07"), [2.07, 0.0], [Decimal("20.70"), Decimal("8.50")]) == [
        Decimal("2.07"),
        Decimal(0),
    ]
    with pytest.raises(PayloadError):
        coupon_shares(Decimal(9), [9.0], [Decimal(8)])


@given(gross=cents, rates=st.lists(st.sampled_from(["0", "0.07", "0.19", "0.055"]), max_size=3))
def test_included_taxes(gross, rates):
    rates = [Decimal(rate) for rate in rates]
    taxes = included_taxes(gross, rates)
    exact = gross * sum(rates) / (1 + sum(rates))
    assert abs(sum(taxes) - exact) <= Decimal("0.005")
    assert all(tax == 0 for tax, rate in zip(taxes, rates, strict=True) if not rate)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_division_of_freight_keeps_the_total(seed):
    """Whatever the rates, the order stays what it was, and its taxes add up."""
    chance = random.Random(seed)
    for item in etsy.generate(9, seed, ("plain", "wrap_inside", "digital")):
        order = parse_order(item.payload)
        goods = [line for line in order.lines if line.kind == LineKind.GOODS]
        rates = {
            line.external_id: (Decimal(chance.choice(("0.07", "0.19", "0"))),) for line in goods
        }
        home = with_home_rates(order, rates)
        there = {
            line.external_id: tuple(tax.at_home + Decimal("0.01") for tax in line.taxes)
            for line in home.lines
        }
        taxed = with_taxes(home, there)
        assert taxed.computed_total == order.total
        assert taxed.computed_tax == taxed.tax_total
        ids = [line.external_id for line in taxed.lines]
        assert len(ids) == len(set(ids))


def test_refunds_keep_their_names():
    """Two equal refunds of one second stay two, also when Etsy tells them in another order."""
    (item,) = etsy.generate(1, 5, ("refund_twice",))
    first, second = item.payload["refunds"]
    twin = {**first}
    payload = {**item.payload, "refunds": [first, twin]}
    if sum(r["amount"]["amount"] for r in payload["refunds"]) <= payload["grandtotal"]["amount"]:
        names = [refund.external_id for refund in parse_order(payload).refunds]
        assert len(set(names)) == 2
    swapped = {**item.payload, "refunds": [second, first]}
    assert parse_order(swapped).refunds == parse_order(item.payload).refunds
    with pytest.raises(PayloadError, match="refunds"):
        parse_order(
            {**item.payload, "refunds": [first, {**first, "amount": payload["grandtotal"]}]}
        )


def test_spoiled_receipts_never_crash():
    chance = random.Random(3)
    understood = 0
    for item in etsy.generate(1500, 11):
        try:
            order = parse_order(spoil(item.payload, chance))
        except PayloadError as error:
            assert str(error)
            continue
        understood += 1
        assert order.computed_total == order.total
    assert understood > 300


def test_redacted_receipts_still_add_up():
    for item in etsy.generate(80, 7):
        try:
            order = parse_order(item.payload)
        except PayloadError:
            continue
        bare = parse_order(redact(item.payload))
        assert (bare.total, bare.external_id) == (order.total, order.external_id)
        assert not bare.shipping.street and not bare.customer.name and not bare.note
        assert not any(line.wishes for line in bare.lines if any(v for _k, v in line.wishes))


@pytest.mark.parametrize(
    ("street", "street2", "name"),
    [
        ("Packstation 145", "Postnummer 87654321", "Tom Weiß"),
        ("87654321", "Packstation 145", "Tom Weiß"),
        ("Packstation 145, Postnr. 87654321", "", "Tom Weiß"),
        ("PACKSTATION Nr. 145", "", "Tom Weiß 87654321"),
        ("DHL 87654321", "packstation 145", "Tom Weiß"),
    ],
)
def test_lockers(street, street2, name):
    found = tidy(Address(name=name, street=street, street2=street2, country_code="DE"))
    assert (found.name, found.street, found.street2) == (
        "Tom Weiß",
        "Packstation 145",
        "Postnummer 87654321",
    )


def test_other_addresses_stay():
    for address in (
        Address(name="A", street="Lindenstraße 12a", street2="Hinterhaus", country_code="DE"),
        Address(name="A", street="Packstation 145", country_code="AT"),
        Address(name="A", street="An der Packstation 3", country_code="DE"),
    ):
        assert tidy(address) == address
