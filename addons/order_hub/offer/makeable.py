# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How many pieces there are of a product: in stock, as kits, and to be made from materials.

The rule: so many whole pieces are offered as could be delivered together. Each piece is taken
from stock first; what is missing is put together from its parts, over all levels. A part used
on several ways is counted once. Quantities are exact, in each product's own unit.

Products that share a part can each be offered all of it (``offers``), or so much that all of
them together can be delivered (``shared_offers``).
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


def shared_offers(
    products: Iterable[int],
    stock: Mapping[int, Fraction],
    parts: Parts,
    kits: Collection[int] = (),
    sold: Mapping[int, Fraction] | None = None,
) -> dict[int, int]:
    """Pieces to offer of each product so that all of them can be had together.

    The rule: products that share parts get the same fraction of what each could be offered
    alone; one that can have no more, because a part of it is used up, leaves the rest to the
    others. Nobody could be offered a piece more without taking one from another. What is owed
    is made first, of each product.
    """
    left = dict(stock)
    for product, quantity in (sold or {}).items():
        _take_off(product, quantity, left, parts, kits)
    wanted = list(products)
    for product in wanted:
        rest = dict(left)
        owed = product not in kits and left.get(product, ZERO) < 0
        if owed and _take(product, ZERO, rest, parts, kits, ()):
            left = rest
    alone = {product: _most(product, left, parts, kits) for product in wanted}
    found = {}
    for group in sharing(wanted, parts):
        found |= _share(group, alone, left, parts, kits)
    return found


def sharing(products: Iterable[int], parts: Parts) -> list[list[int]]:
    """The products in groups: what any two groups are made of has nothing in common."""
    groups: list[tuple[set[int], list[int]]] = []
    for product in products:
        needs, queue, members = {product}, [product], [product]
        while queue:
            fresh = {part for part, _each in parts.get(queue.pop(), ())} - needs
            needs |= fresh
            queue += fresh
        apart = []
        for others, known in groups:
            if others & needs:
                needs, members = others | needs, known + members
            else:
                apart.append((others, known))
        groups = [*apart, (needs, members)]
    return [members for _needs, members in groups]


def _share(
    group: Sequence[int],
    alone: Mapping[int, int],
    stock: Mapping[int, Fraction],
    parts: Parts,
    kits: Collection[int],
) -> dict[int, int]:
    """What each of a group gets, raised for all alike as long as it can be had."""
    whole = max(alone[product] for product in group)
    given, growing, step = dict.fromkeys(group, 0), list(group), 0

    def fits(wanted: Mapping[int, int]) -> bool:
        left = dict(stock)
        return all(
            _take(product, Fraction(quantity), left, parts, kits, ())
            for product, quantity in wanted.items()
            if quantity
        )

    def raised(level: int) -> dict[int, int]:
        return {**given, **{product: alone[product] * level // whole for product in growing}}

    while growing and step < whole:
        low, high = step, whole
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(raised(middle)) else (low, middle - 1)
        given = raised(low)
        step = low + 1
        if step > whole:
            break
        # A piece more for one after the other: who cannot have it is done.
        grown = []
        for product in growing:
            trial = {**given, product: alone[product] * step // whole}
            if fits(trial):
                given = trial
                grown.append(product)
        growing = grown
    return given


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
