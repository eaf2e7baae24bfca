# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shipments of channels that know no more of them than the numbers of their parcels.

Such a channel is not told which pieces are in a parcel: an order has left or has not, and has
so many tracking numbers. The number is what tells that a parcel is known already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .outgoing import Tracking


class NotAllowedError(Exception):
    """The channel does not let this account do it by its interface: a person has to do it in
    the channel. Asking again is of no use.
    """


@dataclass(frozen=True)
class Parcel:
    """One parcel; without a number only that something has left."""

    number: str = ""
    company: str = ""
    url: str = ""


@dataclass(frozen=True)
class ParcelState:
    """What a channel knows of an order: its parcels' numbers, and whether it has left."""

    numbers: tuple[str, ...] = ()
    shipped: bool = False
    cancelled: bool = False


def parcels_of(tracking: Tracking) -> list[Parcel]:
    """The parcels of a shipment; one without a number if none has one."""
    if not tracking.numbers:
        return [Parcel()]
    urls = tracking.urls if len(tracking.urls) == len(tracking.numbers) else ()
    found = {}
    for index, number in enumerate(tracking.numbers):
        url = urls[index] if urls else ""
        found.setdefault(fold_number(number), Parcel(number, tracking.company, url))
    return list(found.values())


def untold(parcels: Iterable[Parcel], state: ParcelState) -> list[Parcel]:
    """The parcels the channel does not know yet. One without a number says no more than that
    the order has left.
    """
    known = {fold_number(number) for number in state.numbers}
    has_left = state.shipped or bool(known)
    return [
        parcel
        for parcel in parcels
        if (fold_number(parcel.number) not in known if parcel.number else not has_left)
    ]


def fold_number(number: str) -> str:
    """A tracking number as it is compared: people type spaces and small letters."""
    return "".join(number.split()).casefold()


def numbers_of(parcels: Sequence[Parcel]) -> str:
    """Numbers for a person, or nothing."""
    return ", ".join(parcel.number for parcel in parcels if parcel.number)
