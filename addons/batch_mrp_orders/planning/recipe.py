# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Recipes, and the order in which their products are netted."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .scaling import scale_parts


class CyclicRecipeError(ValueError):
    """A product is, over its recipes, an ingredient of itself."""

    def __init__(self, products: tuple[int, ...]) -> None:
        super().__init__(f"recipe cycle over products {products}")
        self.products = products


@dataclass(frozen=True, slots=True)
class Component:
    """``quantity`` of ``product``, gross, for one unit of the recipe's output.

    ``step`` and ``mass`` say how it is rounded (see :mod:`.scaling`); ``min_days``
    is the remaining life the product must have when it is delivered in a kit.
    """

    product: int
    quantity: Fraction
    step: Fraction | None = None
    mass: Fraction | None = None
    min_days: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one unit of ``product`` is made.

    ``batch_size`` None means any quantity from ``minimum`` on can be made. ``days``
    is the time from the start of a run to its goods. A kit is taken apart instead of
    made. ``by_products`` come with one unit of output. ``weighing_step`` is the step of
    the scale in grams. Runs that start on ``valid_until`` or later are made by the
    ``successor``. What is ``replenished`` a reordering rule keeps in stock.
    """

    id: int
    product: int
    components: tuple[Component, ...]
    batch_size: Fraction | None = None
    days: int = 0
    is_kit: bool = False
    minimum: Fraction | None = None
    weighing_step: Fraction | None = None
    valid_until: date | None = None
    successor: "Recipe | None" = None
    by_products: tuple[Component, ...] = ()
    replenished: bool = False

    def version_for(self, due: date) -> "Recipe":
        """The version by which goods due on that day are made."""
        recipe = self
        while (
            recipe.successor
            and recipe.valid_until
            and due - timedelta(days=recipe.days) >= recipe.valid_until
        ):
            recipe = recipe.successor
        return recipe

    def ingredients(self, output: Fraction, kits: Callable[[int], bool]) -> dict[int, Fraction]:
        """What goes into a run of ``output``, by product, as the run will ask for it.

        A kit is not rounded, only what it is taken apart into.
        """
        rounded = [part for part in self.components if not kits(part.product)]
        amounts = iter(scale_parts(rounded, output, self.weighing_step))
        quantities: dict[int, Fraction] = defaultdict(Fraction)
        for part in self.components:
            kit = kits(part.product)
            quantities[part.product] += part.quantity * output if kit else next(amounts)
        return quantities


def product_levels(products: Iterable[int], recipes: Mapping[int, Recipe]) -> list[int]:
    """All products that ``products`` reach over ``recipes``, users before used.

    Where the recipes leave a choice, a product comes after those it is a by-product of.

    :raises CyclicRecipeError: naming the products of the cycle
    """
    reached = _reach(products, recipes)
    users = dict.fromkeys(reached, 0)
    producers = dict.fromkeys(reached, 0)
    for product in reached:
        for component in _used(product, recipes):
            users[component] += 1
        for by_product in _by_products(product, recipes):
            if by_product in producers:
                producers[by_product] += 1
    ready = deque(product for product in reached if not users[product] and not producers[product])
    waiting = {product: None for product in reached if not users[product] and producers[product]}
    ordered: list[int] = []
    while ready or waiting:
        product = ready.popleft() if ready else next(iter(waiting))
        waiting.pop(product, None)
        ordered.append(product)
        users[product] = -1  # not to be queued again
        for by_product in _by_products(product, recipes):
            if by_product in producers:
                producers[by_product] -= 1
                if by_product in waiting and not producers[by_product]:
                    del waiting[by_product]
                    ready.append(by_product)
        for component in _used(product, recipes):
            users[component] -= 1
            if not users[component]:
                if producers[component]:
                    waiting[component] = None
                else:
                    ready.append(component)
    if len(ordered) < len(reached):
        raise CyclicRecipeError(_find_cycle(set(reached) - set(ordered), recipes))
    return ordered


def _reach(products: Iterable[int], recipes: Mapping[int, Recipe]) -> list[int]:
    reached = dict.fromkeys(products)
    queue = deque(reached)
    while queue:
        for component in _used(queue.popleft(), recipes):
            if component not in reached:
                reached[component] = None
                queue.append(component)
    return list(reached)


def _find_cycle(candidates: set[int], recipes: Mapping[int, Recipe]) -> tuple[int, ...]:
    """A cycle among ``candidates``, each of which is used by another of them."""
    users = {
        component: product
        for product in sorted(candidates)
        for component in _used(product, recipes)
        if component in candidates
    }
    trail = [min(users)]
    while users[trail[-1]] not in trail:
        trail.append(users[trail[-1]])
    cycle = trail[trail.index(users[trail[-1]]) :][::-1]
    start = cycle.index(min(cycle))
    return (*cycle[start:], *cycle[: start + 1])


def _used(product: int, recipes: Mapping[int, Recipe]) -> set[int]:
    return {part.product for recipe in _versions(product, recipes) for part in recipe.components}


def _by_products(product: int, recipes: Mapping[int, Recipe]) -> set[int]:
    return {part.product for recipe in _versions(product, recipes) for part in recipe.by_products}


def _versions(product: int, recipes: Mapping[int, Recipe]) -> Iterator[Recipe]:
    recipe = recipes.get(product)
    while recipe:
        yield recipe
        recipe = recipe.successor
