# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What goes from us to a channel: stock levels, shipments, refunds; and what a channel says
about them. Quantities are whole pieces, as channels count them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from .money import ZERO


class StaleError(Exception):
    """The channel's stock is no longer what we believed: read it again and decide."""


class SpentKeyError(Exception):
    """The channel does not take this idempotency key any more: a new intent is needed."""


class LevelsRefusedError(Exception):
    """The channel does not take some levels: their places in the list, and why."""

    def __init__(self, message: str, indexes: Collection[int]) -> None:
        super().__init__(message)
        self.indexes = frozenset(indexes)


class ItemGoneError(Exception):
    """The channel has no such stock item any more, and none can be kept."""


@dataclass(frozen=True)
class Place:
    """A place of the channel that holds stock."""

    external_id: str
    name: str
    active: bool = True


@dataclass(frozen=True)
class Level:
    """The quantity wanted of an item at a place, where ``before`` is there now.

    ``may_relist`` if the channel may offer what has ended there, for which it charges a fee.
    ``is_resting`` if we took it off sale for want of stock: it counts as nothing.
    """

    item_id: str
    place_id: str
    quantity: int
    before: int | None = None
    may_relist: bool = False
    is_resting: bool = False


# Told of the items a channel is about to take off sale, for nothing is left of them.
Rest = Callable[[Collection[str]], None]


@dataclass(frozen=True)
class Tracking:
    """Numbers of the parcels a shipment consists of, with the carrier as the channel calls it."""

    company: str = ""
    numbers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For keeping in an intent."""
        return {
            "company": self.company,
            "numbers": list(self.numbers),
            "urls": list(self.urls),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Tracking:
        """The tracking kept by ``as_json``."""
        data = data or {}
        return cls(
            data.get("company") or "",
            tuple(data.get("numbers") or ()),
            tuple(data.get("urls") or ()),
        )


@dataclass(frozen=True)
class Hold:
    """Why the channel does not want a delivery to leave yet; ``own`` if we asked for it."""

    external_id: str
    reason: str
    own: bool = False


@dataclass(frozen=True)
class OpenLine:
    """What is still to be sent of an order line in one delivery."""

    external_id: str
    line_id: str
    remaining: int


@dataclass(frozen=True)
class Delivery:
    """What the channel wants sent from one place."""

    external_id: str
    place_id: str
    lines: tuple[OpenLine, ...] = ()
    holds: tuple[Hold, ...] = ()
    can_send: bool = True
    can_move: bool = False


@dataclass(frozen=True)
class Shipment:
    """What has been sent: pieces by order line."""

    external_id: str
    quantities: Mapping[str, int]
    tracking: Tracking = Tracking()
    cancelled: bool = False


@dataclass(frozen=True)
class ShippingState:
    """An order's open deliveries and its shipments so far."""

    deliveries: tuple[Delivery, ...]
    shipments: tuple[Shipment, ...] = ()
    cancelled: bool = False


class StepKind(str, Enum):
    """What to do next so that a shipment is known to the channel."""

    RELEASE = "release"
    MOVE = "move"
    SEND = "send"


@dataclass(frozen=True)
class Step:
    """One request: deliveries with pieces by open line; ``quantities`` by order line."""

    kind: StepKind
    place_id: str
    parts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    quantities: Mapping[str, int] = field(default_factory=dict)
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShippingPlan:
    """The next steps, what a hold of others keeps back and what the channel does not expect."""

    steps: tuple[Step, ...]
    held: Mapping[str, str]
    unexpected: Mapping[str, int]


