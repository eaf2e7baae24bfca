# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Netting: hand-made cases and, against conservation laws, random ones."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.netting import Demand, RunKey, Supply, net
from planning.quantity import MOST_BATCHES, batches_for, exact
from planning.recipe import Component, CyclicRecipeError, Recipe, product_levels

TODAY = date(2026, 11, 2)
RAW, BULK, JAR, GIFT_SET, GLASS = 1, 2, 3, 4, 5
RECIPES = {
    BULK: Recipe(10, BULK, (Component(RAW, Fraction(102, 100)),), batch_size=Fraction(10), days=2),
    JAR: Recipe(11, JAR, (Component(BULK, Fraction(1, 2)), Component(GLASS, Fraction(1))), days=1),
    GIFT_SET: Recipe(12, GIFT_SET, (Component(JAR, Fraction(2)),), is_kit=True),
}


def demand(key, product, quantity, days=7):
    return Demand(key, product, Fraction(quantity), TODAY + timedelta(days=days))


def test_pooled_orders_share_runs_of_full_batches():
    plan = net([demand("A", JAR, 12), demand("B", JAR, 18)], [], RECIPES, pooled=True)
    assert [(run.recipe.product, run.quantity, run.needed) for run in plan.runs] == [
        (JAR, 30, 30),
        (BULK, 10, 10),
        (BULK, 10, 5),
    ]
    assert {(need.product, need.quantity) for need in plan.shortages} == {
        (GLASS, 30),
        (RAW, Fraction("10.2")),
    }


def test_ingredients_are_due_when_the_run_starts():
    plan = net([demand("A", JAR, 2, days=7)], [], RECIPES, pooled=True)
    jar, bulk = plan.runs
    assert jar.start == TODAY + timedelta(days=6)
    assert bulk.due == jar.start
    assert bulk.start == TODAY + timedelta(days=4)


def test_check_explodes_each_order_without_batch_rounding():
    plan = net([demand("A", JAR, 12), demand("B", JAR, 18)], [], RECIPES, pooled=False)
    raw = {need.root: need.quantity for need in plan.shortages if need.product == RAW}
    assert raw == {"A": Fraction("6.12"), "B": Fraction("9.18")}
    assert {need.path for need in plan.shortages} == {(JAR, BULK, RAW), (JAR, GLASS)}


def test_stock_first_expiring_first_then_expected():
    stock = [
        Supply("late receipt", JAR, Fraction(50), available=TODAY + timedelta(days=3)),
        Supply("keeps", JAR, Fraction(4)),
        Supply("expires soon", JAR, Fraction(3), expires=TODAY + timedelta(days=30)),
    ]
    plan = net([demand("A", JAR, 10)], stock, RECIPES, pooled=True)
    assert [(peg.source, peg.quantity) for peg in plan.pegs] == [
        ("expires soon", 3),
        ("keeps", 4),
        ("late receipt", 3),
    ]
    assert not plan.runs


def test_expired_on_the_due_date_serves_nobody():
    stock = [Supply("old", RAW, Fraction(5), expires=TODAY + timedelta(days=7))]
    plan = net([demand("A", RAW, 5, days=7)], stock, {}, pooled=True)
    assert [need.quantity for need in plan.shortages] == [5]
    assert net([demand("A", RAW, 5, days=6)], stock, {}, pooled=True).shortages == []


def test_earlier_due_date_takes_the_stock():
    stock = [Supply("stock", RAW, Fraction(5))]
    plan = net([demand("late", RAW, 5, 9), demand("early", RAW, 5, 2)], stock, {}, pooled=True)
    assert [need.consumer for need in plan.shortages] == ["late"]


def test_kits_are_taken_apart():
    plan = net([demand("A", GIFT_SET, 3)], [], RECIPES, pooled=True)
    assert plan.runs[0].quantity == 6
    assert [peg.need.consumer for peg in plan.pegs if peg.need.product == JAR] == ["A"]


def test_cycle_names_its_products():
    recipes = {
        1: Recipe(1, 1, (Component(2, Fraction(1)),)),
        2: Recipe(2, 2, (Component(3, Fraction(1)),)),
        3: Recipe(3, 3, (Component(2, Fraction(1)),)),
    }
    with pytest.raises(CyclicRecipeError) as caught:
        net([demand("A", 1, 1)], [], recipes, pooled=True)
    assert caught.value.products == (2, 3, 2)


