# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a product consists of, against all ways down its recipes one by one."""

from collections import defaultdict
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from labelling.composition import Composer, Entry, Handling, Mix, add_up, descending

BREAD, SOURDOUGH, RYE, WATER, SALT, BAG = range(1, 7)


def F(text):
    return Fraction(text)


def test_sourdough_is_taken_apart_and_flour_added_up():
    composer = Composer(
        {
            BREAD: Mix(((SOURDOUGH, F(400)), (RYE, F(400)), (WATER, F(190)), (SALT, F(10)))),
            SOURDOUGH: Mix(((RYE, F(200)), (WATER, F(200)))),
        }
    )
    assert composer.entries(BREAD) == (
        Entry(RYE, F("0.6")),
        Entry(WATER, F("0.39")),
        Entry(SALT, F("0.01")),
    )


def test_compound_keeps_its_ingredients_in_brackets():
    composer = Composer(
        {
            BREAD: Mix(((SOURDOUGH, F(400)), (RYE, F(600)))),
            SOURDOUGH: Mix(((RYE, F(100)), (WATER, F(300)))),
        },
        {SOURDOUGH: Handling.COMPOUND},
    )
    assert composer.entries(BREAD) == (
        Entry(RYE, F("0.6")),
        Entry(SOURDOUGH, F("0.4"), (Entry(WATER, F("0.75")), Entry(RYE, F("0.25")))),
    )


def test_water_counts_with_what_is_left_of_it():
    """1,000 g of dough become 850 g of bread: flour has 70.6 %, water 28.2 % instead of 39."""
    mix = Mix(((RYE, F(600)), (WATER, F(390)), (SALT, F(10))), output=F(850))
    entries = Composer({BREAD: mix}, volatile={WATER}).entries(BREAD)
    assert entries == (
        Entry(RYE, F(600) / 850),
        Entry(WATER, F(240) / 850),
        Entry(SALT, F(10) / 850),
    )


def test_loss_that_is_no_water_changes_nothing():
    mix = Mix(((RYE, F(600)), (WATER, F(400))))
    assert [e.weight for e in Composer({BREAD: mix}).entries(BREAD)] == [F("0.6"), F("0.4")]


def test_more_than_the_whole_when_boiled_down():
    mix = Mix(((RYE, F(1300)), (WATER, F(100))), output=F(1000))
    assert Composer({BREAD: mix}, volatile={WATER}).entries(BREAD) == (Entry(RYE, F("1.3")),)


def test_processing_aid_is_not_declared_and_does_not_count():
    mix = Mix(((RYE, F(90)), (SALT, F(10)), (BAG, F(5))))
    entries = Composer({BREAD: mix}, {BAG: Handling.AID}).entries(BREAD)
    assert entries == (Entry(RYE, F("0.9")), Entry(SALT, F("0.1")))


def test_cycle_is_not_taken_apart_again():
    mixes = {BREAD: Mix(((SOURDOUGH, F(1)), (RYE, F(1)))), SOURDOUGH: Mix(((BREAD, F(1)),))}
    assert {e.product for e in Composer(mixes).entries(BREAD)} == {BREAD, RYE}


GRAMS = st.integers(1, 10_000).map(Fraction)


@st.composite
def recipes(draw):
    """Products 0 to 9: those below 5 have recipes, of products with a higher number."""
    mixes = {
        product: Mix(
            tuple(
                draw(
                    st.lists(st.tuples(st.integers(product + 1, 9), GRAMS), min_size=1, max_size=5)
                )
            )
        )
        for product in range(draw(st.integers(1, 5)))
    }
    return mixes, draw(st.sets(st.integers(6, 9), max_size=2))


def ways_down(mixes, aids, product, share=Fraction(1)):
    """Each way from the product down to something bought, with its share of the whole."""
    parts = [(part, grams) for part, grams in mixes[product].parts if part not in aids]
    total = sum(grams for _part, grams in parts)
    for part, grams in parts:
        if part in mixes:
            yield from ways_down(mixes, aids, part, share * grams / total)
        else:
            yield part, share * grams / total


@given(recipes())
def test_equals_the_sum_over_all_ways_down(case):
    mixes, aids = case
    expected = defaultdict(Fraction)
    for part, share in ways_down(mixes, aids, 0):
        expected[part] += share
    entries = Composer(mixes, dict.fromkeys(aids, Handling.AID)).entries(0)
    assert {entry.product: entry.weight for entry in entries} == expected
    weights = [entry.weight for entry in entries]
    assert weights == sorted(weights, reverse=True)


@given(recipes(), st.sets(st.integers(1, 4)))
def test_compounds_hold_together_what_parts_spread(case, compounds):
    """Taking compounds apart afterwards gives the same weights as never having made them."""
    mixes, aids = case
    handling = dict.fromkeys(aids, Handling.AID)
    plain = Composer(mixes, handling).entries(0)
    bracketed = Composer(mixes, handling | dict.fromkeys(compounds, Handling.COMPOUND)).entries(0)

    def spread(entries, share=Fraction(1)):
        for entry in entries:
            if entry.parts:
                yield from spread(entry.parts, share * entry.weight)
            elif entry.product not in mixes:
                yield Entry(entry.product, share * entry.weight)

    taken_apart = {e.product: e.weight for e in descending(add_up(spread(bracketed)))}
    assert taken_apart == {e.product: e.weight for e in plain}


@given(recipes(), st.integers(1, 10_000))
def test_water_and_rest_make_up_the_finished_product(case, lost):
    """What evaporates is taken from the volatile, and only as long as there is some."""
    mixes, _aids = case
    total = sum(grams for _part, grams in mixes[0].parts)
    whole = total * 10_000 / (10_000 + lost)
    volatile = {8, 9}
    dry = Composer({**mixes, 0: Mix(mixes[0].parts, whole)}).entries(0)
    wet = Composer({**mixes, 0: Mix(mixes[0].parts, whole)}, volatile=volatile).entries(0)
    water = sum(e.weight for e in dry if e.product in volatile)
    evaporated = min(water, total / whole - 1)
    assert sum(e.weight for e in wet) == total / whole - evaporated
    kept = {e.product: e.weight for e in dry if e.product not in volatile}
    assert {e.product: e.weight for e in wet if e.product not in volatile} == kept
