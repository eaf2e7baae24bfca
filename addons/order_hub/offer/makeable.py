# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How many pieces there are of a product: in stock, as kits, and to be made from materials.

The rule: so many whole pieces are offered as could be delivered together. Each piece is taken
from stock first; what is missing is put together from its parts, over all levels. A part used
on several ways is counted once. Quantities are exact, in each product's own unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor

Parts = Mapping[int, Sequence[tuple[int, Fraction]]]
ZERO = Fraction(0)


def offers(
    products: Iterable[int],
    stock: Mapping[int, Fraction],
    parts: Parts,
    kits: Collection[int] = (),
    sold: Mapping[int, Fraction] | None = None,
) -> dict[int, int]:
    """Pieces to offer of each product, each as if it were the only one asked for.

    :param stock: free stock by product; negative where more is sold than there is
    :param parts: what one unit is made of, of products that may be put together
    :param kits: products that are never in stock themselves
    :param sold: pieces sold that no stock was set aside for, of kits as kits
    """
    left = dict(stock)
    for product, quantity in (sold or {}).items():
        _take_off(product, quantity, left, parts, kits)
    return {product: _most(product, left, parts, kits) for product in products}


def _take_off(
    product: int, quantity: Fraction, left: dict[int, Fraction], parts: Parts, kits: Collection[int]
) -> None:
    """Goods that are sold are gone: of a kit, its parts."""
    if product in kits:
        for part, each in parts.get(product, ()):
            _take_off(part, quantity * each, left, parts, kits)
    else:
        left[product] = left.get(product, ZERO) - quantity


def _most(product: int, stock: Mapping[int, Fraction], parts: Parts, kits: Collection[int]) -> int:
    """The largest number of pieces that can be had, by halving the interval."""
    low, high = 0, floor(_bound(product, stock, parts, kits, ()))
    while low < high:
        middle = (low + high + 1) // 2
        if _take(product, Fraction(middle), dict(stock), parts, kits, ()):
            low = middle
        else:
            high = middle - 1
    return max(low, 0)


def _bound(
    product: int,
    stock: Mapping[int, Fraction],
    parts: Parts,
    kits: Collection[int],
    path: tuple[int, ...],
) -> Fraction:
    """At most so many, as if no part were needed twice."""
    own = ZERO if product in kits else stock.get(product, ZERO)
    made = [
        max(_bound(part, stock, parts, kits, (*path, product)), ZERO) / each
        for part, each in parts.get(product, ())
        if product not in path
    ]
    return own + min(made, default=ZERO)


def _take(
    product: int,
    quantity: Fraction,
    left: dict[int, Fraction],
    parts: Parts,
    kits: Collection[int],
    path: tuple[int, ...],
) -> bool:
    """Take a quantity out of ``left``, making what is missing; False if it cannot be had."""
    if product not in kits:
        have = left.get(product, ZERO)
        # What is owed to others is made first.
        left[product] = max(have - quantity, ZERO)
        quantity -= have
    if quantity <= 0:
        return True
    if product in path or not parts.get(product):
        return False
    return all(
        _take(part, quantity * each, left, parts, kits, (*path, product))
        for part, each in parts[product]
    )