def test_deep_recipes_do_not_exhaust_the_stack():
    recipes = {n: Recipe(n, n, (Component(n + 1, Fraction(1)),)) for n in range(5000)}
    assert product_levels([0], recipes) == list(range(5001))


@pytest.mark.parametrize(
    ("quantity", "size", "expected"),
    [(25, 10, [10, 10, 10]), (30, 10, [10, 10, 10]), (7, None, [7]), (0, 10, []), (0, None, [])],
)
def test_batches(quantity, size, expected):
    assert batches_for(Fraction(quantity), size and Fraction(size)) == expected


@given(
    st.fractions(min_value=Fraction(1, 1000), max_value=10**9),
    st.fractions(min_value=Fraction(1, 1000), max_value=10**4),
)
def test_full_batches_and_never_a_flood_of_them(quantity, size):
    batches = batches_for(quantity, size)
    assert len(batches) <= MOST_BATCHES
    assert quantity <= sum(batches) < quantity + size
    assert all(batch % size == 0 for batch in batches)
    if quantity <= MOST_BATCHES * size:
        assert set(batches) == {size}


def test_a_mistaken_batch_size_does_not_flood_the_plan():
    """A gram instead of 10 kg: the plan is a bad one, but it is there at once."""
    gram = Fraction(1, 1000)
    recipes = {
        BULK: replace(RECIPES[BULK], batch_size=gram),
        JAR: replace(RECIPES[JAR], batch_size=gram, components=(Component(BULK, Fraction(400)),)),
    }
    plan = net([demand("A", JAR, 4800), demand("B", JAR, 1)], [], recipes, pooled=True)
    made = Counter()
    for run in plan.runs:
        made[run.recipe.product] += run.quantity
    assert made == {JAR: 4801, BULK: 4801 * 400}
    assert len(plan.runs) <= 2 * MOST_BATCHES


def test_batch_size_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        batches_for(Fraction(1), Fraction(0))


def test_floats_are_read_as_written():
    assert exact(0.1) == Fraction(1, 10)
    assert exact("0.000001") * 10**6 == 1


def test_minimum_quantity_of_a_run():
    assert batches_for(Fraction(3), None, Fraction(5)) == [5]
    assert batches_for(Fraction(7), None, Fraction(5)) == [7]
    assert batches_for(Fraction(0), None, Fraction(5)) == []
    recipes = {BULK: Recipe(1, BULK, (Component(RAW, Fraction(1)),), minimum=Fraction(20))}
    assert net([demand("A", BULK, 3)], [], recipes, pooled=True).runs[0].quantity == 20
    assert net([demand("A", BULK, 3)], [], recipes, pooled=False).runs[0].quantity == 3


def test_remaining_life_is_counted_from_the_due_date():
    stock = [
        Supply("short", RAW, Fraction(5), expires=TODAY + timedelta(days=20)),
        Supply("long", RAW, Fraction(5), expires=TODAY + timedelta(days=40)),
    ]
    picky = Demand("picky", RAW, Fraction(4), TODAY + timedelta(days=7), min_days=30)
    plan = net([picky, demand("easy", RAW, 5, days=9)], stock, {}, pooled=True)
    assert [(peg.need.consumer, peg.source, peg.quantity) for peg in plan.pegs] == [
        ("picky", "long", 4),
        ("easy", "short", 5),
    ]
    too_picky = Demand("picky", RAW, Fraction(4), TODAY + timedelta(days=7), min_days=33)
    assert [need.consumer for need in net([too_picky], stock, {}, pooled=True).shortages] == [
        "picky"
    ]


def test_remaining_life_is_for_the_delivered_goods_only():
    stock = [Supply("old", RAW, Fraction(50), expires=TODAY + timedelta(days=20))]
    wanted = Demand("A", BULK, Fraction(10), TODAY + timedelta(days=7), min_days=90)
    plan = net([wanted], stock, RECIPES, pooled=True)
    assert [(peg.source, peg.quantity) for peg in plan.pegs if peg.need.product == RAW] == [
        ("old", Fraction("10.2"))
    ]


def test_kit_hands_its_demand_for_life_down():
    kit = {GIFT_SET: Recipe(1, GIFT_SET, (Component(JAR, Fraction(2), min_days=60),), is_kit=True)}
    stock = [Supply("jar", JAR, Fraction(9), expires=TODAY + timedelta(days=50))]
    assert net([demand("A", GIFT_SET, 1)], stock, kit, pooled=True).shortages[0].min_days == 60


