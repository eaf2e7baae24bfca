# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carrying facts of ingredients up to the finished goods: allergens and cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

PERCENT = Fraction(100)
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class CostSheet:
    """What one recipe costs.

    ``parts`` are products with their gross quantity for the whole recipe, in the
    product's unit; ``output`` what it makes, in the unit of its product;
    ``operations`` the cost of work; ``byproduct_share`` the percentage of the cost
    that by-products bear.
    """

    output: Fraction
    parts: tuple[tuple[int, Fraction], ...]
    operations: Fraction = Fraction(0)
    byproduct_share: Fraction = Fraction(0)

    def batch_cost(self, price: Callable[[int], Fraction]) -> Fraction:
        """Cost of everything the recipe makes, by-products included."""
        materials = (quantity * price(product) for product, quantity in self.parts)
        return sum(materials, self.operations)

    def unit_cost(self, price: Callable[[int], Fraction]) -> Fraction:
        """Cost of one unit of the main product."""
        borne = 1 - self.byproduct_share / PERCENT
        return self.batch_cost(price) * borne / self.output


def unit_costs(
    products: Iterable[int], sheets: Mapping[int, CostSheet], prices: Mapping[int, Fraction]
) -> dict[int, Fraction]:
    """Cost of one unit of ``products`` and of all they are made from.

    A product without a cost sheet costs its price. So does one that is, over its
    recipes, an ingredient of itself, where it is used in that way.
    """
    costs: dict[int, Fraction] = {}

    def price(product: int) -> Fraction:
        return costs.get(product, prices.get(product, Fraction(0)))

    for product in _parts_first(products, {key: sheets[key].parts for key in sheets}):
        costs[product] = sheets[product].unit_cost(price) if product in sheets else price(product)
    return costs


def carry_up(
    products: Iterable[int],
    parts: Mapping[int, Iterable[int]],
    own: Mapping[int, frozenset[Fact]],
) -> dict[int, frozenset[Fact]]:
    """What is in ``products``: their own facts and those of everything in them.

    Products that are ingredients of each other share all their facts.
    """
    order = list(_parts_first(products, {key: [(p, None) for p in parts[key]] for key in parts}))
    facts = {product: own.get(product, frozenset()) for product in order}
    changed = True
    while changed:  # once, and once more for each level that a cycle closes
        changed = False
        for product in order:
            union = facts[product].union(*(facts[part] for part in parts.get(product, ())))
            if union != facts[product]:
                facts[product] = union
                changed = True
    return facts


def _parts_first(
    products: Iterable[int], parts: Mapping[int, Iterable[tuple[int, object]]]
) -> Iterable[int]:
    """All products reached, what goes in before what it goes into; cycles are cut."""
    seen: set[int] = set()
    for start in products:
        if start in seen:
            continue
        seen.add(start)
        trail = [(start, iter(parts.get(start, ())))]
        while trail:
            product, rest = trail[-1]
            part = next(rest, None)
            if part is None:
                yield product
                trail.pop()
            elif part[0] not in seen:
                seen.add(part[0])
                trail.append((part[0], iter(parts.get(part[0], ()))))
