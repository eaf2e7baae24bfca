# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is wrong with an order for UPS, found before anything is bought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..base.errors import CarrierError
from ..base.types import Address, LabelOrder, Parcel
from . import fields
from .address import WITH_STATE, access_point, layout
from .customs import MOST_LINES, MOST_PIECES, goods, reason
from .documents import description
from .products import (
    ACCESS_POINT,
    MOST_GIRTH,
    MOST_LENGTH,
    MOST_PARCELS,
    MOST_WEIGHT,
    PRODUCTS,
    WITHOUT,
)

# Countries without postal codes, or where UPS does not need them.
NO_CODES = frozenset(("AE", "AO", "BO", "FJ", "GH", "HK", "IE", "JM", "MO", "QA"))
WHOSE = {"sender": "of the sender", "recipient": "of the recipient"}
INSURABLE = 50_000


def problems(order: LabelOrder) -> list[CarrierError]:
    """All that is wrong with an order."""
    return [
        *_account(order),
        *_address(order.sender, "sender"),
        *_address(order.recipient, "recipient"),
        *_point(order),
        *_services(order),
        *_parcels(order),
        *_customs(order),
    ]


def _account(order: LabelOrder) -> Iterator[CarrierError]:
    if order.product not in PRODUCTS:
        yield CarrierError("Choose a service of UPS in the delivery method.", "product")
    if not re.fullmatch("[0-9A-Z]{6}", order.billing.get("shipper", "")):
        yield CarrierError("An account number of UPS has six letters or digits.", "billing")
    if not 8 <= len(order.reference or "12345678") <= fields.REFERENCE:
        yield CarrierError("A reference has between 8 and 35 characters.", "reference")


def _address(address: Address, who: str) -> Iterator[CarrierError]:
    """Missing, too long, or in letters UPS cannot print."""
    person = WHOSE[who]
    if not re.fullmatch("[A-Z]{2}", address.country):
        yield CarrierError(f"The country {person} is missing.", f"{who}.country")
    if not fields.clean(address.city):
        yield CarrierError(f"The city {person} is missing.", f"{who}.city")
    elif len(fields.clean(address.city)) > fields.CITY:
        yield CarrierError(
            f"The city {person} has more than {fields.CITY} characters.", f"{who}.city"
        )
    yield from _code(address, who, person)
    yield from _lines(address, who, person)
    yield from _contact(address, who, person)


def _code(address: Address, who: str, person: str) -> Iterator[CarrierError]:
    code = fields.postal_code(address.zip)
    if not code and (address.zip or address.country not in NO_CODES):
        yield CarrierError(f"The postal code {person} is missing.", f"{who}.zip")
    elif len(code) > fields.CODE:
        yield CarrierError(
            f"The postal code {address.zip} has more than {fields.CODE} characters.", f"{who}.zip"
        )
    if address.country in WITH_STATE and not 1 <= len(address.state) <= 5:
        yield CarrierError(
            f"UPS needs the state or province {person} ({address.country}).", f"{who}.state"
        )


def _lines(address: Address, who: str, person: str) -> Iterator[CarrierError]:
    found = access_point(address) if who == "recipient" else None
    shape = layout(found[1] if found else address)
    if not shape.name:
        yield CarrierError(f"The name {person} is missing.", f"{who}.name")
    if not fields.clean(address.street) and not fields.clean(address.street2):
        yield CarrierError(f"The street {person} is missing.", f"{who}.street")
    elif not shape.lines:
        yield CarrierError(
            "The street of the UPS Access Point is missing beside its number.", f"{who}.street"
        )
    if word := shape.too_long:
        yield CarrierError(
            f"A word in the address {person} is longer than the {fields.LINE} characters of a "
            f"line: {word}",
            f"{who}.street",
        )
    elif not shape.fits:
        yield CarrierError(
            f"Name and address {person} do not fit on the label: UPS has two lines for the name "
            f"and {fields.LINES} for the address, of {fields.LINE} characters each.",
            f"{who}.street",
        )
    written = " ".join((shape.name, shape.attention, *shape.lines, address.city))
    if fields.character_set(address.country if who == "recipient" else "", written) is None:
        yield CarrierError(
            f"UPS cannot print all letters of the address {person}: write it in Latin letters.",
            f"{who}.street",
        )


