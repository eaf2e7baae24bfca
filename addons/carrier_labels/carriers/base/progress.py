# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where a delivery of one or several parcels is, and when it is worth asking again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import types
from .types import TrackingEvent, TrackingStatus

# The first of these that a parcel is in is the state of the delivery: what needs a person, then
# what is furthest behind. A delivery has ended when its last parcel has.
ORDER = (
    types.EXCEPTION,
    types.RETURNING,
    types.UNKNOWN,
    types.ANNOUNCED,
    types.IN_TRANSIT,
    types.OUT_FOR_DELIVERY,
    types.PICKUP_READY,
    types.RETURNED,
    types.DELIVERED,
)
ENDED = (types.RETURNED, types.DELIVERED)

# Age of a delivery -> how often it is looked at; older ones are given up.
PACE = (
    (timedelta(days=10), timedelta(hours=4)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=3)),
)
# Somebody waits at the door.
SOON = timedelta(hours=2)


@dataclass(frozen=True)
class Progress:
    """Where a delivery is. ``time`` is the last event's, as the carrier wrote it."""

    state: str
    time: datetime | None = None
    text: str = ""
    history: str = ""


def progress(numbers: Sequence[str], told: Mapping[str, TrackingStatus]) -> Progress:
    """The parcels of a delivery as one; those the carrier does not know are unknown."""
    parcels = [told.get(number) or TrackingStatus(number, types.UNKNOWN) for number in numbers]
    if not parcels:
        return Progress(types.UNKNOWN)
    first = min(parcels, key=lambda parcel: ORDER.index(parcel.state))
    state = first.state
    if state not in ENDED and any(parcel.state == types.RETURNED for parcel in parcels):
        # One is back and others are still on their way: a person should know now.
        first = next(parcel for parcel in parcels if parcel.state == types.RETURNED)
        state = types.EXCEPTION if state == types.EXCEPTION else types.RETURNING
    times = [parcel.time for parcel in parcels if parcel.time]
    return Progress(
        state=state,
        time=max(times, default=None),
        text=first.text,
        history="\n".join(
            _line(parcel.number if len(parcels) > 1 else "", event)
            for parcel in parcels
            for event in parcel.events
        ),
    )


def _line(number: str, event: TrackingEvent) -> str:
    when = event.time.strftime("%Y-%m-%d %H:%M") if event.time else ""
    return " ".join(filter(None, (number, when, event.place, event.text)))


def next_look(state: str, age: timedelta) -> timedelta | None:
    """How long to wait before asking again, None if it is over.

    :param age: since the goods left
    """
    if state in ENDED:
        return None
    if state == types.OUT_FOR_DELIVERY and age <= PACE[0][0]:
        return SOON
    return next((pause for until, pause in PACE if age <= until), None)
