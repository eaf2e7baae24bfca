# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Nutrition from the mixing bowl, and the Commission's rounding; the base price."""

from dataclasses import astuple, fields
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.base_price import base_price
from labelling.composition import Composer, Handling, Mix
from labelling.nutrition import GRAMS, SALT, SATURATES, Nutrition, compute, rounded
from labelling.type_size import figure_height, text_height

from .test_labelling_composition import recipes, ways_down

BREAD, FLOUR, WATER = 1, 2, 3
FLOUR_VALUES = Nutrition(
    *(Fraction(v) for v in ("1400", "330", "1", "0.2", "70", "1", "10", "0.01"))
)


def test_lost_water_leaves_more_in_100_g():
    composer = Composer(
        {BREAD: Mix(((FLOUR, Fraction(600)), (WATER, Fraction(400))), Fraction(800))}
    )
    found = compute(BREAD, composer, {FLOUR: FLOUR_VALUES, WATER: Nutrition()})
    assert found.nutrition.energy_kj == 1050
    assert found.nutrition.protein == Fraction("7.5")


def test_missing_values_are_named_and_given_ones_win():
    composer = Composer({BREAD: Mix(((FLOUR, Fraction(1)), (WATER, Fraction(1))))})
    assert compute(BREAD, composer, {FLOUR: FLOUR_VALUES}).missing == {WATER}
    assert compute(BREAD, composer, {FLOUR: FLOUR_VALUES}).nutrition is None
    assert compute(BREAD, composer, {BREAD: FLOUR_VALUES}).nutrition == FLOUR_VALUES


def test_nothing_to_compute_from():
    found = compute(BREAD, Composer({BREAD: Mix(())}), {})
    assert found.nutrition is None
    assert not found.missing


VALUES = st.integers(0, 10_000).map(lambda v: Fraction(v, 100))


@given(recipes(), st.lists(VALUES, min_size=80, max_size=80))
def test_equals_the_weighted_sum_of_what_is_bought(case, values):
    mixes, aids = case
    size = len(fields(Nutrition))
    given_values = {
        product: Nutrition(*values[product * size : (product + 1) * size])
        for product in range(10)
        if product not in mixes
    }
    expected = [Fraction(0)] * size
    for part, share in ways_down(mixes, aids, 0):
        expected = [
            e + share * v for e, v in zip(expected, astuple(given_values[part]), strict=True)
        ]
    composer = Composer(mixes, dict.fromkeys(aids, Handling.AID))
    found = compute(0, composer, given_values).nutrition
    if found is None:  # nothing but processing aids
        assert not any(expected)
    else:
        assert list(astuple(found)) == expected


# European Commission, guidance on tolerances (2012), table 4.
@pytest.mark.parametrize(
    ("rule", "value", "printed", "below"),
    [
        (GRAMS, "10.4", "10", False),
        (GRAMS, "10.5", "11", False),
        (GRAMS, "9.94", "9.9", False),
        (GRAMS, "0.51", "0.5", False),
        (GRAMS, "0.5", "0.5", True),
        (GRAMS, "0", "0", False),
        (SATURATES, "0.1", "0.1", True),
        (SATURATES, "0.14", "0.1", False),
        (SALT, "1.04", "1.0", False),
        (SALT, "0.984", "0.98", False),
        (SALT, "0.0125", "0.01", True),
        (SALT, "0.0126", "0.01", False),
    ],
)
def test_rounding(rule, value, printed, below):
    found = rule.apply(Fraction(value))
    assert (found.value, found.below) == (Decimal(printed), below)


@given(st.lists(VALUES, min_size=8, max_size=8))
def test_rounding_stays_within_half_a_step(values):
    for name, found in rounded(Nutrition(*values)).items():
        value = getattr(Nutrition(*values), name)
        assert found.value >= 0
        if not found.below:
            half = Fraction(1, 2) if value >= 10 or "energy" in name else Fraction(1, 20)
            assert abs(Fraction(found.value) - value) <= half


# Preisangabenverordnung, § 4 and § 5.
@pytest.mark.parametrize(
    ("price", "content", "expected"),
    [
        ("8.90", 500, "17.80"),
        ("1.99", 75, "26.53"),
        ("4.99", 1000, None),
        ("2.50", 9, None),
        ("2.50", 10, "250.00"),
        ("0.005", 500, "0.01"),
    ],
)
def test_base_price(price, content, expected):
    found = base_price(Fraction(price), Fraction(content))
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("content", "height"), [(50, 2), (51, 3), (200, 3), (500, 4), (1000, 4), (1001, 6)]
)
def test_figures_of_the_net_quantity(content, height):
    assert figure_height(Fraction(content)) == height


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.floats(20, 150))
def test_text_needs_no_more_room_on_a_wider_label(lengths, width):
    texts = ["x" * length for length in lengths]
    height = text_height(texts, width, 6.8)
    assert height >= text_height(texts, width + 20, 6.8)
    assert height >= len(texts) * 6.8 * 25.4 / 72
