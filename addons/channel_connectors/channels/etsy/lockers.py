# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses of Etsy, with the parcel lockers and post offices of DHL as DHL wants them.

DHL (Germany) needs "Packstation 145" or "Postfiliale 502" as the street and "Postnummer
87654321" beside it. Buyers write the two on one line, in either order, or put the number
behind their name.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..base.order import Address

PLACE = re.compile(r"\b(packstation|postfiliale)\s*(?:nr\.?|nummer)?\s*[:#]?\s*(\d{3})\b", re.I)
NUMBER = re.compile(r"(?:\b(?:post-?\s?(?:nummer|nr\.?)|dhl)\s*[:#.]?\s*)?\b(\d{6,10})\b", re.I)
NAMES = {"packstation": "Packstation", "postfiliale": "Postfiliale"}


def tidy(address: Address) -> Address:
    """The address with a locker or post office in its place; any other as it is."""
    if address.country_code != "DE":
        return address
    lines = [address.street, address.street2]
    place = next((found for line in lines if (found := PLACE.search(line))), None)
    if not place:
        return address
    rest = [PLACE.sub(" ", line) for line in lines]
    number, parts = _take_number([*rest, address.name])
    left = [" ".join(part.split()).strip(" ,;/-") for part in parts]
    street2 = ", ".join(part for part in (number and f"Postnummer {number}", *left[:2]) if part)
    return replace(
        address,
        name=left[2] or address.name,
        street=f"{NAMES[place[1].lower()]} {place[2]}",
        street2=street2,
    )


def _take_number(parts: list[str]) -> tuple[str, list[str]]:
    """The first customer number of DHL, and what is left of the texts it stood in."""
    for index, part in enumerate(parts):
        if found := NUMBER.search(part):
            rest = part[: found.start()] + " " + part[found.end() :]
            return found[1], [*parts[:index], rest, *parts[index + 1 :]]
    return "", parts
