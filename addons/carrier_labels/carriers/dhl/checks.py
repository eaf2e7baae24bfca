# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is wrong with an order for DHL, found before anything is bought."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..base.countries import ALPHA3
from ..base.errors import CarrierError
from ..base.types import Address, LabelOrder, Parcel
from ..base.words import _
from .address import (
    CITY,
    EMAIL,
    HOME,
    MORE,
    NAME,
    PHONE,
    STREET,
    Place,
    find_place,
    needs_customs,
    split_name,
)
from .products import PRODUCTS, RETURNS, fits, wanted_services

ANY_CODE = r"[0-9A-Za-z]+([ -]?[0-9A-Za-z]+)*"
# Postal codes of the countries parcels from Germany go to most.
CODES = {
    "AT": r"\d{4}",
    "BE": r"\d{4}",
    "CH": r"\d{4}",
    "CZ": r"\d{3} ?\d{2}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "ES": r"\d{5}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}",
    "HU": r"\d{4}",
    "IT": r"\d{5}",
    "LI": r"\d{4}",
    "LU": r"\d{4}",
    "NL": r"\d{4} ?[A-Za-z]{2}",
    "NO": r"\d{4}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "SE": r"\d{3} ?\d{2}",
    "SK": r"\d{3} ?\d{2}",
    "US": r"\d{5}(-\d{4})?",
}
# Countries without postal codes, or where DHL does not need them.
WITHOUT = frozenset(("IE", "HK", "AE", "QA", "AO", "GH", "JM", "BO", "FJ", "MO"))
LARGEST_INSURANCE = 25000


def problems(order: LabelOrder) -> list[CarrierError]:
    """All that is wrong with an order; without a destination nothing else can be said."""
    if order.recipient.country not in ALPHA3:
        return list(_address(order.recipient, "recipient"))
    return [
        *_product(order),
        *_address(order.sender, "sender"),
        *_address(order.recipient, "recipient"),
        *_services(order),
        *_parcels(order),
        *_customs(order),
    ]


def _product(order: LabelOrder) -> Iterator[CarrierError]:
    if not order.product:
        yield CarrierError(
            _("No DHL product with a billing number fits destination, weight, size and services."),
            "product",
        )
        return
    if order.product not in order.billing:
        text = _("The account has no billing number for %(product)s.")
        yield CarrierError(text, "billing", product=PRODUCTS[order.product].name)
    elif not re.fullmatch(r"\w{10}\d{2}\w{2}", order.billing[order.product]):
        yield CarrierError(_("A billing number has 14 characters."), "billing")
    domestic = order.recipient.country == HOME
    if PRODUCTS[order.product].domestic != domestic:
        text = _("%(product)s is not for parcels abroad.")
        if domestic:
            text = _("%(product)s is not for parcels to Germany.")
        yield CarrierError(text, "product", product=PRODUCTS[order.product].name)


def _address(address: Address, who: str) -> Iterator[CarrierError]:
    """Missing, too long, or not of this country."""
    if address.country not in ALPHA3:
        yield CarrierError(_("The country is missing."), f"{who}.country")
        return
    if not address.name.strip():
        yield CarrierError(_("The name is missing."), f"{who}.name")
    elif len(split_name(address)) > 3 or any(len(line) > NAME for line in split_name(address)):
        yield CarrierError(_("The name is too long."), f"{who}.name")
    if not address.city:
        yield CarrierError(_("The city is missing."), f"{who}.city")
    yield from _code(address, who)
    yield from _lengths(address, who)
    place = find_place(address) if who == "recipient" else None
    yield from _place(place, address) if place else _street(address, who)


def _code(address: Address, who: str) -> Iterator[CarrierError]:
    if not address.zip:
        if address.country not in WITHOUT:
            yield CarrierError(_("The postal code is missing."), f"{who}.zip")
    elif not re.fullmatch(CODES.get(address.country, ANY_CODE), address.zip):
        text = _("%(postal_code)s is no postal code of this country (%(country)s).")
        values = {"postal_code": address.zip, "country": address.country}
        yield CarrierError(text, f"{who}.zip", **values)
    elif not (3 <= len(address.zip) <= 10):
        text = _("The postal code %(postal_code)s is too long or too short.")
        yield CarrierError(text, f"{who}.zip", postal_code=address.zip)


def _lengths(address: Address, who: str) -> Iterator[CarrierError]:
    limits = {
        "street": (_("The street has more than %(most)s characters."), STREET),
        "street2": (_("The second line of the address has more than %(most)s characters."), MORE),
        "city": (_("The city has more than %(most)s characters."), CITY),
        "phone": (_("The phone number has more than %(most)s characters."), PHONE),
        "email": (_("The e-mail address has more than %(most)s characters."), EMAIL),
    }
    for name, (text, most) in limits.items():
        if len(getattr(address, name)) > most:
            yield CarrierError(text, f"{who}.{name}", most=most)


