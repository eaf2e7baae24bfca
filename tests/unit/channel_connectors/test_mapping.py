# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payloads to orders: every sample to the cent, and nothing that does not add up."""

import copy
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import changes
from channels.base.errors import PayloadError
from channels.base.order import LineKind, PaymentState
from channels.shopify.adapter import ShopifyAdapter
from channels.shopify.mapping import parse_order
from tests.sandbox.shopify.orders import expected, generate, sample_orders
from tests.sandbox.shopify.store import SAMPLES, load_orders


def complete(orders, refunds):
    """Orders as the adapter hands them on: with paging facts and refund details."""
    details = {}
    for refund in copy.deepcopy(refunds):
        refund["refundLineItems"].setdefault("pageInfo", {"hasNextPage": False})
        details[refund["id"]] = refund
    found = copy.deepcopy(orders)
    for order in found:
        order["refunds"] = [details[row["id"]] for row in order["refunds"]]
    return {order["name"]: order for order in found}


OWN = complete(*sample_orders())


@pytest.mark.parametrize("name", OWN)
def test_own_samples(name):
    order, totals = parse_order(OWN[name]), expected()[name]
    check(order, totals)


def check(order, totals):
    if order.currency != order.shop_currency:
        # The known totals are the shop's; what was charged is tested with the generated orders.
        assert order.computed_total == order.total and order.computed_tax == order.tax_total
        return
    shipping = sum(line.amount for line in order.lines if line.kind == LineKind.SHIPPING)
    assert order.computed_total == order.total == Decimal(totals["total"])
    assert order.computed_tax == order.tax_total == Decimal(totals["tax"])
    assert shipping == Decimal(totals["shipping"])
    assert sum(line.amount for line in order.lines) - shipping == Decimal(totals["lines"])


def test_recorded_samples_and_own_ones_agree():
    """Both sets of sample orders have the same totals, order by order."""
    path = SAMPLES / "orders_page.json"
    if not path.exists():
        pytest.skip("vendor samples not present beside the project")
    recorded = complete(*load_orders(path))
    assert recorded.keys() == OWN.keys()
    for name, payload in recorded.items():
        theirs, ours = parse_order(payload), parse_order(OWN[name])
        check(theirs, expected()[name])
        for field in ("taxes_included", "test", "payment_state", "amount_refunded", "currency"):
            assert getattr(theirs, field) == getattr(ours, field), (name, field)
        assert bool(theirs.cancelled_at) == bool(ours.cancelled_at)
        assert [
            (li.kind, li.sku or "", li.quantity, li.amount, li.tax_total)
            for li in theirs.lines
            if li.kind != LineKind.SHIPPING
        ] == [
            (li.kind, li.sku or "", li.quantity, li.amount, li.tax_total)
            for li in ours.lines
            if li.kind != LineKind.SHIPPING
        ], name
        assert [p.amount for p in theirs.payments] == [p.amount for p in ours.payments], name


def test_refund_is_net_and_tax():
    refund = parse_order(OWN["#1014"]).refunds[0]
    assert refund.total == Decimal("12.09")
    assert sum(line.net + line.tax for line in refund.lines) == Decimal("12.09")
    goods, freight = refund.lines
    assert (goods.net, goods.tax) == (Decimal("6.72"), Decimal("0.47"))
    assert (freight.net, freight.tax) == (Decimal("4.12"), Decimal("0.78"))


def test_refunded_order_without_its_pieces():
    """A shop lowers the current figures by what was refunded; sold is what was sold."""
    payload = copy.deepcopy(OWN["#1014"])
    payload["lineItems"]["nodes"][0]["currentQuantity"] = 2
    payload["currentTotalPriceSet"]["shopMoney"]["amount"] = "26.04"
    payload["currentTotalTaxSet"]["shopMoney"]["amount"] = "2.80"
    order = parse_order(payload)
    assert order.total == Decimal("38.13")
    assert order.tax_total == Decimal("4.05")
    assert order.lines[0].quantity == 3


