# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Answers of UPS about shipments and prices. What is wrong with them raises ``UNREADABLE``."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..base.types import PDF, ZPL, BoughtLabel, Document
from .errors import listed, text
from .images import to_pdf

LABEL, RETURN, CUSTOMS = "label", "return", "customs"
SUCCESS = "1"


@dataclass(frozen=True)
class Price:
    """What a shipment costs, and what UPS wants to say about it."""

    amount: Decimal
    currency: str
    warnings: tuple[str, ...] = ()


def shipment(content: Mapping[str, Any], kind: str = LABEL) -> BoughtLabel:
    """What was bought."""
    response = content["ShipmentResponse"]
    results = response["ShipmentResults"]
    packages = listed(results["PackageResults"])
    numbers = tuple(_number(one["TrackingNumber"]) for one in packages)
    documents = [
        _label(kind, number, one["ShippingLabel"]["ImageFormat"]["Code"], one["ShippingLabel"])
        for number, one in zip(numbers, packages, strict=True)
    ]
    if form := results.get("Form"):
        documents.append(_form(numbers[0], form))
    price = _charged(results)
    return BoughtLabel(
        numbers,
        tuple(documents),
        shipment=_number(results.get("ShipmentIdentificationNumber") or numbers[0]),
        price=price.amount if price else None,
        currency=price.currency if price else "",
        warnings=alerts(response),
    )


def _number(value: Any) -> str:
    if not (found := text(value)):
        raise ValueError("a number is empty")
    return found


def _label(kind: str, number: str, code: str, image: Mapping[str, Any]) -> Document:
    """A label as it is printed: a picture becomes a page."""
    content = b64decode(text(image["GraphicImage"]), validate=True)
    name = text(code).lower()
    if name == ZPL:
        return Document(kind, number, content.strip(), ZPL)
    if name == PDF or content.startswith(b"%PDF"):
        return Document(kind, number, content, PDF)
    return Document(kind, number, to_pdf(content), PDF)


def _form(number: str, form: Mapping[str, Any]) -> Document:
    """Papers for customs; UPS makes them as PDF."""
    return Document(CUSTOMS, number, b64decode(text(form["Image"]["GraphicImage"]), validate=True))


def alerts(response: Mapping[str, Any]) -> tuple[str, ...]:
    """What UPS wants to say although it went well."""
    told = listed((response.get("Response") or {}).get("Alert"))
    return tuple(text(one.get("Description")) for one in told)


def _charged(results: Mapping[str, Any]) -> Price | None:
    """What the contract says, or the list; without taxes. Some accounts are told nothing."""
    agreed = (results.get("NegotiatedRateCharges") or {}).get("TotalCharge")
    charge = agreed or (results.get("ShipmentCharges") or {}).get("TotalCharges")
    if not charge:
        return None
    return Price(Decimal(text(charge["MonetaryValue"])), text(charge["CurrencyCode"]))


def recovered(content: Mapping[str, Any], kind: str = LABEL) -> BoughtLabel | tuple[str, ...]:
    """What was bought before; or, where there is more than one, numbers it may be.

    The price is not told again. A PDF holds the labels of all parcels and comes with the first.
    """
    response = content["LabelRecoveryResponse"]
    results = listed(response.get("LabelResults"))
    if not results:
        candidates = listed(response["TrackingCandidate"])
        return tuple(_number(one["TrackingNumber"]) for one in candidates)
    numbers = tuple(_number(one["TrackingNumber"]) for one in results)
    documents = [
        _label(kind, number, one["LabelImage"]["LabelImageFormat"]["Code"], one["LabelImage"])
        for number, one in zip(numbers, results, strict=True)
        if one.get("LabelImage")
    ]
    if form := response.get("Form"):
        documents.append(_form(numbers[0], form))
    number = _number(response.get("ShipmentIdentificationNumber") or numbers[0])
    return BoughtLabel(numbers, tuple(documents), shipment=number, warnings=alerts(response))


def voided(content: Mapping[str, Any]) -> bool:
    """Whether a shipment was given back as a whole."""
    status = content["VoidShipmentResponse"]["SummaryResult"]["Status"]
    return text(status["Code"]) == SUCCESS


def price(content: Mapping[str, Any]) -> Price:
    """The price of the one service that was asked for."""
    response = content["RateResponse"]
    rated = listed(response["RatedShipment"])[0]
    agreed = (rated.get("NegotiatedRateCharges") or {}).get("TotalCharge")
    charge = agreed or rated["TotalCharges"]
    told = tuple(text(one.get("Description")) for one in listed(rated.get("RatedShipmentAlert")))
    amount = Decimal(text(charge["MonetaryValue"]))
    return Price(amount, text(charge["CurrencyCode"]), alerts(response) + told)
