# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses as UPS wants them: a name, a person, three lines; UPS Access Points."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ..base.types import Address
from .fields import LINE, LINES, clean, digits, postal_code, wrap

Json = dict[str, Any]

# Countries UPS wants a state or province of.
WITH_STATE = frozenset(("CA", "IE", "US", "VN"))
POINT = re.compile(r"\bU\d{8}\b")
POINT_WORDS = re.compile(r"\bUPS\s+Access\s*Point\b™?|\bAccess\s*Point\b", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """An address on the lines UPS has. What does not fit is there, too, and is refused."""

    name: str
    attention: str
    lines: tuple[str, ...]

    @property
    def too_long(self) -> str:
        """A line, or a word of it, that is longer than UPS takes; else empty."""
        named = (self.name, self.attention, *self.lines)
        return next((line for line in named if len(line) > LINE), "")

    @property
    def fits(self) -> bool:
        """Whether there is room for all of it."""
        return not self.too_long and len(self.lines) <= LINES


def layout(address: Address) -> Layout:
    """Names and lines; a name that takes three lines goes on above the street."""
    names = [*wrap(address.name), *wrap(address.name2)]
    lines = [*names[2:], *wrap(address.street), *wrap(address.street2)]
    name, attention = (*names, "", "")[:2]
    return Layout(name, attention, tuple(lines))


def place(address: Address, lines: tuple[str, ...]) -> Json:
    """The part of an address that is a place."""
    told: Json = {"AddressLine": list(lines), "City": clean(address.city)}
    if address.country in WITH_STATE and address.state:
        told["StateProvinceCode"] = address.state
    if address.zip:
        told["PostalCode"] = postal_code(address.zip)
    return {**told, "CountryCode": address.country}


def party(address: Address, *, attention: bool) -> Json:
    """Somebody at a place. ``attention``: UPS wants a person, be it the same name."""
    shape = layout(address)
    told: Json = {"Name": shape.name}
    if shape.attention or attention:
        told["AttentionName"] = shape.attention or shape.name
    if address.customs_number:
        told["TaxIdentificationNumber"] = clean(address.customs_number)
    if phone := digits(address.phone):
        told["Phone"] = {"Number": phone}
    return {**told, "Address": place(address, shape.lines)}


def access_point(address: Address) -> tuple[str, Address] | None:
    """The number of a UPS Access Point an address names, and the address without it.

    Customers write it, as shops show it, in one of the lines: U and eight digits. What else is
    on that line is the name of the shop.
    """
    for name in ("street", "street2", "name2"):
        text = getattr(address, name)
        if found := POINT.search(text):
            rest = clean(POINT_WORDS.sub(" ", POINT.sub(" ", text)).replace(":", " ")).strip(" ,;-")
            return found.group(), _without(replace(address, **{name: rest}), name)
    return None


def _without(address: Address, name: str) -> Address:
    """The street is on the other line where the first one only named the point."""
    if name == "street" and not address.street:
        return replace(address, street=address.street2, street2="")
    return address
