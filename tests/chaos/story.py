# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What happens in a shop and in Odoo, drawn from a seed: orders with a life, and stock.

A step says what it waits for, so that the end of a story does not depend on who was faster; all
that is left open is the order in which lives go on side by side.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

SKUS = ("HON-500", "HON-250W", "KER-1", "LIP-1")
FIRST_NUMBER = 5001


@dataclass(frozen=True)
class Step:
    """Somebody (`shop` or `hub`) does something once `when` is so on both sides."""

    who: str
    what: str
    when: str = ""


PLACE = Step("shop", "place")
SHIP = Step("hub", "ship", "ready")
LIVES: dict[str, tuple[Step, ...]] = {
    "shipped": (PLACE, SHIP),
    "shipped in parts": (
        PLACE,
        Step("hub", "ship_part", "ready"),
        Step("hub", "ship", "part"),
    ),
    "tracking corrected": (PLACE, SHIP, Step("hub", "retrack", "shipped")),
    "refunded in the shop": (PLACE, SHIP, Step("shop", "refund", "paid")),
    "refunded twice": (
        PLACE,
        SHIP,
        Step("shop", "refund", "paid"),
        Step("shop", "refund", "paid"),
    ),
    "credited here": (PLACE, SHIP, Step("hub", "credit", "paid")),
    "edited, then paid": (PLACE, Step("shop", "edit"), Step("shop", "pay"), SHIP),
    "never paid": (PLACE, Step("shop", "cancel")),
    "cancelled in the shop": (PLACE, Step("shop", "cancel", "confirmed")),
    "cancelled here": (PLACE, Step("hub", "cancel", "confirmed")),
    "edited too late": (PLACE, Step("shop", "edit", "confirmed")),
    "touched": (PLACE, Step("shop", "touch"), SHIP, Step("shop", "touch")),
    "address withheld": (PLACE, Step("hub", "complete", "confirmed"), SHIP),
    "refunded before it left": (PLACE, Step("shop", "refund", "confirmed"), SHIP),
    "cancelled on both sides": (
        PLACE,
        Step("hub", "call_off", "confirmed"),
        Step("shop", "cancel", "cancelled"),
    ),
    "tracking corrected, both told": (PLACE, SHIP, Step("hub", "retrack", "told")),
    "parcel entered by hand": (PLACE, Step("shop", "ship", "ready"), SHIP),
}
WITHHELD = "address withheld"
UNPAID = ("edited, then paid", "never paid")


@dataclass(frozen=True)
class Order:
    """One order: what is bought, how the shop changes it, and its life."""

    number: int
    life: str
    goods: tuple[tuple[str, int], ...]
    later: tuple[tuple[str, int], ...]
    percent: int

    @property
    def is_paid(self) -> bool:
        """False if the money comes later, or never."""
        return self.life not in UNPAID

    @property
    def steps(self) -> tuple[Step, ...]:
        """All that happens to it, one after the other."""
        return LIVES[self.life]


@dataclass(frozen=True)
class Move:
    """Somebody counts stock: pieces more or less of an article."""

    who: str
    sku: str
    pieces: int


@dataclass(frozen=True)
class Story:
    """Everything that happens; the same seed and size tell the same story."""

    seed: int
    orders: tuple[Order, ...]
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        lives = ", ".join(f"{order.number} {order.life}" for order in self.orders)
        return f"story {self.seed} of {len(self.orders)} orders: {lives}; moves {self.moves}"


def draw(seed: int, orders: int, kinds: tuple[str, ...]) -> Story:
    """A story with so many orders; every kind of life comes before one comes twice."""
    chance = random.Random(f"story {seed}")
    lives: list[str] = []
    while len(lives) < orders:
        lives += chance.sample(kinds, len(kinds))
    made = []
    for index, life in enumerate(lives[:orders]):
        skus = chance.sample(SKUS, chance.randint(1, 3))
        goods = tuple((sku, chance.randint(2, 6)) for sku in skus)
        later = tuple((sku, chance.randint(1, 7)) for sku, _quantity in goods)
        if later == goods:
            later = tuple((sku, quantity + 1) for sku, quantity in goods)
        percent = chance.choice((0, 0, 5, 10))
        made.append(Order(FIRST_NUMBER + index, life, goods, later, percent))
    moves = tuple(
        Move(chance.choice(("shop", "hub")), chance.choice(SKUS), chance.choice((-7, -2, 5, 20)))
        for _number in range(max(2, orders // 3))
    )
    return Story(seed, tuple(made), moves)
