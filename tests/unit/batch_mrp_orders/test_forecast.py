# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Forecast, its backtest, and quantities to make to stock."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.forecast import (
    backtest_error,
    forecast,
    per_day,
    quantity_to_make,
    rounded_up,
    shifted,
    suggested_minimum,
)

QUANTITIES = st.fractions(min_value=0, max_value=500, max_denominator=100)


def history(start, *quantities):
    return {shifted(start, n): Fraction(q) for n, q in enumerate(quantities)}


def test_short_history_is_the_mean_of_three_months():
    assert forecast(history((2026, 8), 10, 20, 30), (2026, 12), (2026, 11)) == 20
    assert forecast(history((2026, 10), 30), (2026, 12), (2026, 11)) == 30
    assert forecast({}, (2026, 12), (2026, 11)) is None


def test_the_running_month_is_not_known():
    sales = history((2026, 8), 10, 20, 30, 999)
    assert forecast(sales, (2026, 12), (2026, 11)) == 20


def test_season_with_growth():
    # Christmas sells 100, and this year sells 20 % more than the last.
    sales = history((2025, 8), 10, 10, 10, 40, 100, 5, 5, 5, 5, 5, 5, 5, 12, 12, 12)
    assert forecast(sales, (2026, 12), (2026, 11)) == 120


def test_growth_is_limited():
    sales = history((2025, 8), 1, 1, 1, 40, 100, 5, 5, 5, 5, 5, 5, 5, 50, 50, 50)
    assert forecast(sales, (2026, 12), (2026, 11)) == 200


def test_backtest_knows_only_what_was_known_then():
    sales = history((2025, 9), 10, 10, 10, 25)
    assert backtest_error(sales, (2026, 12)) == Fraction(15, 25)
    later = {**sales, (2026, 1): Fraction(7777)}
    assert backtest_error(later, (2026, 12)) == Fraction(15, 25)
    assert backtest_error(history((2026, 8), 5, 5, 5), (2026, 12)) is None


@given(
    st.dictionaries(
        st.tuples(st.integers(2024, 2026), st.integers(1, 12)), QUANTITIES, max_size=30
    ),
    st.fractions(min_value=Fraction(1, 10), max_value=10),
)
def test_twice_the_sales_twice_the_forecast(sales, factor):
    scaled = {month: quantity * factor for month, quantity in sales.items()}
    once = forecast(sales, (2026, 12), (2026, 11))
    assert forecast(scaled, (2026, 12), (2026, 11)) == (None if once is None else once * factor)
    assert backtest_error(scaled, (2026, 12)) == backtest_error(sales, (2026, 12))


def test_minimum_lasts_for_the_lead_time_with_the_error_as_safety():
    daily = per_day(Fraction(310), (2026, 12))
    assert daily == 10
    assert suggested_minimum(daily, Fraction(7), None) == 70
    assert suggested_minimum(daily, Fraction(7), Fraction(1, 5)) == 84
    assert suggested_minimum(daily, Fraction(7), Fraction(9)) == 140


@given(QUANTITIES)
def test_suggestions_are_round_numbers_and_never_too_small(quantity):
    rounded = rounded_up(quantity)
    assert quantity <= rounded <= quantity * Fraction(11, 10)
    assert len(f"{float(rounded):.6e}".split("e")[0].rstrip("0").replace(".", "")) <= 2


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("16.75", 17), ("162.4", 170), ("0.348", "0.35"), (100, 100), (99.5, 100), (0, 0)],
)
def test_suggestions_have_two_figures(quantity, expected):
    assert rounded_up(Fraction(quantity)) == Fraction(expected)


@pytest.mark.parametrize(
    ("wanted", "batch", "sellable", "expected"),
    [
        (25, 10, None, 30),
        (25, 10, 29, 20),
        (25, 10, 9, 0),
        (25, None, 20, 20),
        (25, None, -5, 0),
        (0, 10, None, 0),
    ],
)
def test_batches_within_the_shelf_life(wanted, batch, sellable, expected):
    batch = None if batch is None else Fraction(batch)
    sellable = None if sellable is None else Fraction(sellable)
    assert quantity_to_make(Fraction(wanted), batch, sellable) == expected


@given(QUANTITIES, st.none() | st.integers(1, 40).map(Fraction), st.none() | QUANTITIES)
def test_never_more_than_can_be_sold_and_always_full_batches(wanted, batch, sellable):
    made = quantity_to_make(wanted, batch, sellable)
    assert made >= 0
    assert batch is None or made % batch == 0
    assert sellable is None or made <= sellable
    if sellable is None:
        assert made >= wanted
