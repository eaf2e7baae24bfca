# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carrying cost and allergens up the levels of recipes."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from planning.rollup import CostSheet, carry_up, unit_costs

RAW, BULK, JAR, GLASS = 1, 2, 3, 4


def test_cost_over_two_levels_with_work():
    sheets = {
        BULK: CostSheet(Fraction(10), ((RAW, Fraction("10.2")),), operations=Fraction(30)),
        JAR: CostSheet(Fraction(1), ((BULK, Fraction(1, 2)), (GLASS, Fraction(1)))),
    }
    costs = unit_costs([JAR], sheets, {RAW: Fraction(8), GLASS: Fraction("0.4"), BULK: Fraction(1)})
    assert costs[BULK] == (Fraction("81.6") + 30) / 10
    assert costs[JAR] == costs[BULK] / 2 + Fraction("0.4")


def test_byproducts_bear_their_share():
    sheet = CostSheet(Fraction(2), ((RAW, Fraction(4)),), byproduct_share=Fraction(25))
    assert unit_costs([BULK], {BULK: sheet}, {RAW: Fraction(10)})[BULK] == 15
    assert sheet.batch_cost(lambda _product: Fraction(10)) == 40


def test_cycle_counts_at_its_price():
    sheets = {
        1: CostSheet(Fraction(1), ((2, Fraction(1)),)),
        2: CostSheet(Fraction(1), ((1, Fraction(1)), (3, Fraction(1)))),
    }
    costs = unit_costs([1], sheets, {1: Fraction(5), 3: Fraction(2)})
    assert costs == {1: 7, 2: 7, 3: 2}


def test_facts_are_carried_up_through_cycles():
    parts = {1: [2], 2: [1, 3]}
    own = {3: frozenset({"milk"}), 1: frozenset({"eggs"})}
    facts = carry_up([1], parts, own)
    assert facts[1] == facts[2] == {"milk", "eggs"}
    assert facts[3] == {"milk"}


@st.composite
def structures(draw):
    """Parts of products 0..n, cycles allowed, and their own facts."""
    count = draw(st.integers(min_value=1, max_value=8))
    numbers = st.integers(min_value=0, max_value=count - 1)
    parts = {n: draw(st.lists(numbers, max_size=3)) for n in range(count)}
    own = {n: draw(st.frozensets(st.sampled_from("abcd"), max_size=2)) for n in range(count)}
    return parts, own


@given(structures())
def test_facts_are_those_of_everything_reached(structure):
    parts, own = structure

    def reached(start):
        seen, waiting = set(), [start]
        while waiting:
            product = waiting.pop()
            if product not in seen:
                seen.add(product)
                waiting += parts[product]
        return seen

    facts = carry_up(parts, parts, own)
    for product in parts:
        assert facts[product] == frozenset().union(*(own[part] for part in reached(product)))