def plan_shipment(
    wanted: Mapping[str, int], deliveries: Iterable[Delivery], places: Collection[str] = ()
) -> ShippingPlan:
    """Steps that tell a channel that pieces of order lines have left from ``places``.

    Deliveries expected from our places come first. A delivery the channel expects from
    elsewhere is moved to our place if that is allowed and sent from there; else it is sent
    from where the channel expects it. Our own holds are released, those of others respected.
    One request is made for each place. Holds and moves come first and change the deliveries,
    so the caller reads them again before it sends.
    """
    rest = {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}
    parts: dict[str, list[tuple[str, tuple[tuple[str, int], ...]]]] = {}
    sums: dict[str, dict[str, int]] = {}
    before: list[Step] = []
    held: dict[str, str] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.place_id not in places, d.external_id)):
        taken = _take(delivery, rest)
        if not taken:
            continue
        foreign = [hold.reason for hold in delivery.holds if not hold.own]
        if foreign:
            held |= {line.line_id: ", ".join(foreign) for line, _quantity in taken}
            continue
        if not delivery.can_send and not delivery.holds:
            continue
        for line, quantity in taken:
            rest[line.line_id] -= quantity
        pieces = tuple((line.external_id, quantity) for line, quantity in taken)
        if delivery.holds:
            ids = tuple(hold.external_id for hold in delivery.holds)
            step = (StepKind.RELEASE, delivery.place_id, ((delivery.external_id, pieces),))
            before.append(Step(*step, holds=ids))
        elif places and delivery.place_id not in places and delivery.can_move:
            target = sorted(places)[0]
            before.append(Step(StepKind.MOVE, target, ((delivery.external_id, pieces),)))
        else:
            parts.setdefault(delivery.place_id, []).append((delivery.external_id, pieces))
            sent = sums.setdefault(delivery.place_id, {})
            for line, quantity in taken:
                sent[line.line_id] = sent.get(line.line_id, 0) + quantity
    steps = [
        Step(StepKind.SEND, place, tuple(found), sums[place]) for place, found in parts.items()
    ]
    unexpected = {key: left for key, left in rest.items() if left > 0 and key not in held}
    return ShippingPlan((*before, *steps), held, unexpected)


def _take(delivery: Delivery, rest: Mapping[str, int]) -> list[tuple[OpenLine, int]]:
    """What a delivery can take of the pieces that are left."""
    left = dict(rest)
    taken = []
    for line in delivery.lines:
        quantity = min(line.remaining, left.get(line.line_id, 0))
        if quantity > 0:
            left[line.line_id] -= quantity
            taken.append((line, quantity))
    return taken


def find_shipment(
    state: ShippingState, known: Collection[str], quantities: Mapping[str, int]
) -> Shipment | None:
    """The shipment a request has made whose answer was lost, if it was carried out.

    It was not there before the request (``known``) and has exactly the pieces asked for.
    """
    return next(
        (
            shipment
            for shipment in state.shipments
            if shipment.external_id not in known
            and not shipment.cancelled
            and dict(shipment.quantities) == dict(quantities)
        ),
        None,
    )


@dataclass(frozen=True)
class RefundWish:
    """What is to be given back: pieces by order line, shipping with tax, goods restocked.

    Money is in the currency the customer was charged in.
    """

    quantities: Mapping[str, int]
    shipping: Decimal = ZERO
    restock: bool = False
    place_id: str = ""
    note: str = ""
    notify: bool = True


@dataclass(frozen=True)
class RefundOffer:
    """What the channel would give back for a wish, in the currency the customer was charged
    in. ``request`` is what to send it then.
    """

    currency: str
    amount: Decimal
    maximum: Decimal
    request: Mapping[str, Any]


@dataclass(frozen=True)
class PayoutLine:
    """One movement in a payout. ``net`` is ``gross - fee``; a refund has a negative gross."""

    external_id: str
    kind: str
    moment: datetime
    gross: Decimal
    fee: Decimal
    net: Decimal
    order_id: str = ""
    order_name: str = ""
    transaction_id: str = ""
    note: str = ""


@dataclass(frozen=True)
class Payout:
    """Money the channel transferred to the bank (``net``; negative if it was collected)."""

    external_id: str
    moment: datetime
    status: str
    currency: str
    net: Decimal
    reference: str = ""
    lines: tuple[PayoutLine, ...] = ()


def check_payout(payout: Payout) -> str:
    """What does not add up in a payout, or nothing. All amounts to the cent."""
    for line in payout.lines:
        if line.gross - line.fee != line.net:
            return f"{line.external_id}: {line.gross} - {line.fee} != {line.net}"
    total = sum((line.net for line in payout.lines), ZERO)
    if total != payout.net:
        return f"{payout.external_id}: {total} != {payout.net}"
    return ""
