# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The nightly proof: what a channel says about its orders against what we have.

Both sides are reduced to the same few facts; what differs is listed, one finding for each
fact. Money is in the channel's currency, quantities are whole pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
class Amounts:
    """An order's money in one currency: ``total`` as sold, ``least`` what is left after edits
    and refunds, ``refunded`` what went back.
    """

    total: Decimal
    least: Decimal
    refunded: Decimal = ZERO


@dataclass(frozen=True)
class OrderFact:
    """An order as one side knows it; ``sent`` are pieces that left, by order line.

    A channel states its amounts in the shop's currency and in the customer's; we have one.
    ``by_parcel``: it knows of an order whether something has left, and not which pieces.
    """

    external_id: str
    name: str
    amounts: Mapping[str, Amounts]
    cancelled: bool = False
    sent: Mapping[str, int] = field(default_factory=dict)
    test: bool = False
    by_parcel: bool = False


@dataclass(frozen=True)
class Difference:
    """One fact that differs: ``subject`` names it, the same in every run.

    Amounts are decimal numbers as text, with the ``currency`` both are in.
    """

    kind: DifferenceKind
    subject: str
    name: str
    theirs: str
    ours: str
    currency: str = ""


def compare_orders(theirs: Iterable[OrderFact], ours: Mapping[str, OrderFact]) -> list[Difference]:
    """Differences between the channel's orders and ours, in the channel's order.

    An order that was edited may stand here with its total before or after the edit. Pieces
    are only compared for lines we ship, and not after a cancellation.
    """
    return [
        difference
        for there in theirs
        for difference in _compare(there, ours.get(there.external_id))
    ]


def _compare(there: OrderFact, here: OrderFact | None) -> Iterator[Difference]:
    shop_currency, shop = next(iter(there.amounts.items()))
    if here is None:
        yield _difference(DifferenceKind.MISSING, there, _money(shop.total), "–", shop_currency)
        return
    currency, mine = next(iter(here.amounts.items()))
    amounts = there.amounts.get(currency)
    if amounts is None or not amounts.least <= mine.total <= amounts.total:
        theirs = _money((amounts or shop).total)
        known = currency if amounts else ""
        yield _difference(DifferenceKind.TOTAL, there, theirs, _money(mine.total), known)
    if amounts and amounts.refunded != mine.refunded:
        refunds = _money(amounts.refunded), _money(mine.refunded)
        yield _difference(DifferenceKind.REFUND, there, *refunds, currency)
    if there.cancelled != here.cancelled:
        yield _difference(
            DifferenceKind.CANCELLED, there, _flag(there.cancelled), _flag(here.cancelled)
        )
    elif not there.cancelled:
        sent = {line: there.sent.get(line, 0) for line in here.sent}
        if _shipping_differs(there, sent, here):
            yield _difference(
                DifferenceKind.SHIPMENT, there, str(sum(sent.values())), str(_total(here))
            )


def _shipping_differs(there: OrderFact, sent: Mapping[str, int], here: OrderFact) -> bool:
    if there.by_parcel:
        return any(sent.values()) != any(here.sent.values())
    return sent != dict(here.sent)


def _total(fact: OrderFact) -> int:
    return sum(fact.sent.values())


def _difference(
    kind: DifferenceKind, there: OrderFact, theirs: str, ours: str, currency: str = ""
) -> Difference:
    subject = f"{kind.value}:{there.external_id}"
    return Difference(kind, subject, there.name, theirs, ours, currency)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _flag(value: bool) -> str:
    return "✓" if value else "–"
