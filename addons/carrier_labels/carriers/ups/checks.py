# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""What is wrong with an order for UPS, found before anything is bought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..base.errors import CarrierError
from ..base.types import Address, ContentLine, LabelOrder, Parcel
from ..base.words import _
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
        yield CarrierError(_("Choose a service of UPS in the delivery method."), "product")
    if not re.fullmatch("[0-9A-Z]{6}", order.billing.get("shipper", "")):
        text = _("An account number of UPS has six capital letters or digits.")
        yield CarrierError(text, "billing")
    if not 8 <= len(order.reference or "12345678") <= fields.REFERENCE:
        yield CarrierError(_("A reference has between 8 and 35 characters."), "reference")


def _address(address: Address, who: str) -> Iterator[CarrierError]:
    """Missing, too long, or in letters UPS cannot print."""
    if not re.fullmatch("[A-Z]{2}", address.country):
        yield CarrierError(_("The country is missing."), f"{who}.country")
    if not fields.clean(address.city):
        yield CarrierError(_("The city is missing."), f"{who}.city")
    yield from _code(address, who)
    yield from _lines(address, who)
    yield from _lengths(address, who)


def _code(address: Address, who: str) -> Iterator[CarrierError]:
    code = fields.postal_code(address.zip)
    if not code and (address.zip or address.country not in NO_CODES):
        yield CarrierError(_("The postal code is missing."), f"{who}.zip")
    elif len(code) > fields.CODE:
        text = _("The postal code %(postal_code)s has more than %(most)s characters.")
        yield CarrierError(text, f"{who}.zip", postal_code=address.zip, most=fields.CODE)
    if address.country in WITH_STATE and not 1 <= len(address.state) <= fields.STATE:
        text = _("UPS needs the state or province in this country (%(country)s).")
        yield CarrierError(text, f"{who}.state", country=address.country)


def _lines(address: Address, who: str) -> Iterator[CarrierError]:
    """Names and street on the lines of a label."""
    found = access_point(address) if who == "recipient" else None
    shape = layout(found[1] if found else address)
    if not shape.name:
        yield CarrierError(_("The name is missing."), f"{who}.name")
    if not shape.lines:
        text = _("The street is missing.")
        if found:
            text = _("The street of the UPS Access Point is missing beside its number.")
        yield CarrierError(text, f"{who}.street")
    if shape.too_long:
        text = _("A word is longer than a line of the label (%(most)s characters): %(word)s")
        yield CarrierError(text, f"{who}.street", most=fields.LINE, word=shape.too_long)
    elif not shape.fits:
        text = _(
            "Name and address do not fit on the label: UPS has two lines for the name and "
            "%(lines)s for the address, of %(most)s characters each."
        )
        yield CarrierError(text, f"{who}.street", lines=fields.LINES, most=fields.LINE)
    written = " ".join((shape.name, shape.attention, *shape.lines, fields.clean(address.city)))
    country = address.country if who == "recipient" else ""
    if fields.character_set(country, written) is None:
        text = _("UPS cannot print all letters of the address: write it in Latin letters.")
        yield CarrierError(text, f"{who}.street")


def _lengths(address: Address, who: str) -> Iterator[CarrierError]:
    limits = {
        "city": (_("The city has more than %(most)s characters."), fields.CITY, fields.clean),
        "phone": (
            _("The phone number has more than %(most)s digits."),
            fields.PHONE,
            fields.digits,
        ),
        "email": (
            _("The e-mail address has more than %(most)s characters."),
            fields.EMAIL,
            fields.clean,
        ),
        "customs_number": (
            _("The number for customs has more than %(most)s characters."),
            fields.TAX,
            fields.clean,
        ),
    }
    for name, (text, most, written) in limits.items():
        if len(written(getattr(address, name))) > most:
            yield CarrierError(text, f"{who}.{name}", most=most)


def _point(order: LabelOrder) -> Iterator[CarrierError]:
    if not access_point(order.recipient):
        if order.product == ACCESS_POINT:
            text = _(
                "This service goes to a UPS Access Point: its number (U and eight digits) is "
                "missing in the address."
            )
            yield CarrierError(text, "recipient.street2")
    elif not order.recipient.email:
        text = _(
            "UPS mails the recipient that the parcel waits in the UPS Access Point: the e-mail "
            "address is missing, or the delivery method does not share it."
        )
        yield CarrierError(text, "recipient.email")


