# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The balance of a lot and of a run, against a ledger of places."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracing.balance import Balance, Flow, Input, Place, balance, balance_run

QUANTITIES = st.integers(0, 10**10).map(lambda number: Decimal(number) / 10**6)
PLACES = st.sampled_from(Place)
FLOWS = st.lists(
    st.builds(Flow, st.integers(1, 3), PLACES, PLACES, QUANTITIES, st.booleans(), st.booleans()),
    max_size=30,
)
SHARES = st.fractions(0, 100, max_denominator=1000)
AMOUNTS = st.fractions(0, 10**6, max_denominator=10**6)
INPUTS = st.lists(
    st.builds(Input, st.integers(1, 9), AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS, SHARES),
    max_size=8,
)


def ours(lot: int, flows: list[Flow]) -> Decimal:
    """What the moves have left with us."""
    total = Decimal(0)
    for flow in flows:
        if flow.lot == lot:
            total += flow.quantity * (flow.destination is Place.OURS)
            total -= flow.quantity * (flow.source is Place.OURS)
    return total


@given(FLOWS)
def test_nothing_is_missing_where_stock_is_what_was_moved(flows):
    lots = {flow.lot for flow in flows}
    for found in balance(flows, {lot: ours(lot, flows) for lot in lots}).values():
        assert found.difference == 0
        assert found.total_in == found.total_out


@given(FLOWS, st.dictionaries(st.integers(1, 5), QUANTITIES))
def test_difference_is_what_no_move_explains(flows, on_hand):
    found = balance(flows, on_hand)
    assert set(found) == {flow.lot for flow in flows} | set(on_hand)
    for lot, one in found.items():
        assert one.on_hand == on_hand.get(lot, 0)
        assert one.difference == ours(lot, flows) - one.on_hand


@given(FLOWS, FLOWS)
def test_balances_add_up(first, second):
    together, parts = balance(first + second, {}), [balance(first, {}), balance(second, {})]
    for lot, found in together.items():
        for name in ("received", "made", "consumed", "shipped", "scrapped", "adjusted"):
            assert getattr(found, name) == sum(
                getattr(part.get(lot, Balance()), name) for part in parts
            )


@pytest.mark.parametrize(
    ("source", "destination", "flags", "parts"),
    [
        (Place.VENDOR, Place.OURS, {}, {"received": 5}),
        (Place.OURS, Place.VENDOR, {}, {"vendor_returns": 5}),
        (Place.VENDOR, Place.CUSTOMER, {}, {"received": 5, "shipped": 5}),
        (Place.PRODUCTION, Place.OURS, {"is_made": True}, {"made": 5}),
        (Place.PRODUCTION, Place.OURS, {}, {"given_back": 5}),
        (Place.OURS, Place.INVENTORY, {"is_scrap": True}, {"scrapped": 5}),
        (Place.OURS, Place.INVENTORY, {}, {"adjusted": -5}),
        (Place.INVENTORY, Place.OURS, {}, {"adjusted": 5}),
        (Place.OTHER_COMPANY, Place.OURS, {}, {"received": 5}),
        (Place.OURS, Place.OURS, {}, {}),
    ],
)
def test_part_of_a_flow(source, destination, flags, parts):
    [found] = balance([Flow(1, source, destination, Decimal(5), **flags)], {1: Decimal(0)}).values()
    assert found == Balance(**parts)


@given(INPUTS, AMOUNTS, SHARES)
def test_run(inputs, output, yield_percent):
    found = balance_run(inputs, output, yield_percent)
    weighed = [one for one in inputs if one.grams is not None]
    assert found.input == sum(one.used * one.grams for one in weighed)
    lost = sum(one.used * one.grams * one.loss_percent for one in weighed) / 100
    assert found.expected_output == (found.input - lost) * yield_percent / 100
    assert found.difference + found.expected_output == output
    if found.input:
        assert found.input * (1 - found.loss_percent / 100) == output
        assert 0 <= found.expected_loss_percent <= 100
    else:
        assert found.loss_percent is found.expected_loss_percent is None


def test_used_beyond_the_recipe():
    assert Input(1, Fraction(12), Fraction(10)).difference == 2
    assert Input(1, Fraction(12)).difference == 12
