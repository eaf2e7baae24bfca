# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is told to a carrier and what a carrier answers. Nothing here depends on a carrier.

Weights are kilograms in ``Decimal``, lengths whole millimetres (0: not known), money is
``Decimal`` in the currency beside it, countries are ISO 3166-1 alpha-2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

PDF, ZPL = "pdf", "zpl"

# States of a parcel on its way; the same for all carriers.
ANNOUNCED, IN_TRANSIT, OUT_FOR_DELIVERY = "announced", "in_transit", "out_for_delivery"
PICKUP_READY, DELIVERED = "pickup_ready", "delivered"
EXCEPTION, RETURNING, RETURNED, UNKNOWN = "exception", "returning", "returned", "unknown"


@dataclass(frozen=True)
class Address:
    """Who sends, or who is to get a parcel.

    ``name`` is the person or company at the door, ``name2`` a second line of it. ``street2``
    is what is written beside the street. ``email`` and ``phone`` are given only if the buyer has
    agreed that the carrier gets them.
    """

    name: str
    street: str
    zip: str
    city: str
    country: str
    name2: str = ""
    street2: str = ""
    state: str = ""
    email: str = ""
    phone: str = ""
    # Of the customs: EORI, or the number the country of destination uses.
    customs_number: str = ""


@dataclass(frozen=True)
class ContentLine:
    """Goods in a parcel, as customs want them: all but ``quantity`` are of one piece."""

    description: str
    quantity: int
    value: Decimal
    currency: str
    weight: Decimal
    hs_code: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Parcel:
    """One piece with a label of its own."""

    weight: Decimal
    length: int = 0
    width: int = 0
    height: int = 0
    name: str = ""
    content: tuple[ContentLine, ...] = ()


@dataclass(frozen=True)
class Customs:
    """What customs want to know beside the content of the parcels."""

    kind: str = "COMMERCIAL_GOODS"
    description: str = ""
    invoice: str = ""
    charges: Decimal = Decimal(0)
    currency: str = "EUR"
    terms: str = ""
    permit: str = ""
    attestation: str = ""


@dataclass(frozen=True)
class Services:
    """What is wanted beside carrying; a carrier refuses what it does not offer."""

    # 16 or 18: the age of the recipient is looked at.
    age: int = 0
    named_person: bool = False
    signature: bool = False
    no_neighbour: bool = False
    insurance: Decimal = Decimal(0)
    insurance_currency: str = "EUR"
    bulky: bool = False
    premium: bool = False
    closest_drop_point: bool = False
    duty_paid: bool = False
    # RETURN or ABANDON, where a parcel abroad cannot be delivered.
    endorsement: str = ""
    # A return label in each parcel, to this address.
    return_label: bool = False
    return_address: Address | None = None


@dataclass(frozen=True)
class LabelOrder:
    """One shipment to buy: all parcels of a delivery.

    ``reference`` is ours, unique, 8 to 35 characters. ``billing`` names contracts by what they
    are for, in the words of the carrier. ``options`` are of the carrier: paper and the like.
    """

    reference: str
    product: str
    sender: Address
    recipient: Address
    parcels: tuple[Parcel, ...]
    ship_date: date
    billing: Mapping[str, str] = field(default_factory=dict)
    services: Services = Services()
    customs: Customs | None = None
    label_format: str = PDF
    options: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """The same for orders that want the same label.

        Reference and day make no other label. Nor do weight and size, which the carrier measures:
        a label that sticks on a parcel stays good if a piece less is in it. Customs papers are
        about the content, so that with them everything counts.
        """
        told = _plain(self)
        del told["reference"], told["ship_date"]
        if self.customs is None:
            told["parcels"] = len(self.parcels)
        return hashlib.sha256(repr(told).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Dataclasses and mappings in an order that does not depend on how they were made."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return sorted((key, _plain(one)) for key, one in value.items())
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


@dataclass(frozen=True)
class Document:
    """A document to print: a label, a return label, or customs papers.

    ``kind`` is ``label``, ``return`` or ``customs``, ``number`` the parcel it is for.
    """

    kind: str
    number: str
    content: bytes
    format: str = PDF


@dataclass(frozen=True)
class BoughtLabel:
    """A shipment the carrier has sold: a number for each parcel, in their order."""

    numbers: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    return_numbers: tuple[str, ...] = ()
    # What voids the shipment where that is not the numbers of its parcels.
    shipment: str = ""
    price: Decimal | None = None
    currency: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrackingEvent:
    """Something that happened to a parcel. ``time`` is the carrier's own, without a zone."""

    state: str
    time: datetime | None
    text: str
    place: str = ""
    code: str = ""


@dataclass(frozen=True)
class TrackingStatus:
    """Where a parcel is; the events with the oldest first."""

    number: str
    state: str
    time: datetime | None = None
    text: str = ""
    place: str = ""
    events: tuple[TrackingEvent, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """The list of a day: what was closed, and what was not and why."""

    numbers: tuple[str, ...]
    documents: tuple[Document, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
