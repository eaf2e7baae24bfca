# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How much of an order is possible now, with what is on hand.

The rule: of a product there is what stock covers, and of what would have to be made as
much as the scarcest ingredient allows. What is only expected does not count.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """``required`` of a product, of which ``available`` is on hand and ``to_produce`` is to
    be made from its ingredients; a kit is wholly ``to_produce``. In the product's unit."""

    required: Fraction
    available: Fraction
    to_produce: Fraction


def possible_quantities(coverage: Mapping[Path, Coverage]) -> dict[Path, Fraction]:
    """What is possible now of each product, by the products from the sold one down to it."""
    ingredients: dict[Path, list[Path]] = defaultdict(list)
    for path in coverage:
        ingredients[path[:-1]].append(path)
    possible: dict[Path, Fraction] = {}
    for path in sorted(coverage, key=len, reverse=True):
        row = coverage[path]
        scarcest = min(
            (
                possible[part] / coverage[part].required
                for part in ingredients[path]
                if coverage[part].required
            ),
            default=Fraction(1),
        )
        possible[path] = row.available + row.to_produce * scarcest
    return possible
