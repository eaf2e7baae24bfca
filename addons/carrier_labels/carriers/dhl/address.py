# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses as DHL wants them: doors, parcel lockers, post offices, post boxes; customs areas.

Lockers are written by people, on any of their lines: "Packstation 145" and "Postnummer
12345678", the latter often behind the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..base.countries import ALPHA3
from ..base.types import Address

HOME = "DE"
# The member states of the EU, which are its customs union, and Monaco, which is part of it.
_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK"
UNION = frozenset(_UNION.split())
# Parts of member states outside of it, by how their postal codes begin.
OUTSIDE = {
    "DE": ("27498", "78266"),  # Helgoland, Büsingen
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "IT": ("23030",),  # Livigno
    "GR": ("63086",),  # Athos
    "FI": ("22",),  # Åland
    "FR": ("97", "98"),  # overseas
}
PLACE = re.compile(
    r"\b(?:(packstation|postfiliale)\s*(?:nr\.?|nummer)?\s*[:#]?\s*(\d+)|(postfach)\s*(\d[\d ]*))",
    re.I,
)
POST_NUMBER = re.compile(
    r"(?:\b(?:post-?\s?(?:nummer|nr\.?)|dhl(?:-?nr\.?)?)\s*[:#.]?\s*)?(?<!\d)(\d{6,10})(?!\d)", re.I
)
# How many characters DHL takes.
NAME, STREET, MORE, CITY, PHONE, EMAIL = 50, 50, 60, 40, 20, 80


@dataclass(frozen=True)
class Place:
    """Where a parcel waits for its recipient: locker, post office or post box."""

    kind: str
    number: int
    post_number: str
    name: str


def needs_customs(country: str, postal_code: str) -> bool:
    """Whether a parcel from Germany passes customs on its way there."""
    return country not in UNION or postal_code.startswith(OUTSIDE.get(country, ("-",)))


def find_place(address: Address) -> Place | None:
    """The locker, post office or post box an address means; None for a door."""
    if address.country != HOME:
        return None
    lines = [address.street, address.street2, address.name2, address.name]
    found = next((match for line in lines if (match := PLACE.search(line))), None)
    if not found:
        return None
    rest = [PLACE.sub(" ", line) for line in lines]
    post_number = next((match[1] for line in rest if (match := POST_NUMBER.search(line))), "")
    cleaned = [" ".join(POST_NUMBER.sub(" ", line).split()).strip(" ,;/-") for line in rest]
    # Who gets it: the last of the lines above the address that still says something.
    name = cleaned[2] if re.search(r"[^\W\d]{2}", cleaned[2]) else cleaned[3]
    kind, number = (found[1], found[2]) if found[1] else (found[3], found[4])
    return Place(kind.lower(), int(number.replace(" ", "")), post_number, name or address.name)


def consignee(address: Address) -> dict[str, object]:
    """The recipient of a shipment."""
    place = find_place(address)
    if not place:
        return door(address)
    common = {
        "city": address.city,
        "postalCode": address.zip,
        "country": ALPHA3[address.country],
    }
    if place.kind == "packstation":
        told = {"name": place.name, "lockerID": place.number, "postNumber": place.post_number}
    elif place.kind == "postfiliale":
        told = {
            "name": place.name,
            "retailID": place.number,
            "postNumber": place.post_number,
            "email": "" if place.post_number else address.email,
        }
    else:
        told = {"name1": place.name, "poBoxID": place.number, "email": address.email}
    return _said(common | told)


def door(address: Address) -> dict[str, object]:
    """An address somebody rings at."""
    return _said(
        shipper(address)
        | {
            "additionalAddressInformation1": address.street2,
            "state": state(address),
            # Inside of Germany DHL takes no phone numbers of recipients.
            "phone": "" if address.country == HOME else address.phone,
        }
    )


def shipper(address: Address) -> dict[str, object]:
    """Who sends it."""
    names = split_name(address)
    return _said(
        {
            **{f"name{number}": name for number, name in enumerate(names, 1)},
            "addressStreet": address.street,
            "postalCode": address.zip,
            "city": address.city,
            "country": ALPHA3[address.country],
            "email": address.email,
        }
    )


def state(address: Address) -> str:
    """Region: with the country in front in the USA, as DHL wants it."""
    return f"US-{address.state}" if address.country == "US" and address.state else ""


def split_name(address: Address) -> list[str]:
    """The two names on lines of what DHL prints, cut between words."""
    lines: list[str] = []
    for name in (address.name, address.name2):
        line = ""
        for word in name.split():
            longer = f"{line} {word}".strip()
            if len(longer) > NAME and line:
                lines.append(line)
                longer = word
            line = longer
        lines += [line] if line else []
    return lines


def _said(values: dict[str, object]) -> dict[str, object]:
    """What is not empty: DHL takes no empty texts."""
    return {name: value for name, value in values.items() if value not in ("", None)}