def _contact(address: Address, who: str, person: str) -> Iterator[CarrierError]:
    limits = (
        ("phone number", fields.digits(address.phone), fields.PHONE, "phone"),
        ("e-mail address", address.email, fields.EMAIL, "email"),
        ("number for customs", fields.clean(address.customs_number), fields.TAX, "customs_number"),
    )
    for word, value, most, name in limits:
        if len(value) > most:
            yield CarrierError(f"The {word} {person} is longer than {most}.", f"{who}.{name}")


def _point(order: LabelOrder) -> Iterator[CarrierError]:
    found = access_point(order.recipient)
    if not found:
        if order.product == ACCESS_POINT:
            yield CarrierError(
                "This service goes to a UPS Access Point: its number (U and eight digits) is "
                "missing in the address.",
                "recipient.street2",
            )
        return
    if not order.recipient.email:
        yield CarrierError(
            "UPS mails the recipient that the parcel waits in the UPS Access Point: the e-mail "
            "address is missing, or may not be told to the carrier.",
            "recipient.email",
        )


def _services(order: LabelOrder) -> Iterator[CarrierError]:
    services = order.services
    for name, word in WITHOUT.items():
        if getattr(services, name):
            yield CarrierError(f"UPS does not offer this service: {word}.", f"services.{name}")
    if not 0 <= services.insurance <= INSURABLE:
        yield CarrierError(f"UPS insures no more than {INSURABLE} EUR.", "services.insurance")
    if order.options.get("return") and (services.age or services.signature):
        yield CarrierError("Returns have no check of age or signature.", "services.age")


def _parcels(order: LabelOrder) -> Iterator[CarrierError]:
    if not 1 <= len(order.parcels) <= MOST_PARCELS:
        yield CarrierError(f"UPS takes 1 to {MOST_PARCELS} parcels in a shipment.", "parcels")
    for parcel in order.parcels:
        where = f" ({parcel.name})" if parcel.name else ""
        if parcel.weight <= 0:
            yield CarrierError(f"The weight of a parcel is missing{where}.", "parcels.weight")
        elif parcel.weight > MOST_WEIGHT:
            yield CarrierError(
                f"A parcel is too heavy for UPS{where}: {parcel.weight} kg of {MOST_WEIGHT} kg.",
                "parcels.weight",
            )
        if not _holds(parcel):
            yield CarrierError(
                f"A parcel is too large for UPS{where}: {MOST_LENGTH // 10} cm long, "
                f"{MOST_GIRTH // 10} cm of length and girth.",
                "parcels.length",
            )


def _holds(parcel: Parcel) -> bool:
    """Whether UPS takes a parcel of this size; 0 is not known."""
    sides = sorted((parcel.length, parcel.width, parcel.height), reverse=True)
    return (
        sides[-1] >= 0 and sides[0] <= MOST_LENGTH and sides[0] + 2 * sum(sides[1:]) <= MOST_GIRTH
    )


def _customs(order: LabelOrder) -> Iterator[CarrierError]:
    if order.customs is None:
        return
    for who, address in (("sender", order.sender), ("recipient", order.recipient)):
        if not fields.digits(address.phone):
            yield CarrierError(
                f"Customs need the phone number {WHOSE[who]}: it is missing, or may not be told "
                "to the carrier.",
                f"{who}.phone",
            )
    if not reason(order.customs) or not description(order):
        yield CarrierError("Say in words what is in the parcels.", "customs.description")
    lines = goods(order)
    if not 1 <= len(lines) <= MOST_LINES:
        yield CarrierError(
            f"Customs need between 1 and {MOST_LINES} kinds of goods in a shipment.",
            "parcels.content",
        )
    for line in lines:
        yield from _goods(line, order.customs.currency)


def _goods(line, currency: str) -> Iterator[CarrierError]:
    what = line.description
    if not fields.clean(what) or max(map(len, fields.wrap(what))) > fields.LINE:
        yield CarrierError(f"Describe the goods for customs in short words: {what}", "description")
    if not 1 <= line.quantity <= MOST_PIECES:
        yield CarrierError(f"Customs need whole pieces of {what}.", "quantity")
    if line.value <= 0:
        yield CarrierError(f"Customs need the value of {what}.", "value")
    if not re.fullmatch("[A-Z]{2}", line.origin):
        yield CarrierError(f"The country of origin of {what} is missing.", "origin")
    if line.hs_code and not re.fullmatch("[0-9A-Za-z]{6,15}", line.hs_code):
        yield CarrierError(f"The customs tariff number of {what} has 6 to 15 digits.", "hs_code")
    if line.currency != currency:
        yield CarrierError("All values for customs have the same currency.", "currency")
