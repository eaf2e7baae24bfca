# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Requests to UPS: Shipping v2409, label recovery v1903, Rating v2409.

A shipment holds all parcels of an order. Indicators count by being there; what is in them is
ignored. ``order.billing`` has the account number under ``shipper``; ``order.options`` may have

- ``return``: ours is who gets it: the sender is the customer, the value a return service of UPS
- ``negotiated``: prices of the contract are asked for
- ``residential``: the recipient is no company
- ``notify``: UPS mails the recipient
"""

from __future__ import annotations

from datetime import date

from ..base.types import ZPL, Address, LabelOrder, Parcel
from . import fields
from .address import Json, access_point, layout, party, place
from .customs import forms
from .products import OWN_PACKAGING, PRODUCTS

VERSION, SUB_VERSION = "v2409", "2409"
RECOVERY_VERSION, RECOVERY_SUB_VERSION = "v1903", "1903"
PRESENT = "X"
TRANSPORT, DUTIES = "01", "02"
HOLD_FOR_PICKUP = "01"
# Confirmation of a whole shipment: by a signature, by one of an adult.
SIGNATURE, ADULT = "1", "2"
# Mails: where the parcel waits; that it is on its way, that it was delivered.
WAITING, SENT, DELIVERED = "012", "6", "8"
LOCAL = frozenset(("US", "PR"))
# A browser UPS knows: it decides how its pictures are made.
AGENT = "Mozilla/4.5"
POINT_NAME = "UPS Access Point"


def ship_request(order: LabelOrder) -> Json:
    """An order to buy a shipment."""
    return {
        "ShipmentRequest": {
            "Request": {
                "SubVersion": SUB_VERSION,
                "RequestOption": "nonvalidate",
                "TransactionReference": {"CustomerContext": order.reference},
            },
            "Shipment": _shipment(order),
            "LabelSpecification": label_specification(order.label_format, characters(order)),
        }
    }


def label_specification(label_format: str, characters: str = "") -> Json:
    """Labels of four by six inches: for a label printer, or a picture."""
    told: Json = {
        "LabelImageFormat": {"Code": "ZPL" if label_format == ZPL else "GIF"},
        "LabelStockSize": {"Height": "6", "Width": "4"},
    }
    if label_format != ZPL:
        told["HTTPUserAgent"] = AGENT
    if characters:
        told["CharacterSet"] = characters
    return told


def characters(order: LabelOrder) -> str:
    """The letters of the recipient's country, where the address is written in them."""
    text = " ".join(_written(order.recipient))
    return fields.character_set(order.recipient.country, text) or ""


def _written(address: Address) -> tuple[str, ...]:
    shape = layout(address)
    return (shape.name, shape.attention, *shape.lines, address.city)


def _shipment(order: LabelOrder) -> Json:
    told: Json = {}
    if text := description(order):
        told["Description"] = text
    if service := order.options.get("return"):
        told["ReturnService"] = {"Code": service}
    told |= _parties(order)
    told["PaymentInformation"] = {"ShipmentCharge": _charges(order)}
    told["Service"] = {"Code": order.product, "Description": PRODUCTS[order.product]}
    if order.options.get("negotiated"):
        told["ShipmentRatingOptions"] = {"NegotiatedRatesIndicator": PRESENT}
    if not _inside_us(order):
        told["ReferenceNumber"] = [{"Value": order.reference}]
    told["ShipmentDate"] = day(order.ship_date)
    if services := _service_options(order):
        told["ShipmentServiceOptions"] = services
    told["Package"] = [_package(parcel, order) for parcel in order.parcels]
    return told


def day(value: date) -> str:
    """A date as UPS writes it."""
    return value.strftime("%Y%m%d")


def description(order: LabelOrder) -> str:
    """What is sent, in a few words: those of customs, or the goods."""
    if order.customs and order.customs.description:
        return fields.shorten(order.customs.description, fields.DESCRIPTION)
    goods = dict.fromkeys(line.description for one in order.parcels for line in one.content)
    return fields.shorten(", ".join(goods), fields.DESCRIPTION)


def _inside_us(order: LabelOrder) -> bool:
    """Where UPS keeps references with the packages, not with the shipment."""
    return order.sender.country in LOCAL and order.recipient.country in LOCAL


# Who


def _parties(order: LabelOrder) -> Json:
    """Who pays, who sends, who gets it. UPS wants persons where it leaves the country."""
    abroad = order.sender.country != order.recipient.country
    ours = order.recipient if order.options.get("return") else order.sender
    number = order.billing["shipper"]
    told: Json = {"Shipper": {**party(ours, attention=abroad), "ShipperNumber": number}}
    point = access_point(order.recipient)
    recipient = point[1] if point else order.recipient
    told["ShipTo"] = party(recipient, attention=abroad)
    if recipient.email and order.options.get("notify"):
        told["ShipTo"]["EMailAddress"] = recipient.email
    if order.options.get("residential") and not point:
        told["ShipTo"]["Address"]["ResidentialAddressIndicator"] = PRESENT
    if order.options.get("return"):
        told["ShipFrom"] = party(order.sender, attention=True)
    if point:
        told |= _point(point[0], recipient)
    return told


def _point(number: str, recipient: Address) -> Json:
    """The shop a parcel waits in."""
    shape = layout(recipient)
    return {
        "AlternateDeliveryAddress": {
            "Name": POINT_NAME,
            "AttentionName": shape.name,
            "UPSAccessPointID": number,
            "Address": place(recipient, shape.lines),
        },
        "ShipmentIndicationType": [{"Code": HOLD_FOR_PICKUP}],
    }


