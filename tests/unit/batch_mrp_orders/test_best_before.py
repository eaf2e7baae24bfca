# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from planning.best_before import (
    Expiry,
    IngredientLot,
    ShelfLife,
    earliest,
    expiry_of,
)

MADE = date(2026, 11, 22)
near = st.integers(-30, 400).map(lambda days: MADE + timedelta(days=days))
ingredients = st.lists(st.builds(IngredientLot, st.integers(1, 9), near), max_size=6)
lives = st.builds(
    ShelfLife,
    st.none() | st.integers(0, 400),
    st.none() | st.integers(0, 40),
)


def good_on(day, produced, life, lots):
    """Whether goods may be used on ``day``, ingredient by ingredient."""
    if life.days is not None and (day - produced).days >= life.days:
        return False
    if life.margin is None:
        return True
    return all(day + timedelta(days=life.margin) < lot.expires for lot in lots)


@given(near, lives, ingredients)
@example(MADE, ShelfLife(365, 0), [IngredientLot(7, MADE + timedelta(days=20))])
def test_expiry_is_the_first_day_on_which_the_goods_are_not_good(produced, life, lots):
    expiry = expiry_of(produced, life, lots)
    if expiry is None:
        assert all(good_on(MADE + timedelta(days=day), produced, life, lots) for day in (0, 9999))
        return
    assert not good_on(expiry.day, produced, life, lots)
    assert good_on(expiry.day - timedelta(days=1), produced, life, lots)


@given(near, lives, ingredients)
def test_the_lot_that_limits_is_one_that_went_in(produced, life, lots):
    expiry = expiry_of(produced, life, lots)
    if expiry is None or expiry.limited_by is None:
        assert expiry is None or expiry.day == produced + timedelta(days=life.days)
        return
    guilty = [lot for lot in lots if lot.expires - timedelta(days=life.margin) == expiry.day]
    assert expiry.limited_by == min(lot.lot for lot in guilty)
    assert life.days is None or expiry.day < produced + timedelta(days=life.days)


@given(near, lives, ingredients, ingredients)
def test_more_ingredients_never_make_goods_keep_longer(produced, life, lots, more):
    few, many = expiry_of(produced, life, lots), expiry_of(produced, life, lots + more)
    if few:
        assert many.day <= few.day


@given(st.lists(near.map(Expiry), max_size=5))
def test_lot_of_several_runs_keeps_as_long_as_its_oldest_goods(expiries):
    assert earliest(expiries) == (
        Expiry(min(expiry.day for expiry in expiries)) if expiries else None
    )


def test_nothing_said_nothing_known():
    assert expiry_of(MADE, ShelfLife(None), [IngredientLot(1, MADE)]) is None
    assert expiry_of(MADE, ShelfLife(None, 3), []) is None
    assert expiry_of(MADE, ShelfLife(None, 3), [IngredientLot(1, MADE)]) == Expiry(
        date(2026, 11, 19), 1
    )