def test_run_starting_later_uses_the_next_version():
    following = Recipe(2, BULK, (Component(GLASS, Fraction(1)),), days=2)
    current = Recipe(
        1,
        BULK,
        (Component(RAW, Fraction(1)),),
        days=2,
        valid_until=TODAY + timedelta(days=10),
        successor=following,
    )
    demands = [demand("last of the old", BULK, 3, days=11), demand("new", BULK, 4, days=12)]
    for pooled in (True, False):
        plan = net(demands, [], {BULK: current}, pooled=pooled)
        assert [(run.recipe.id, run.quantity) for run in plan.runs] == [(1, 3), (2, 4)]
        assert {(need.product, need.quantity) for need in plan.shortages} == {(RAW, 3), (GLASS, 4)}


def test_run_needs_what_it_will_ask_for():
    """Parts by mass keep their sum, pieces are rounded up, kits are taken apart unrounded."""
    step = Fraction(1, 10**6)
    third = Component(RAW, Fraction(1, 3), step=step, mass=Fraction(1000))
    recipes = {
        BULK: Recipe(1, BULK, (third, third, third, Component(GIFT_SET, Fraction(1, 3), step))),
        GIFT_SET: Recipe(2, GIFT_SET, (Component(GLASS, Fraction(3), step),), is_kit=True),
    }
    plan = net([demand("A", BULK, 1)], [], recipes, pooled=True)
    assert {(need.product, need.quantity) for need in plan.shortages} == {(RAW, 1), (GLASS, 1)}


# --------------------------------------------------------------------- properties
quantities = st.fractions(min_value=0, max_value=50, max_denominator=1000)
days = st.integers(min_value=0, max_value=30)


@st.composite
def worlds(draw):
    """Products 0..n; an ingredient always has a higher number than its product."""
    count = draw(st.integers(min_value=2, max_value=7))
    recipes = {}
    for product in range(count - 1):
        if draw(st.booleans()):
            used = draw(
                st.lists(
                    st.integers(min_value=product + 1, max_value=count - 1),
                    min_size=1,
                    max_size=3,
                    unique=True,
                )
            )
            recipes[product] = Recipe(
                product,
                product,
                tuple(
                    Component(number, draw(quantities.filter(lambda q: q > 0))) for number in used
                ),
                batch_size=draw(st.none() | quantities.filter(lambda q: q > 1)),
                days=draw(st.integers(min_value=0, max_value=5)),
                is_kit=draw(st.booleans()),
            )
    products = st.integers(min_value=0, max_value=count - 1)
    demands = [
        Demand(
            ("demand", index),
            draw(products),
            draw(quantities),
            TODAY + timedelta(draw(days)),
            draw(st.sampled_from([0, 0, 5, 20])),
        )
        for index in range(draw(st.integers(min_value=0, max_value=6)))
    ]
    supplies = [
        Supply(
            ("supply", index),
            draw(products),
            draw(quantities),
            draw(st.none() | days.map(lambda n: TODAY + timedelta(n))),
            draw(st.none() | days.map(lambda n: TODAY + timedelta(n))),
        )
        for index in range(draw(st.integers(min_value=0, max_value=8)))
    ]
    return demands, supplies, recipes


@given(worlds(), st.booleans())
def test_every_unit_is_accounted_for(world, pooled):
    demands, supplies, recipes = world
    plan = net(demands, supplies, recipes, pooled=pooled)

    used = defaultdict(Fraction)
    for peg in plan.pegs:
        assert peg.quantity > 0
        used[peg.source] += peg.quantity
    # No supply and no run gives more than it has.
    for supply in supplies:
        assert used[supply.key] <= max(supply.quantity, 0)
    for run in plan.runs:
        assert used[run.key] == run.needed <= run.quantity

    # What each consumer takes of each product equals what it needs.
    taken = defaultdict(Fraction)
    for peg in plan.pegs:
        taken[peg.need.consumer, peg.need.product] += peg.quantity
    for need in plan.shortages:
        taken[need.consumer, need.product] += need.quantity
    assert taken == _expected_needs(demands, plan, recipes)

    # Batches are full, nothing expired is used, only what has no recipe is short.
    expiry = {supply.key: supply.expires for supply in supplies}
    for peg in plan.pegs:
        if not isinstance(peg.source, RunKey) and expiry[peg.source]:
            assert expiry[peg.source] > peg.need.due + timedelta(days=peg.need.min_days)
    assert all(need.product not in recipes for need in plan.shortages)
    made = defaultdict(Fraction)
    for run in plan.runs:
        made[run.recipe.id] += run.quantity
    for run in plan.runs:
        size = run.recipe.batch_size
        if pooled and size and made[run.recipe.id] > size * MOST_BATCHES:
            # So many batches stand together.
            assert run.quantity % size == 0
        elif pooled and size:
            assert run.quantity == size
        else:
            assert run.quantity == run.needed


