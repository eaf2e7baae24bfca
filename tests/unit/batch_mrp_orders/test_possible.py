# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is possible now with what is on hand."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from planning.netting import Demand, RunKey, Supply, net
from planning.possible import Coverage, possible_quantities
from planning.recipe import Component, Recipe

DAY = date(2026, 12, 1)


def coverage(required, available=0, to_produce=0):
    return Coverage(Fraction(required), Fraction(available), Fraction(to_produce))


def test_the_scarcest_ingredient_decides():
    rows = {
        (1,): coverage(20, available=4, to_produce=16),
        (1, 2): coverage(160, available=80),
        (1, 3): coverage(32, available=8),
    }
    assert possible_quantities(rows) == {(1,): 8, (1, 2): 80, (1, 3): 8}


def test_two_levels():
    rows = {
        (1,): coverage(10, to_produce=10),
        (1, 2): coverage(5, available=1, to_produce=4),
        (1, 2, 3): coverage(8, available=4),
    }
    assert possible_quantities(rows)[1,] == 6


def test_what_is_expected_does_not_count():
    assert possible_quantities({(1,): coverage(10, available=3)}) == {(1,): 3}


amounts = st.integers(0, 40).map(Fraction)


@given(amounts, amounts, amounts, amounts, st.integers(1, 40))
def test_ordering_what_is_possible_is_short_of_nothing(first, second, third, ready, wanted):
    """The quantity can really be had, and one more cannot."""
    recipes = {
        1: Recipe(1, 1, (Component(2, Fraction(2)), Component(3, Fraction(1, 2)))),
        2: Recipe(2, 2, (Component(4, Fraction(3)),)),
    }
    supplies = [
        Supply(("stock", product), product, quantity)
        for product, quantity in ((1, ready), (2, first), (3, second), (4, third))
    ]

    def plan(quantity):
        demand = Demand("order", 1, quantity, DAY + timedelta(days=30))
        return net([demand], supplies, recipes, pooled=False)

    possible = possible_quantities(_coverage(plan(Fraction(wanted))))[1,]
    assert 0 <= possible <= wanted
    assert not plan(possible).shortages
    if possible < wanted:
        more = min(possible + Fraction(1, 1000), Fraction(wanted))
        assert plan(more).shortages


def _coverage(plan):
    rows = {}
    for peg in plan.pegs:
        row = rows.setdefault(peg.need.path, [Fraction(0)] * 3)
        row[1 if isinstance(peg.source, RunKey) else 0] += peg.quantity
    for need in plan.shortages:
        rows.setdefault(need.path, [Fraction(0)] * 3)[2] += need.quantity
    return {path: Coverage(sum(row), row[0], row[1]) for path, row in rows.items()}
