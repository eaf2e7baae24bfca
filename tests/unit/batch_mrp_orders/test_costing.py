# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Actual cost over the levels, the split of deviations."""

from dataclasses import replace
from fractions import Fraction

from costing.deviation import Ingredient, Plan, deviation
from costing.money import to_step
from costing.run import Consumed, CostBook, Output, Receipt, Run, merged_hours
from hypothesis import given
from hypothesis import strategies as st

RAW, BULK, JAR = 1, 2, 3
amounts = st.decimals(0, 1000, places=3).map(Fraction)
positive = st.decimals("0.01", 1000, places=2).map(Fraction)
rates = st.decimals(0, 1, places=2).map(Fraction)


def test_cost_goes_up_the_levels_and_bad_yield_makes_dear():
    runs = {
        20: Run((Consumed(BULK, 200, Fraction(5), Fraction(1)),), (Output(300, Fraction(8)),)),
        10: Run(
            (Consumed(RAW, 100, Fraction(10), Fraction(1)),),
            (Output(200, Fraction(8)),),
            work=Fraction(20),
            overhead_rate=Fraction(1, 10),
        ),
    }
    book = CostBook(runs, {100: Receipt(Fraction(50), Fraction(150))})
    assert book.costs[10].net == 30 + 20 * Fraction("1.1")
    assert book.costs[10].unit == Fraction(52, 8)
    assert book.costs[20].unit == Fraction(52, 8) * 5 / 8
    assert book.lot_price(300).known


def test_byproduct_bears_its_share_and_has_a_price():
    run = Run(
        (Consumed(RAW, None, Fraction(10), Fraction(3)),),
        (Output(200, Fraction(4)), Output(201, Fraction(2), Fraction(20), move=7)),
    )
    book = CostBook({1: run}, {})
    assert book.costs[1].unit == 6
    assert book.lot_price(201).amount == 3


def test_a_lot_without_origin_is_not_known():
    run = Run((Consumed(RAW, 5, Fraction(2), Fraction(3)),), (Output(6, Fraction(1)),))
    book = CostBook({1: run}, {})
    assert book.costs[1].materials == 6
    assert not book.lot_price(6).known


def test_nothing_good_has_no_unit_cost():
    run = Run((Consumed(RAW, None, Fraction(2), Fraction(3)),), (Output(6, Fraction(0)),))
    cost = CostBook({1: run}, {}).costs[1]
    assert cost.net == 6
    assert cost.unit is None


def test_rework_into_the_same_lot_ends():
    run = Run(
        (Consumed(BULK, 200, Fraction(1), Fraction(4)), Consumed(RAW, None, Fraction(4), 1)),
        (Output(200, Fraction(4)),),
    )
    cost = CostBook({1: run}, {}).costs[1]
    assert cost.unit == 2
    assert not cost.known


def test_halves_are_rounded_away_from_zero():
    assert [to_step(Fraction(n, 200)) * 100 for n in (1, -1, 3, 2)] == [1, -1, 2, 1]


def test_overlapping_times_count_once():
    assert merged_hours([(0, 3600), (1800, 5400), (9000, 9000), (7200, 9000)]) == 2


@st.composite
def chains(draw):
    """Runs in which each takes lots of earlier ones and of receipts."""
    receipts = {
        lot: Receipt(draw(positive), draw(amounts))
        for lot in range(draw(st.integers(min_value=1, max_value=3)))
    }
    runs: dict[int, Run] = {}
    for number in range(draw(st.integers(min_value=1, max_value=5))):
        lots = [*receipts, *(100 + earlier for earlier in runs)]
        taken = draw(st.lists(st.sampled_from(lots), max_size=3))
        runs[number] = Run(
            tuple(Consumed(0, lot, draw(positive), Fraction(1)) for lot in taken),
            (Output(100 + number, draw(positive)),),
            draw(amounts),
            draw(rates),
        )
    return runs, receipts


@given(chains())
def test_cost_is_that_of_everything_that_went_in(chain):
    """The oracle goes the other way: a unit is exploded down to receipts and work."""
    runs, receipts = chain

    def price(lot: int) -> Fraction:
        if lot < 100:
            return receipts[lot].value / receipts[lot].quantity
        run = runs[lot - 100]
        spent = run.work * (1 + run.overhead_rate)
        for item in run.consumed:
            spent += item.quantity * price(item.lot)
        return spent / run.outputs[0].quantity

    backwards = dict(sorted(runs.items(), reverse=True))
    book = CostBook(backwards, receipts)
    assert {number: cost.unit for number, cost in book.costs.items()} == {
        number: price(100 + number) for number in runs
    }


ingredients = st.builds(Ingredient, amounts, amounts, amounts, amounts)
plans = st.builds(
    Plan, st.lists(ingredients, max_size=5).map(tuple), positive, amounts, amounts, amounts, rates,
    rates, rates,
)  # fmt: skip


@given(plans)
def test_deviations_add_up_without_a_rest(plan):
    found = deviation(plan)
    work = plan.work * (1 + plan.overhead_rate)
    spent = sum((item.amount for item in plan.ingredients), work)
    assert found.planned + found.total == spent * (1 - plan.share)


@given(plans)
def test_what_goes_as_planned_does_not_deviate(plan):
    kept = replace(
        plan,
        ingredients=tuple(
            replace(item, quantity=item.planned_quantity, amount=item.planned_amount)
            for item in plan.ingredients
        ),
        good=plan.planned_output,
        work=plan.planned_work,
        share=plan.planned_share,
    )
    found = deviation(kept)
    assert (found.price, found.usage, found.time, found.yielded) == (0, 0, 0, 0)