def _street(address: Address, who: str) -> Iterator[CarrierError]:
    if not address.street:
        yield CarrierError(_("The street is missing."), f"{who}.street")
    elif address.country == HOME and not re.search(r"\d", address.street):
        yield CarrierError(_("The house number is missing."), f"{who}.street")


def _place(place: Place, address: Address) -> Iterator[CarrierError]:
    if place.kind == "packstation":
        if not 100 <= place.number <= 999:
            yield CarrierError(_("A Packstation has a number of three digits."), "recipient.street")
        if not place.post_number:
            yield CarrierError(
                _("The Postnummer of the recipient is missing: no Packstation without it."),
                "recipient.street2",
            )
    if place.kind == "postfiliale":
        if not 401 <= place.number <= 999:
            yield CarrierError(
                _("A Postfiliale has a number between 401 and 999."), "recipient.street"
            )
        if not (place.post_number or address.email):
            yield CarrierError(
                _("A Postfiliale needs the Postnummer or the e-mail address of the recipient."),
                "recipient.street2",
            )


def _services(order: LabelOrder) -> Iterator[CarrierError]:
    if not order.product:
        return
    services, product = order.services, PRODUCTS[order.product]
    for name in sorted(wanted_services(services) - product.services):
        yield CarrierError(SERVICE_TEXTS[name], f"services.{name}", product=product.name)
    if services.insurance > LARGEST_INSURANCE:
        text = _("DHL insures no more than %(most)s EUR.")
        yield CarrierError(text, "services.insurance", most=LARGEST_INSURANCE)
    if services.return_label and RETURNS not in order.billing:
        yield CarrierError(_("The account has no billing number for DHL Retoure."), "billing")
    if services.closest_drop_point and not (order.recipient.email or order.recipient.phone):
        yield CarrierError(
            _(
                "Delivery to a drop point needs the e-mail address or the phone number of the "
                "recipient, who has to have agreed to it."
            ),
            "recipient.email",
        )


SERVICE_TEXTS = {
    "age": _("%(product)s has no age check."),
    "named_person": _("%(product)s cannot be limited to the named person."),
    "signature": _("%(product)s is not signed for."),
    "no_neighbour": _("%(product)s may be left with neighbours."),
    "insurance": _("%(product)s cannot be insured."),
    "bulky": _("%(product)s takes no bulky goods."),
    "premium": _("%(product)s has no premium service."),
    "closest_drop_point": _("%(product)s cannot be sent to a drop point."),
    "duty_paid": _("%(product)s does not let the sender pay the duties."),
    "endorsement": _("%(product)s has no choice of what becomes of undeliverable parcels."),
    "return_label": _("%(product)s has no return label."),
}


def _parcels(order: LabelOrder) -> Iterator[CarrierError]:
    if len(order.parcels) > 30:
        yield CarrierError(_("More than 30 parcels for one recipient at once."), "parcels")
    for parcel in order.parcels:
        if parcel.weight <= 0:
            text = _("The weight of a parcel is missing: %(parcel)s")
            yield CarrierError(text, "parcels.weight", parcel=parcel.name)
        elif order.product and not _carried(order.product, parcel):
            text = _("%(weight)s kg, or the size, is too much for %(product)s: %(parcel)s")
            told = {"weight": parcel.weight, "product": PRODUCTS[order.product].name}
            yield CarrierError(text, "parcels.weight", parcel=parcel.name, **told)


def _carried(code: str, parcel: Parcel) -> bool:
    """Whether a product holds a parcel; without a size only its weight is known."""
    product = PRODUCTS[code]
    if all((parcel.length, parcel.width, parcel.height)):
        return fits(product, parcel)
    return parcel.weight <= product.max_weight


def _customs(order: LabelOrder) -> Iterator[CarrierError]:
    if not needs_customs(order.recipient.country, order.recipient.zip):
        return
    if order.customs is None:
        yield CarrierError(_("Customs want to know what is in the parcels."), "customs")
        return
    if order.customs.kind == "OTHER" and not order.customs.description:
        yield CarrierError(_("Say in words what is in the parcels."), "customs.description")
    for parcel in order.parcels:
        if not 1 <= len(parcel.content) <= 99:
            yield CarrierError(
                _("A parcel holds between 1 and 99 kinds of goods."), "parcels.content"
            )
        for line in parcel.content:
            if line.weight <= 0:
                text = _("The weight of %(goods)s is missing.")
                yield CarrierError(text, "parcels.content", goods=line.description)
            if line.hs_code and not 6 <= len(line.hs_code) <= 11:
                text = _("The customs tariff number of %(goods)s has 6 to 11 digits.")
                yield CarrierError(text, "parcels.content", goods=line.description)
            if line.currency != order.customs.currency:
                yield CarrierError(_("All values for customs have the same currency."), "currency")
