# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Scaling a recipe to a batch: hand-made cases and properties."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.recipe import Component
from planning.scaling import (
    COARSE_FROM,
    gross,
    largest_remainder,
    round_half_up,
    round_up,
    scale_parts,
)

MILLIGRAM = Fraction(1, 1000)
KILO = Fraction(1000)


def weighed(quantity, unit=KILO, step=Fraction(1, 10**6)):
    return Component(1, Fraction(quantity), step=step, mass=unit)


def test_gross_of_loss_and_yield():
    assert gross(Fraction(9), Fraction(10), Fraction(100)) == 10
    assert gross(Fraction(9), Fraction(0), Fraction(90)) == 10
    assert gross(Fraction(81), Fraction(10), Fraction(90)) == 100
    assert gross(Fraction(5), Fraction(0), Fraction(100)) == 5


@pytest.mark.parametrize(("loss", "share"), [(100, 100), (-1, 100), (0, 0), (0, -5)])
def test_nothing_left_is_refused(loss, share):
    with pytest.raises(ValueError, match="loss|yield"):
        gross(Fraction(1), Fraction(loss), Fraction(share))


def test_three_thirds_are_a_whole():
    parts = [weighed(Fraction(1, 3))] * 3
    assert scale_parts(parts, Fraction(10)) == [
        Fraction("3.333334"),
        Fraction("3.333333"),
        Fraction("3.333333"),
    ]


def test_steps_of_a_gram():
    parts = [weighed(Fraction(1, 3))] * 3
    amounts = scale_parts(parts, Fraction(10), weighing_step=Fraction(1))
    assert amounts == [Fraction("3.334"), Fraction("3.333"), Fraction("3.333")]


def test_a_pinch_is_not_rounded_away():
    parts = [weighed("0.9996"), weighed("0.0004")]
    amounts = scale_parts(parts, Fraction(1), weighing_step=Fraction(1))
    assert amounts == [Fraction(1), Fraction("0.0004")]
    coarse = scale_parts(parts, Fraction(100), weighing_step=Fraction(1))
    assert coarse == [Fraction("99.960"), Fraction("0.040")]


def test_pieces_are_rounded_up_and_kept_apart_from_the_weighed():
    jar = Component(2, Fraction(1, 3), step=Fraction(1, 10**6))
    assert scale_parts([jar, weighed(1)], Fraction(1)) == [Fraction("0.333334"), 1]
    assert scale_parts([Component(2, Fraction(1, 3))], Fraction(1)) == [Fraction(1, 3)]


def test_grams_and_kilos_in_one_recipe():
    parts = [weighed(Fraction(1, 3)), weighed(Fraction(2000, 3), unit=Fraction(1))]
    kilo, gram = scale_parts(parts, Fraction(1), weighing_step=Fraction(1))
    assert (kilo, gram) == (Fraction("0.333"), 667)


def test_a_total_out_of_reach_is_refused():
    with pytest.raises(ValueError, match="cannot be made"):
        largest_remainder([Fraction(1)], Fraction(1), Fraction(3))


def test_rounding():
    assert round_up(Fraction("1.0000001"), Fraction(1)) == 2
    assert round_up(Fraction(1, 3), None) == Fraction(1, 3)
    assert round_half_up(Fraction("2.5"), Fraction(1)) == 3
    assert round_half_up(Fraction("2.49"), Fraction(1)) == 2


# --------------------------------------------------------------------- properties
amounts = st.fractions(min_value=0, max_value=60, max_denominator=997)
outputs = st.fractions(min_value=Fraction(1, 50), max_value=500, max_denominator=97)
scales = st.sampled_from([None, Fraction(1, 1000), Fraction(1), Fraction(5), Fraction(10)])
recipes = st.lists(
    st.builds(weighed, amounts, st.sampled_from([Fraction(1), KILO])), min_size=1, max_size=12
)


@given(recipes, outputs, scales)
def test_the_sum_is_kept(parts, output, step):
    result = scale_parts(parts, output, step)
    masses = [quantity * part.mass for quantity, part in zip(result, parts, strict=True)]
    exact = [part.quantity * part.mass * output for part in parts]
    fine = max(part.step * part.mass for part in parts)
    coarse = step is not None and step > fine
    used = step if coarse and any(mass >= COARSE_FROM * step for mass in exact) else fine
    assert abs(sum(masses) - sum(exact)) <= used / 2


@given(recipes, outputs, scales)
def test_every_part_is_right_to_a_step(parts, output, step):
    fine = max(part.step * part.mass for part in parts)
    for quantity, part in zip(scale_parts(parts, output, step), parts, strict=True):
        mass, exact = quantity * part.mass, part.quantity * part.mass * output
        scale = step if step and step > fine and exact >= COARSE_FROM * step else fine
        assert abs(mass - exact) < scale
        assert (mass / scale).denominator == 1
        assert mass or exact < fine
        if exact == 0:
            assert mass == 0


@given(recipes, st.integers(min_value=1, max_value=50))
def test_scaling_on_the_grid_changes_nothing(parts, output):
    on_grid = [
        Component(1, round_half_up(part.quantity, part.step), step=part.step, mass=part.mass)
        for part in parts
        if part.mass == KILO
    ]
    result = scale_parts(on_grid, Fraction(output))
    assert result == [part.quantity * output for part in on_grid]


@given(amounts, st.fractions(0, 99, max_denominator=100), st.fractions(1, 200, max_denominator=100))
def test_gross_gives_net_back(net, loss, yielded):
    assert gross(net, loss, yielded) * (1 - loss / 100) * yielded / 100 == net
    assert gross(net, loss, Fraction(100)) >= net
