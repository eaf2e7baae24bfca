# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The nightly proof: what a channel says about its orders against what we have.

Both sides are reduced to the same few facts; what differs is listed, one finding for each
fact. Money is in the channel's currency, quantities are whole pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from .money import ZERO


class DifferenceKind(str, Enum):
    """Which fact differs."""

    MISSING = "missing"
    TOTAL = "total"
    CANCELLED = "cancelled"
    REFUND = "refund"
    SHIPMENT = "shipment"
    STOCK = "stock"
    PAYOUT = "payout"


@dataclass(frozen=True)
class OrderFact:
    """An order as one side knows it; ``sent`` are pieces that left, by order line."""

    external_id: str
    name: str
    total: Decimal
    refunded: Decimal = ZERO
    cancelled: bool = False
    sent: Mapping[str, int] = field(default_factory=dict)
    updated_at: datetime | None = None
    test: bool = False


@dataclass(frozen=True)
class Difference:
    """One fact that differs: ``subject`` names it, the same in every run."""

    kind: DifferenceKind
    subject: str
    name: str
    theirs: str
    ours: str


def compare_orders(
    theirs: Iterable[OrderFact], ours: Mapping[str, OrderFact]
) -> list[Difference]:
    """Differences between the channel's orders and ours, in the channel's order."""
    found: list[Difference] = []
    for there in theirs:
        here = ours.get(there.external_id)
        if here is None:
            found.append(_difference(DifferenceKind.MISSING, there, _money(there.total), "–"))
            continue
        if there.total != here.total:
            found.append(
                _difference(DifferenceKind.TOTAL, there, _money(there.total), _money(here.total))
            )
        if there.cancelled != here.cancelled:
            found.append(
                _difference(
                    DifferenceKind.CANCELLED, there, _flag(there.cancelled), _flag(here.cancelled)
                )
            )
        if there.refunded != here.refunded:
            found.append(
                _difference(
                    DifferenceKind.REFUND, there, _money(there.refunded), _money(here.refunded)
                )
            )
        # What a cancellation or refund has taken off the order is not sent by anybody.
        if not (there.cancelled or here.cancelled) and _pieces(there) != _pieces(here):
            found.append(
                _difference(
                    DifferenceKind.SHIPMENT, there, str(_total(there)), str(_total(here))
                )
            )
    return found


def _pieces(fact: OrderFact) -> dict[str, int]:
    return {line: quantity for line, quantity in fact.sent.items() if quantity}


def _total(fact: OrderFact) -> int:
    return sum(fact.sent.values())


def _difference(kind: DifferenceKind, there: OrderFact, theirs: str, ours: str) -> Difference:
    return Difference(kind, f"{kind.value}:{there.external_id}", there.name, theirs, ours)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _flag(value: bool) -> str:
    return "✓" if value else "–"