def _expected_needs(demands, plan, recipes):
    """Independent oracle: needs by consumer, kits taken apart recursively."""
    expected = defaultdict(Fraction)

    def want(consumer, product, quantity):
        recipe = recipes.get(product)
        if recipe and recipe.is_kit:
            for component in recipe.components:
                want(consumer, component.product, quantity * component.quantity)
        elif quantity:
            expected[consumer, product] += quantity

    for entry in demands:
        want(entry.key, entry.product, entry.quantity)
    for run in plan.runs:
        for component in run.recipe.components:
            want(run.key, component.product, run.quantity * component.quantity)
    return expected


def test_personal_goods_get_a_run_of_their_own():
    stock = [Supply("stock", JAR, Fraction(50)), Supply("bulk", BULK, Fraction(50))]
    personal = Demand("P", JAR, Fraction(3), TODAY, personal=True)
    plan = net([personal, demand("A", JAR, 4)], stock, RECIPES, pooled=True)
    assert [(run.quantity, run.needed) for run in plan.runs] == [(3, 3)]
    sources = {(peg.need.consumer, peg.source) for peg in plan.pegs}
    assert ("A", "stock") in sources
    assert ("P", plan.runs[0].key) in sources
    assert (plan.runs[0].key, "bulk") in sources, "its ingredients are ordinary goods"


def test_personal_goods_without_recipe_come_from_stock():
    stock = [Supply("stock", RAW, Fraction(5))]
    personal = Demand("P", RAW, Fraction(3), TODAY, personal=True)
    assert net([personal], stock, {}, pooled=True).shortages == []


def test_by_products_cover_needs_of_products_below():
    wax = 9
    recipes = {
        BULK: Recipe(
            10,
            BULK,
            (Component(RAW, Fraction(1)),),
            by_products=(Component(wax, Fraction(1, 10)),),
        )
    }
    plan = net([demand("A", BULK, 20), demand("B", wax, 3)], [], recipes, pooled=True)
    assert [(need.product, need.quantity) for need in plan.shortages if need.product == wax] == [
        (wax, 1)
    ]


def test_minimum_quantity_is_made():
    recipes = {JAR: Recipe(11, JAR, (Component(GLASS, Fraction(1)),), minimum=Fraction(24))}
    plan = net([demand("A", JAR, 5)], [], recipes, pooled=True)
    assert (plan.runs[0].quantity, plan.runs[0].needed) == (24, 5)
    assert plan.shortages[0].quantity == 24


KEPT = {BULK: replace(RECIPES[BULK], replenished=True), JAR: RECIPES[JAR]}


def test_ingredient_kept_in_stock_is_left_to_its_rule():
    stock = [Supply("stock", BULK, Fraction(2))]
    plan = net([demand("A", JAR, 12)], stock, KEPT, pooled=True)
    assert [run.recipe.product for run in plan.runs] == [JAR]
    assert [(need.product, need.quantity) for need in plan.replenished] == [(BULK, 4)]
    assert {need.product for need in plan.shortages} == {GLASS}


def test_ingredient_of_an_open_run_is_left_to_its_rule():
    waiting = Demand("run", BULK, Fraction(3), TODAY, ingredient=True)
    plan = net([waiting], [], KEPT, pooled=True)
    assert not plan.runs
    assert [need.root for need in plan.replenished] == ["run"]


def test_chosen_demand_for_goods_kept_in_stock_is_made():
    plan = net([demand("A", BULK, 3)], [], KEPT, pooled=True)
    assert [run.quantity for run in plan.runs] == [10]
    assert not plan.replenished


def test_check_looks_into_what_a_rule_has_made():
    plan = net([demand("A", JAR, 12)], [], KEPT, pooled=False)
    assert {need.path for need in plan.shortages} == {(JAR, BULK, RAW), (JAR, GLASS)}
    assert not plan.replenished
