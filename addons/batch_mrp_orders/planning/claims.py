# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Claims on goods in stock: who may take how much, and how claims are settled.

A *pool* is a set of goods that several consumers have claims on: the lots that one
run has made, or, for a product without lots, all its goods in a warehouse. Runs
that share a lot share a pool. The rules:

* A consumer may take from a pool what is free beyond the unserved claims of all
  others. Goods outside of every pool are for everybody.
* What has left the stock for a consumer is charged to the run that made it, be it
  the planned one or not. What the consumer then no longer needs, it no longer claims:
  goods still to be made are given up before goods in stock, late ones before early ones.

Quantities are exact and given in the product's own unit.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

Key = Hashable
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Goods:
    """Stock of a product in a warehouse; ``lot`` None means without a lot."""

    product: int
    warehouse: int
    lot: int | None = None


class ClaimBook:
    """Free stock and unserved claims, kept up to date while goods are handed out."""

    def __init__(self) -> None:
        self._free: dict[Goods, Fraction] = defaultdict(Fraction)
        self._arriving: dict[Goods, Fraction] = defaultdict(Fraction)
        self._pool: dict[Goods, Key] = {}
        self._members: dict[Key, list[Goods]] = defaultdict(list)
        self._claims: dict[Key, dict[Key, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self._excess: dict[Key, dict[Key, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self._product_of: dict[Key, int] = {}
        self._products: set[tuple[int, int]] = set()
        # (consumer, product) whose goods were made and nothing reserved of them yet.
        self.pending: set[tuple[Key, int]] = set()

    def add_pool(self, key: Key, goods: Iterable[Goods]) -> None:
        """Declare that ``goods`` belong to the pool ``key``."""
        for item in goods:
            if item not in self._pool:
                self._pool[item] = key
                self._members[key].append(item)

    def add_claim(
        self,
        product: int,
        warehouse: int,
        key: Key,
        consumer: Key,
        quantity: Fraction,
        excess: Fraction = ZERO,
    ) -> None:
        """``consumer`` may still take ``quantity`` from the pool ``key``; or it has
        reserved ``excess`` more of it than was made for it."""
        self._products.add((product, warehouse))
        self._claims[key][consumer] += quantity
        self._excess[key][consumer] += excess
        self._product_of[key] = product

    def add_free(self, goods: Goods, quantity: Fraction, arriving: Fraction = ZERO) -> None:
        """Unreserved stock; ``arriving`` is made but not yet put in stock.

        Nobody can take what is arriving, but claims may stand on it.
        """
        self._free[goods] += quantity
        self._arriving[goods] += arriving

    def binds(self, product: int, warehouse: int) -> bool:
        """Whether anybody has a claim on goods of the product in the warehouse."""
        return (product, warehouse) in self._products

    def own(self, consumer: Key, goods: Goods) -> Fraction:
        """Unserved claim of ``consumer`` on the pool of ``goods``."""
        pool = self._pool.get(goods)
        return self._claims[pool].get(consumer, ZERO) if pool is not None else ZERO

    def allowed(self, consumer: Key | None, goods: Goods) -> Fraction:
        """What ``consumer`` may take of ``goods`` now (never negative)."""
        free = self._free.get(goods, ZERO)
        pool = self._pool.get(goods)
        if pool is not None:
            claims = self._claims[pool]
            free = min(free, self._whole(pool) - sum(claims.values()) + claims.get(consumer, ZERO))
        return max(free, ZERO)

    def allowed_in_all(self, consumer: Key | None, product: int, warehouse: int) -> Fraction:
        """What ``consumer`` may take of the product, over all its lots."""
        own: dict[Key, Fraction] = {}
        for goods in self._free:
            if (goods.product, goods.warehouse) == (product, warehouse) and goods in self._pool:
                own[self._pool[goods]] = self.own(consumer, goods)
        return self.unclaimed(product, warehouse) + sum(own.values(), ZERO)

    def unclaimed(self, product: int, warehouse: int) -> Fraction:
        """What anybody may take of the product, over all its lots."""
        seen: set[Key] = set()
        total = ZERO
        for goods, free in self._free.items():
            if (goods.product, goods.warehouse) != (product, warehouse):
                continue
            pool = self._pool.get(goods)
            if pool is None:
                total += max(free, ZERO)
            elif pool not in seen:
                seen.add(pool)
                here = sum(max(self._free.get(g, ZERO), ZERO) for g in self._members[pool])
                surplus = self._whole(pool) - sum(self._claims[pool].values())
                total += max(min(here, surplus), ZERO)
        return total

    def missing(self) -> dict[Key, Fraction]:
        """Unserved claims that the free goods of their pool do not cover, by pool."""
        return {
            pool: short
            for pool, claims in self._claims.items()
            if (short := sum(claims.values(), ZERO) - self._whole(pool)) > 0
        }

    def unserved(self) -> dict[tuple[Key, int], Fraction]:
        """Unserved claims by (consumer, product)."""
        result: dict[tuple[Key, int], Fraction] = defaultdict(Fraction)
        for pool, claims in self._claims.items():
            for consumer, quantity in claims.items():
                result[consumer, self._product_of[pool]] += quantity
        return result

    def spare(self, pool: Key, consumer: Key | None, reserved: Fraction) -> Fraction:
        """What of the ``reserved`` goods of the pool was not made for ``consumer``."""
        if consumer in self._claims[pool]:
            return min(reserved, self._excess[pool][consumer])
        return reserved

    def give_back(self, pool: Key, consumer: Key | None, quantity: Fraction) -> None:
        """Note that ``consumer`` has given up ``quantity`` of what was not made for it."""
        if consumer in self._claims[pool]:
            self._excess[pool][consumer] -= quantity

    def goods_of(self, pool: Key) -> list[Goods]:
        return list(self._members[pool])

    def _whole(self, pool: Key) -> Fraction:
        return sum(
            (
                self._free.get(goods, ZERO) + self._arriving.get(goods, ZERO)
                for goods in self._members[pool]
            ),
            ZERO,
        )

    def claims(self) -> dict[Goods, Fraction]:
        """How much of which goods is spoken for; a pool's claims stand on its first lots."""
        result: dict[Goods, Fraction] = {}
        for pool, claims in self._claims.items():
            left = sum(claims.values(), ZERO)
            for goods in self._members[pool]:
                here = min(left, max(self._free.get(goods, ZERO), ZERO))
                if here:
                    result[goods] = here
                    left -= here
        return result

    def take(self, consumer: Key | None, goods: Goods, quantity: Fraction) -> None:
        """Note that ``consumer`` has been given ``quantity`` of ``goods``."""
        self._free[goods] -= quantity
        claims = self._claims[self._pool[goods]] if goods in self._pool else {}
        if consumer in claims:
            claims[consumer] = max(claims[consumer] - quantity, ZERO)


def group_by_lot(lots_by_run: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """Name the pool of each run: runs that share a lot, directly or not, share a pool.

    :return: the smallest run id of the pool, by run id
    """
    root = {run: run for run in lots_by_run}

    def find(run: int) -> int:
        while root[run] != run:
            run = root[run]
        return run

    first_by_lot: dict[int, int] = {}
    for run in sorted(lots_by_run):
        for lot in lots_by_run[run]:
            one, other = sorted((find(first_by_lot.setdefault(lot, run)), find(run)))
            root[other] = one
    return {run: find(run) for run in root}


@dataclass(frozen=True, slots=True)
class Holding:
    """An allocation: ``quantity`` in all, of which ``taken`` has left the stock.

    ``made`` tells whether the goods exist; holdings are given earliest due first.
    """

    key: Key
    pool: Key | None
    quantity: Fraction
    taken: Fraction
    made: bool

    @property
    def open(self) -> Fraction:
        return max(self.quantity - self.taken, ZERO)

    def changed(self, open_quantity: Fraction, taken: Fraction) -> "Holding":
        return replace(self, quantity=open_quantity + taken, taken=taken)


def settle(
    holdings: list[Holding], shipped: Mapping[Key, Fraction], need: Fraction
) -> tuple[list[Holding], dict[Key, Fraction]]:
    """Bring one consumer's holdings in line with what it got and still needs.

    :param shipped: net quantity that has left the stock for the consumer, by pool
    :param need: what the consumer still needs
    :return: the holdings, and what was shipped from a pool beyond its holdings
    """
    settled: dict[Key, Holding] = {holding.key: holding for holding in holdings}
    beyond: dict[Key, Fraction] = {}
    pools = {holding.pool for holding in holdings if holding.pool is not None} | set(shipped)
    for pool in pools:
        members = [h for h in holdings if h.pool == pool and h.made]
        change = shipped.get(pool, ZERO) - sum(h.taken for h in members)
        if change >= 0:
            rest = _charge(settled, members, change)
            if rest:
                beyond[pool] = rest
        else:
            _give_back(settled, members, -change)
    release(settled, holdings, sum(h.open for h in settled.values()) - need)
    return [settled[holding.key] for holding in holdings], beyond


def _charge(settled: dict[Key, Holding], members: list[Holding], quantity: Fraction) -> Fraction:
    for member in members:
        taken = min(member.open, quantity)
        settled[member.key] = member.changed(member.open - taken, member.taken + taken)
        quantity -= taken
    return quantity


def _give_back(settled: dict[Key, Holding], members: list[Holding], quantity: Fraction) -> None:
    for member in reversed(members):
        returned = min(member.taken, quantity)
        settled[member.key] = member.changed(member.open, member.taken - returned)
        quantity -= returned


def release(settled: dict[Key, Holding], holdings: list[Holding], excess: Fraction) -> None:
    """Give up ``excess``: goods still to be made first, the latest due first."""
    for holding in [h for h in reversed(holdings) if not h.made] + [
        h for h in reversed(holdings) if h.made
    ]:
        if excess <= 0:
            return
        current = settled[holding.key]
        given = min(current.open, excess)
        settled[holding.key] = current.changed(current.open - given, current.taken)
        excess -= given


def spread(quantities: Iterable[Fraction], rooms: list[Fraction]) -> list[list[Fraction]]:
    """Fill ``rooms`` in their order with ``quantities`` in theirs.

    :return: for each quantity the part in each room; what fits nowhere is left out
    """
    left = list(rooms)
    result = []
    for quantity in quantities:
        parts = []
        for index, room in enumerate(left):
            part = min(quantity, room)
            parts.append(part)
            left[index] -= part
            quantity -= part
        result.append(parts)
    return result
