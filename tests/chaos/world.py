# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a stand-in shop has to offer to be part of a story."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from .story import Order


class World(Protocol):
    """A shop of one channel. Pieces, money and states are told as plain values, without ids or
    moments, so that two runs of a story can be compared.
    """

    lives: tuple[str, ...]
    """Lives that orders of this channel can have."""
    url: str
    channel: dict[str, Any]
    """Values of the sales channel that connects to it."""
    tokens: dict[str, Any]
    """What the owner's consent has brought; empty where nobody has to consent."""
    kill: Callable[[int], None]
    """Kills the process that talks to the shop from a port."""

    @staticmethod
    def name(order: Order) -> str:
        """What the shop calls an order."""

    def do(self, what: str, order: Order) -> None:
        """A step of an order's life: place, edit, pay, touch, cancel, refund."""

    def count(self, sku: str, pieces: int) -> None:
        """Somebody in the shop changes its stock."""

    def is_shipped(self, order: Order) -> bool:
        """Whether the shop knows that everything has left."""

    def updated_at(self, order: Order) -> str:
        """When the shop last changed the order, as the channel says it; empty before it exists."""

    def tell(self) -> int:
        """Deliver what subscribers are to be told. Returns what is still waiting."""

    def facts(self) -> dict[str, Any]:
        """All effects: shipments with their pieces and tracking, refunds, cancellations, stock."""

    def trouble(self, chance: random.Random, names: list[str]) -> str:
        """Do one mean thing; tells which."""

    def calm(self) -> None:
        """No more faults."""

    def stop(self) -> None:
        """Close the shop."""