def _charges(order: LabelOrder) -> list[Json]:
    """We pay for the way, and for duties where that was agreed."""
    kinds = [TRANSPORT, DUTIES] if order.services.duty_paid else [TRANSPORT]
    number = order.billing["shipper"]
    return [{"Type": kind, "BillShipper": {"AccountNumber": number}} for kind in kinds]


# What


def _service_options(order: LabelOrder) -> Json:
    services = order.services
    told: Json = {}
    if services.named_person:
        told["DeliverToAddresseeOnlyIndicator"] = PRESENT
    if services.no_neighbour:
        told["DirectDeliveryOnlyIndicator"] = PRESENT
    if mails := _notifications(order):
        told["Notification"] = mails
    if order.customs:
        told["InternationalForms"] = forms(order)
    if services.age or services.signature:
        told["DeliveryConfirmation"] = {"DCISType": ADULT if services.age else SIGNATURE}
    return told


def _notifications(order: LabelOrder) -> list[Json]:
    """Mails of UPS to the recipient: always to who fetches a parcel, else if we want it."""
    email = order.recipient.email
    mail = {"EMail": {"EMailAddress": [email]}}
    told = []
    if access_point(order.recipient):
        told.append(
            {"NotificationCode": WAITING, **mail, "Locale": _language(order.recipient.country)}
        )
    if email and order.options.get("notify"):
        told += [{"NotificationCode": code, **mail} for code in (SENT, DELIVERED)]
    return told


def _language(country: str) -> Json:
    language = {"AT": "DEU", "DE": "DEU", "FR": "FRA", "ES": "SPA", "IT": "ITA", "NL": "NLD"}
    if country in language:
        return {"Language": language[country], "Dialect": "97"}
    return {"Language": "ENG", "Dialect": "GB"}


def _package(parcel: Parcel, order: LabelOrder) -> Json:
    told: Json = {"Packaging": {"Code": OWN_PACKAGING}, **_measures(parcel)}
    if order.services.bulky:
        told["AdditionalHandlingIndicator"] = PRESENT
    if _inside_us(order):
        told["ReferenceNumber"] = [{"Value": order.reference}]
    if order.services.insurance:
        told["PackageServiceOptions"] = {"DeclaredValue": _value(order)}
    if order.options.get("return"):
        text = fields.shorten(description(order), fields.PARCEL_DESCRIPTION)
        told["Description"] = text or "Return"
    return told


def _value(order: LabelOrder) -> Json:
    services = order.services
    return {
        "CurrencyCode": services.insurance_currency,
        "MonetaryValue": fields.money(services.insurance),
    }


def _measures(parcel: Parcel, *, described: bool = False) -> Json:
    """Weight, and size where it is known. Rating wants the units in words, too."""
    told: Json = {}
    sides = sorted((parcel.length, parcel.width, parcel.height), reverse=True)
    if all(sides):
        length, width, height = map(fields.centimetres, sides)
        told["Dimensions"] = {
            "UnitOfMeasurement": _unit("CM", "Centimeters", described),
            "Length": length,
            "Width": width,
            "Height": height,
        }
    told["PackageWeight"] = {
        "UnitOfMeasurement": _unit("KGS", "Kilograms", described),
        "Weight": fields.weight(parcel.weight),
    }
    return told


def _unit(code: str, name: str, described: bool) -> Json:
    return {"Code": code, "Description": name} if described else {"Code": code}


# What there is


def recovery_request(label_format: str, **key: str) -> Json:
    """The label of a shipment by ``number``, or by ``reference`` and ``shipper``."""
    request: Json = {
        "Request": {"SubVersion": RECOVERY_SUB_VERSION},
        "LabelSpecification": label_specification(label_format),
    }
    if number := key.get("number"):
        request["TrackingNumber"] = number
    else:
        request["ReferenceValues"] = {
            "ReferenceNumber": {"Value": key["reference"]},
            "ShipperNumber": key["shipper"],
        }
    return {"LabelRecoveryRequest": request}


# What it would cost


def rate_request(order: LabelOrder) -> Json:
    """An order to tell the price of a shipment."""
    shipment: Json = {
        "Shipper": {
            **_rated(order.sender),
            "ShipperNumber": order.billing["shipper"],
        },
        "ShipTo": _rated(order.recipient),
        "PaymentDetails": {"ShipmentCharge": _charges(order)[:1]},
        "Service": {"Code": order.product, "Description": PRODUCTS[order.product]},
        "Package": [
            {"PackagingType": {"Code": OWN_PACKAGING}, **_measures(parcel, described=True)}
            for parcel in order.parcels
        ],
    }
    if order.options.get("residential"):
        shipment["ShipTo"]["Address"]["ResidentialAddressIndicator"] = PRESENT
    if order.options.get("negotiated"):
        shipment["ShipmentRatingOptions"] = {"NegotiatedRatesIndicator": PRESENT}
    if order.services.age or order.services.signature:
        kind = ADULT if order.services.age else SIGNATURE
        shipment["ShipmentServiceOptions"] = {"DeliveryConfirmation": {"DCISType": kind}}
    return {
        "RateRequest": {
            "Request": {"RequestOption": "Rate", "SubVersion": SUB_VERSION},
            "Shipment": shipment,
        }
    }


def _rated(address: Address) -> Json:
    """Who and where; a state only as short as rating takes it."""
    shape = layout(address)
    where = place(address, shape.lines)
    if len(where.get("StateProvinceCode", "")) > 2:
        del where["StateProvinceCode"]
    return {"Name": shape.name, "Address": where}
