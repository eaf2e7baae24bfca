# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Splits and shares of money lose nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import linetax
from channels.base.money import CENT, discount_percent, prorate, round_money, split

amounts = st.integers(-10_000_000, 10_000_000).map(lambda cents: Decimal(cents) / 100)
prices = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents) / 100)
weights = st.lists(st.integers(0, 100_000).map(Decimal), min_size=1, max_size=20)


@given(amounts, weights)
def test_split_loses_nothing_and_is_fair(amount, shares):
    parts = split(amount, shares)
    assert sum(parts) == amount
    total = sum(shares)
    if total:
        for part, share in zip(parts, shares, strict=True):
            assert abs(part - amount * share / total) < CENT


def test_split_into_nothing():
    assert split(Decimal(0), []) == []
    with pytest.raises(ValueError, match="no parts"):
        split(Decimal(1), [])


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("4.68", ["23.97", "12.95", "9.90"], ["2.40", "1.29", "0.99"]),
        ("5.00", ["23.97", "16.47", "25.90"], ["1.81", "1.24", "1.95"]),
        ("-0.01", ["1", "1"], ["-0.01", "0.00"]),
    ],
)
def test_split_known(amount, shares, parts):
    found = split(Decimal(amount), [Decimal(share) for share in shares])
    assert found == [Decimal(part) for part in parts]


@given(amounts, st.integers(1, 50), st.data())
def test_shares_of_any_cut_add_up(amount, whole, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, whole), max_size=6)))
    ends = [0, *cuts, whole]
    shares = [prorate(amount, Decimal(end), Decimal(whole)) for end in ends]
    assert sum(b - a for a, b in zip(shares, shares[1:], strict=False)) == amount


def test_commercial_rounding():
    assert round_money(Decimal("0.005")) == Decimal("0.01")
    assert round_money(Decimal("-0.005")) == Decimal("-0.01")
    assert round_money(Decimal("2.5"), Decimal(1)) == Decimal(3)


@given(prices, prices)
def test_discount_percent_is_near(gross, discount):
    net = max(gross - discount, Decimal(0))
    percent = discount_percent(gross, net)
    if gross:
        assert abs(gross * (1 - percent / 100) - net) <= gross / 20000


@given(prices, st.sampled_from(["0", "0.07", "0.19"]), st.integers(1, 60), st.data())
def test_partial_bills_add_up(gross, rate, quantity, data):
    """Any sequence of partial bills and credits ends at the line, base and tax."""
    tax = round_money(gross * Decimal(rate) / (1 + Decimal(rate)))
    line = linetax.build(
        currency_id=1,
        price_unit=gross,
        discount=Decimal(0),
        quantity=Decimal(quantity),
        base=gross - tax,
        taxes={7: tax},
    )
    billed, done = [], Decimal(0)
    steps = data.draw(st.lists(st.integers(-quantity, quantity), max_size=8))
    for step in [*steps, None]:
        part = Decimal(quantity) - done if step is None else Decimal(step)
        if not 0 <= done + part <= quantity:
            continue
        billed.append((1, linetax.cut(line, part, done=done, billed=billed)))
        done += part
    assert sum(linetax.base_of(part) for _sign, part in billed) == gross - tax
    assert sum(linetax.taxes_of(part)["7"] for _sign, part in billed) == tax


def test_credited_bill_is_billed_again():
    line = linetax.build(
        currency_id=1,
        price_unit=Decimal("0.33"),
        discount=Decimal(0),
        quantity=Decimal(3),
        base=Decimal("1.00"),
        taxes={},
    )
    first = linetax.cut(line, Decimal(1))
    history = [(1, first), (-1, first)]
    second = linetax.cut(line, Decimal(1), billed=history)
    rest = linetax.cut(line, Decimal(2), done=Decimal(1), billed=[*history, (1, second)])
    assert linetax.base_of(second) + linetax.base_of(rest) == Decimal("1.00")