def _services(order: LabelOrder) -> Iterator[CarrierError]:
    services = order.services
    for name, word in WITHOUT.items():
        if getattr(services, name):
            text = _("UPS does not offer this service: %(service)s.")
            yield CarrierError(text, f"services.{name}", service=word)
    if not 0 <= services.insurance <= INSURABLE:
        text = _("UPS insures no more than %(most)s EUR.")
        yield CarrierError(text, "services.insurance", most=INSURABLE)
    if order.options.get("return") and (services.age or services.signature):
        text = _("UPS checks neither age nor signature where goods come back.")
        yield CarrierError(text, "services.age")


def _parcels(order: LabelOrder) -> Iterator[CarrierError]:
    if not 1 <= len(order.parcels) <= MOST_PARCELS:
        text = _("UPS takes 1 to %(most)s parcels in a shipment.")
        yield CarrierError(text, "parcels", most=MOST_PARCELS)
    for number, parcel in enumerate(order.parcels, 1):
        name = parcel.name or str(number)
        if parcel.weight <= 0:
            text = _("The weight of parcel %(parcel)s is missing.")
            yield CarrierError(text, "parcels.weight", parcel=name)
        elif parcel.weight > MOST_WEIGHT:
            text = _("Parcel %(parcel)s is too heavy for UPS: %(weight)s kg of %(most)s kg.")
            told = {"parcel": name, "weight": parcel.weight, "most": MOST_WEIGHT}
            yield CarrierError(text, "parcels.weight", **told)
        if not _holds(parcel):
            text = _(
                "Parcel %(parcel)s is too large for UPS: at most %(length)s cm long, and "
                "%(girth)s cm of length and girth."
            )
            told = {"parcel": name, "length": MOST_LENGTH // 10, "girth": MOST_GIRTH // 10}
            yield CarrierError(text, "parcels.length", **told)


def _holds(parcel: Parcel) -> bool:
    """Whether UPS takes a parcel of this size; 0 is not known."""
    sides = sorted((parcel.length, parcel.width, parcel.height), reverse=True)
    girth = sides[0] + 2 * sum(sides[1:])
    return sides[-1] >= 0 and sides[0] <= MOST_LENGTH and girth <= MOST_GIRTH


def _customs(order: LabelOrder) -> Iterator[CarrierError]:
    if order.customs is None:
        return
    for who, address in (("sender", order.sender), ("recipient", order.recipient)):
        if not fields.digits(address.phone):
            text = _(
                "Customs need a phone number: it is missing, or the delivery method does not "
                "share it."
            )
            yield CarrierError(text, f"{who}.phone")
    if not reason(order.customs) or not description(order):
        yield CarrierError(_("Say in words what is in the parcels."), "customs.description")
    lines = goods(order)
    if not 1 <= len(lines) <= MOST_LINES:
        text = _("Customs need between 1 and %(most)s kinds of goods in a shipment.")
        yield CarrierError(text, "parcels.content", most=MOST_LINES)
    for line in lines:
        for text, field in _goods(line, order.customs.currency):
            yield CarrierError(text, field, goods=line.description)


def _goods(line: ContentLine, currency: str) -> Iterator[tuple[str, str]]:
    if max(map(len, fields.wrap(line.description)), default=99) > fields.LINE:
        yield _("Describe goods for customs in short words: %(goods)s"), "description"
    if not 1 <= line.quantity <= MOST_PIECES:
        yield _("Customs need whole pieces of %(goods)s."), "quantity"
    if line.value <= 0:
        yield _("Customs need the value of %(goods)s."), "value"
    if not re.fullmatch("[A-Z]{2}", line.origin):
        yield _("The country of origin of %(goods)s is missing."), "origin"
    if line.hs_code and not re.fullmatch("[0-9A-Za-z]{6,15}", line.hs_code):
        yield _("The customs tariff number of %(goods)s has 6 to 15 digits."), "hs_code"
    if line.currency != currency:
        yield _("All values for customs have the same currency: %(goods)s."), "currency"