def test_states():
    assert parse_order(OWN["#1012"]).payment_state == PaymentState.PENDING
    assert not parse_order(OWN["#1012"]).payments[0].succeeded
    assert parse_order(OWN["#1008"]).payments[0].gift_card
    assert parse_order(OWN["#1011"]).test


def test_cash_rounding_and_fees():
    payload = copy.deepcopy(OWN["#1001"])
    money = payload["totalPriceSet"]
    bag = lambda text: {  # noqa: E731
        "shopMoney": {"amount": text, "currencyCode": "EUR"},
        "presentmentMoney": {"amount": text, "currencyCode": "EUR"},
    }
    payload["additionalFees"] = [
        {
            "id": "gid://shopify/AdditionalFee/1",
            "name": "Deposit",
            "price": bag("0.25"),
            "taxLines": [],
        }
    ]
    payload["totalCashRoundingAdjustment"]["paymentSet"] = bag("-0.02")
    for key in ("totalPriceSet", "currentTotalPriceSet"):
        total = Decimal(money["shopMoney"]["amount"])
        payload[key] = bag(str(total + Decimal("0.23")))
    order = parse_order(payload)
    assert [line.kind for line in order.lines][-2:] == [LineKind.FEE, LineKind.ROUNDING]
    assert order.total == Decimal("26.60")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda o: o.pop("lineItems"),
        lambda o: o["lineItems"]["nodes"][0].update(quantity="two"),
        lambda o: o["totalPriceSet"]["shopMoney"].update(amount="NaN"),
        lambda o: o["totalPriceSet"]["shopMoney"].update(amount="1e999999"),
        lambda o: o["lineItems"]["nodes"][0].update(quantity=-2, currentQuantity=-2),
        lambda o: o.update(displayFinancialStatus="SOMETHING"),
        lambda o: o.update(processedAt="yesterday"),
        lambda o: o.update(lineItems=None),
        lambda o: o["totalPriceSet"]["shopMoney"].update(amount="26.38"),
        lambda o: o["currentTotalTaxSet"]["shopMoney"].update(amount="2.20"),
    ],
)
def test_nonsense_is_refused(spoil):
    payload = copy.deepcopy(OWN["#1001"])
    spoil(payload)
    with pytest.raises(PayloadError):
        parse_order(payload)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(sorted(OWN)), st.data())
def test_mutated_payloads_never_crash(seed, name, data):
    """Whatever is put in the place of any value, the answer is an order or a reason."""
    payload = copy.deepcopy(OWN[name])
    chance = random.Random(seed)
    node, key = payload, None
    for _ in range(chance.randint(1, 6)):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        parent, key = node, chance.choice(keys)
        node = parent[key]
        if not isinstance(node, (dict, list)):
            break
    if key is None:
        return
    parent[key] = data.draw(
        st.one_of(
            st.none(), st.integers(), st.text(max_size=20), st.floats(), st.just({}), st.just([])
        )
    )
    try:
        order = parse_order(payload)
    except PayloadError:
        return
    assert order.computed_total == order.total


def test_generated_orders_add_up():
    for payload in generate(200, seed=11):
        order = parse_order(payload)
        assert order.computed_total == order.total
        assert order.computed_tax == order.tax_total


def test_digest_is_blind_to_the_moment():
    payload = copy.deepcopy(OWN["#1001"])
    before = ShopifyAdapter.payload_digest(payload)
    payload["updatedAt"] = "2027-01-01T00:00:00Z"
    assert ShopifyAdapter.payload_digest(payload) == before
    payload["note"] = "other"
    assert ShopifyAdapter.payload_digest(payload) != before


def test_changes_are_named():
    before = changes.summarize(parse_order(OWN["#1015"]))
    payload = copy.deepcopy(OWN["#1015"])
    payload["shippingAddress"] = {**payload["shippingAddress"], "city": "Anderswo"}
    after = changes.summarize(parse_order(payload))
    assert changes.compare(before, before) == []
    assert [change.subject for change in changes.compare(before, after)] == ["delivery"]
