# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The engine against an independent, naive implementation on random worlds.

The oracle knows nothing of the engine's order, queues or pegs: it repeats "find a
product nobody above still waits for, serve its needs one after the other" on plain
dictionaries, and says only how much of what is made, taken and missing.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from planning.netting import Demand, RunKey, Supply, net
from planning.recipe import Component, Recipe

TODAY = date(2026, 11, 2)
UNITS = [Fraction(1), Fraction(1, 1000), Fraction(12), Fraction(4535924, 10000000)]
amounts = st.builds(
    lambda number, unit: number * unit,
    st.integers(min_value=1, max_value=400).map(Fraction),
    st.sampled_from(UNITS),
)
days = st.integers(min_value=0, max_value=20)


@st.composite
def worlds(draw):
    """Three levels with kits, batches, minimum, loss, duplicates, by-products, expiry."""
    raw = [100, 101, 102]
    bulk = [200, 201]
    finished = [300, 301, 302]
    recipes = {}
    for product in draw(st.lists(st.sampled_from(bulk), unique=True)):
        recipes[product] = _recipe(draw, product, raw, kits=False)
    for product in draw(st.lists(st.sampled_from(finished), unique=True)):
        recipes[product] = _recipe(draw, product, [*raw, *bulk], kits=True)
    everything = st.sampled_from([*raw, *bulk, *finished])
    demands = [
        Demand(("demand", index), draw(everything), draw(amounts), TODAY + timedelta(draw(days)))
        for index in range(draw(st.integers(min_value=1, max_value=6)))
    ]
    supplies = [
        Supply(
            ("supply", index),
            draw(everything),
            draw(amounts),
            draw(st.none() | days.map(lambda n: TODAY + timedelta(n))),
            draw(st.none() | days.map(lambda n: TODAY + timedelta(n))),
        )
        for index in range(draw(st.integers(min_value=0, max_value=8)))
    ]
    return demands, supplies, recipes


def _recipe(draw, product, ingredients, kits):
    # An ingredient may stand twice; what is lost is part of the quantity.
    lines = draw(st.lists(st.tuples(st.sampled_from(ingredients), amounts), min_size=1, max_size=4))
    loss = 1 + draw(st.sampled_from([Fraction(0), Fraction(2, 100), Fraction(1, 3)]))
    merged = Counter()
    for ingredient, quantity in lines:
        merged[ingredient] += quantity * loss
    return Recipe(
        id=product,
        product=product,
        components=tuple(Component(number, quantity) for number, quantity in merged.items()),
        batch_size=draw(st.none() | amounts),
        minimum=draw(st.just(Fraction(0)) | amounts),
        days=draw(st.integers(min_value=0, max_value=4)),
        is_kit=kits and draw(st.booleans()),
        by_products=tuple(
            Component(number, quantity)
            for number, quantity in draw(
                st.dictionaries(st.sampled_from([100, 101]), amounts, max_size=1)
            ).items()
            if number not in merged
        ),
    )


class Oracle:
    def __init__(self, demands, supplies, recipes, pooled):
        self.recipes, self.pooled = recipes, pooled
        self.wants = defaultdict(list)
        for number, entry in enumerate(demands):
            self.want(entry.product, entry.quantity, entry.due, number)
        self.stock = defaultdict(list)
        for entry in supplies:
            self.stock[entry.product].append(
                [entry.available or date.min, entry.expires or date.max, entry.quantity]
            )
        self.made, self.missing, self.taken = Counter(), Counter(), Counter()
        self.runs = Counter()

    def want(self, product, quantity, due, order):
        recipe = self.recipes.get(product)
        if recipe and recipe.is_kit:
            for part in recipe.components:
                self.want(part.product, quantity * part.quantity, due, order)
        else:
            self.wants[product].append((due, order, quantity))

    def run(self):
        for level in (300, 200, 100):
            for product in [number for number in self.wants if number // 100 * 100 == level]:
                self.serve(product)
        return self

    def serve(self, product):
        shelf = sorted(self.stock[product], key=lambda row: (row[0], row[1]))
        rest = []
        for due, order, quantity in sorted(self.wants[product], key=lambda row: row[0]):
            for row in shelf:
                if row[1] <= due:
                    continue
                part = min(row[2], quantity)
                row[2] -= part
                quantity -= part
                self.taken[product] += part
            if quantity:
                rest.append((due, order, quantity))
        recipe = self.recipes.get(product)
        if not recipe:
            self.missing[product] += sum(quantity for _due, _order, quantity in rest)
        elif rest and self.pooled:
            self.make_pooled(recipe, rest)
        else:
            for due, order, quantity in rest:
                self.make(recipe, quantity, due, order)

    def make_pooled(self, recipe, rest):
        open_quantity = sum(quantity for _due, _order, quantity in rest)
        size = recipe.batch_size or max(open_quantity, recipe.minimum)
        count = ceil(open_quantity / size)
        together = ceil(count / 1000)  # beyond 1,000 several batches stand together
        while rest:
            size = (recipe.batch_size or size) * min(together, count)
            count -= together
            filled, first = Fraction(0), rest[0]
            while rest and filled < size:
                due, order, quantity = rest.pop(0)
                part = min(quantity, size - filled)
                filled += part
                if part < quantity:
                    rest.insert(0, (due, order, quantity - part))
            self.make(recipe, size, first[0], first[1])

    def make(self, recipe, quantity, due, order):
        self.made[recipe.product] += quantity
        self.runs[recipe.product] += 1
        start = due - timedelta(days=recipe.days)
        for part in recipe.components:
            self.want(part.product, quantity * part.quantity, start, order)
        for part in recipe.by_products:
            self.stock[part.product].append([due, date.max, quantity * part.quantity])


@given(worlds(), st.booleans())
def test_engine_equals_the_oracle(world, pooled):
    demands, supplies, recipes = world
    plan = net(demands, supplies, recipes, pooled=pooled)
    oracle = Oracle(demands, supplies, recipes, pooled).run()

    made, runs, missing, taken = Counter(), Counter(), Counter(), Counter()
    for run in plan.runs:
        made[run.recipe.product] += run.quantity
        runs[run.recipe.product] += 1
    for need in plan.shortages:
        missing[need.product] += need.quantity
    producer = {run.key: run.recipe.product for run in plan.runs}
    for peg in plan.pegs:
        if not isinstance(peg.source, RunKey) or producer[peg.source] != peg.need.product:
            taken[peg.need.product] += peg.quantity
    assert made == oracle.made
    assert runs == oracle.runs
    assert +missing == +oracle.missing
    assert +taken == +oracle.taken


@given(worlds())
def test_a_second_plan_finds_nothing_to_make(world):
    """What a plan makes, counted as supply, leaves no demand to plan again."""
    demands, supplies, recipes = world
    first = net(demands, supplies, recipes, pooled=True)
    left = defaultdict(Fraction)
    for peg in first.pegs:
        if not isinstance(peg.source, RunKey):
            left[peg.source] += peg.quantity
    more = [
        Supply(("made", index), run.recipe.product, run.quantity, run.due)
        for index, run in enumerate(first.runs)
    ]
    # Ingredients of the runs are spoken for; only the finished demands are netted again.
    second = net(demands, [*more, *supplies], recipes, pooled=True)
    again = {run.recipe.product for run in second.runs} & {entry.product for entry in demands}
    assert not again
