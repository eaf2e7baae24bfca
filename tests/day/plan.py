# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Who orders what during the day, and what is special about it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.chaos.story import FIRST_NUMBER, Order

JAR, FOREST, CANDLE, BALM = "HON-500", "HON-250W", "KER-1", "LIP-1"
# What may be special about an order, and in which shops that happens. The two lives that wait
# for money are named as the stand-ins know them.
KINDS: dict[str, tuple[str, ...]] = {
    "edited, then paid": ("shopify", "etsy"),
    "cancelled in the shop": ("shopify", "etsy"),
    "sent back": ("shopify", "etsy"),
    "late supplier": ("shopify", "etsy"),
    "address incomplete": ("shopify",),
    "personalised": ("etsy", "shopify"),
}
ORDINARY = "ordinary"
# One of so many orders of a shop is special, for each kind.
RARE = 50


@dataclass(frozen=True)
class Buyer:
    """One order at one of the shops; `order.life` says what is special about it."""

    shop: str
    order: Order


def draw(count: int, shops: tuple[str, ...], seed: int = 1) -> list[Buyer]:
    """Orders of the day, divided among the shops; the same seed gives the same day."""
    chance = random.Random(f"day {seed}")
    each = max(1, count // RARE // len(shops))
    lives: dict[str, list[str]] = {}
    for position, shop in enumerate(shops):
        size = count // len(shops) + (position < count % len(shops))
        # A kind happens where it can; "personalised" at Etsy if there is one.
        special = [kind for kind, where in KINDS.items() if _happens(kind, where, shop, shops)]
        drawn = (special * each)[:size]
        lives[shop] = drawn + [ORDINARY] * (size - len(drawn))
        chance.shuffle(lives[shop])
    buyers = [
        Buyer(shop, _order(FIRST_NUMBER + number, life, chance))
        for shop, kinds in lives.items()
        for number, life in enumerate(kinds)
    ]
    chance.shuffle(buyers)
    return buyers


def _happens(kind: str, where: tuple[str, ...], shop: str, shops: tuple[str, ...]) -> bool:
    if kind == "personalised":
        return shop == next(name for name in where if name in shops)
    return shop in where


def _order(number: int, life: str, chance: random.Random) -> Order:
    if life == "late supplier":
        goods: tuple[tuple[str, int], ...] = ((FOREST, chance.randint(1, 3)),)
    elif life == "personalised":
        goods = ((CANDLE, 1),)
    else:
        skus = chance.sample((JAR, CANDLE, BALM), chance.randint(1, 3))
        goods = tuple((sku, chance.randint(1, 4)) for sku in skus)
    later = tuple((sku, pieces + 1) for sku, pieces in goods)
    return Order(number, life, goods, later, chance.choice((0, 0, 0, 5, 10)))


def pieces(buyers: list[Buyer], sku: str) -> int:
    """Pieces of an article that are wanted at most, with what edits add."""
    return sum(
        max(dict(buyer.order.goods).get(sku, 0), dict(buyer.order.later).get(sku, 0))
        for buyer in buyers
    )
