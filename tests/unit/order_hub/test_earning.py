# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Margins to the cent: whatever is grouped by, nothing is lost and nothing is made."""

from fractions import Fraction

import pytest
from earning.fees import Movement, fees_of_payout
from earning.margin import Line, Margin, Shared, margins
from earning.share import split
from hypothesis import given
from hypothesis import strategies as st

CENT = Fraction(1, 100)
money = st.integers(-100_000, 100_000).map(lambda cents: cents * CENT)
costs = st.integers(0, 100_000).map(lambda cents: cents * CENT)


@given(money, st.lists(costs, min_size=1, max_size=9))
def test_parts_are_cents_that_add_up(amount, weights):
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all((part / CENT).denominator == 1 for part in parts)
    if total := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - amount * weight / total) < CENT


@pytest.mark.parametrize(("amount", "weights"), [(1, []), (Fraction(1, 3), [Fraction(1)])])
def test_what_cannot_be_split_is_an_error(amount, weights):
    with pytest.raises(ValueError, match="cannot be split"):
        split(Fraction(amount), weights)


def test_shipping_lines_bear_nothing_beside_goods():
    goods = Line(Fraction(20), Fraction(5))
    found = margins(
        [goods, Line(Fraction(5), Fraction(0), bears=False)], Shared(shipping=Fraction(4))
    )
    assert [one.amount for one in found] == [11, 5]


orders = st.lists(
    st.tuples(
        st.lists(st.builds(Line, money, costs, st.booleans()), min_size=1, max_size=5),
        st.builds(Shared, costs, costs, costs, money),
        st.sampled_from("ab"),
    ),
    max_size=6,
)


@given(orders, st.data())
def test_sums_over_orders_products_and_channels_agree(shop, data):
    rows: list[tuple[int, str, str, Margin]] = []
    for number, (lines, shared, channel) in enumerate(shop):
        for margin in margins(lines, shared):
            rows.append((number, data.draw(st.sampled_from("xyz")), channel, margin))
    whole = sum((row[3].amount for row in rows), Fraction(0))
    for key in range(3):
        sums: dict = {}
        for row in rows:
            sums[row[key]] = sums.get(row[key], Fraction(0)) + row[3].amount
        assert sum(sums.values(), Fraction(0)) == whole
    assert whole == sum(
        (
            sum((line.revenue - line.cost for line in lines), shared.credit)
            - shared.channel_fees
            - shared.payment_fees
            - shared.shipping
            for lines, shared, _channel in shop
        ),
        Fraction(0),
    )


def test_fees_go_where_they_belong():
    found = fees_of_payout(
        [
            Movement("charge", 1, Fraction(30), Fraction("0.90")),
            Movement("charge", 2, Fraction(10), Fraction("0.30")),
            Movement("transaction", 2, Fraction(0), Fraction("0.65")),
            Movement("listing", None, Fraction(0), Fraction("0.20")),
            Movement("fee_vat", None, Fraction("-0.04"), Fraction(0)),
            Movement("carried_over", None, Fraction(50), Fraction(0)),
        ]
    )
    assert found[1].payment == Fraction("0.90")
    assert found[1].channel == Fraction("0.18")
    assert found[2].payment == Fraction("0.30")
    assert found[2].channel == Fraction("0.71")


def test_a_payout_without_paid_orders_burdens_none():
    assert fees_of_payout([Movement("listing", None, Fraction(0), Fraction(1))]) == {}


movements = st.lists(
    st.builds(
        Movement,
        st.sampled_from(["charge", "listing", "transaction", "payment_processing_fee", "fee_vat"]),
        st.none() | st.integers(1, 4),
        money,
        money,
    ),
    max_size=12,
)


@given(movements)
def test_no_fee_is_lost(lines):
    found = fees_of_payout(lines)
    total = sum((fees.channel + fees.payment for fees in found.values()), Fraction(0))
    paid = any(line.kind == "charge" and line.order is not None for line in lines)
    assert total == sum(
        (line.cost for line in lines if paid or line.order is not None), Fraction(0)
    )
