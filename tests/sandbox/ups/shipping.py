# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Buying, recovering, giving back, and prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..base.store import Json
from . import papers
from .guard import Broken, check, check_number
from .store import Parcel, Shipment, Store

EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU")
    + ("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)
SUCCESS = {"Code": "1", "Description": "Success"}
RECOVERABLE = 30 * 86400


class Refusal(Exception):
    """What UPS does not do: a code and what it says."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def amount(value: Decimal) -> Json:
    """Euros as UPS writes them."""
    return {"CurrencyCode": "EUR", "MonetaryValue": str(value.quantize(Decimal("0.01")))}


def _head(request: Json) -> Json:
    told: Json = {"ResponseStatus": SUCCESS}
    if context := request.get("TransactionReference", {}).get("CustomerContext"):
        told["TransactionReference"] = {"CustomerContext": context}
    return told


def listing(store: Store, items: list[Any]) -> Any:
    """A list, or the one object of it where UPS answers so."""
    return items[0] if store.single and len(items) == 1 else items


# Rules


def _check_account(store: Store, shipment: Json) -> None:
    if shipment["Shipper"].get("ShipperNumber") != store.account:
        raise Refusal("120100", "Missing or invalid shipper number")
    payment = shipment.get("PaymentInformation") or shipment.get("PaymentDetails") or {}
    for charge in payment.get("ShipmentCharge", []):
        if charge["BillShipper"]["AccountNumber"] != store.account:
            raise Refusal("120110", "Missing or invalid account number")


def _check_places(shipment: Json) -> None:
    target, ours = shipment["ShipTo"]["Address"], shipment["Shipper"]["Address"]
    code = target.get("PostalCode", "")
    if target["CountryCode"] == "DE" and not (len(code) == 5 and code.isdigit()):
        raise Refusal("120208", "Missing or invalid ship to postal code")
    if code == "00000":
        raise Refusal("120208", "The postal code 00000 is invalid for the ship to country")
    if {target["CountryCode"], ours["CountryCode"]} <= EU:
        return
    for party in ("Shipper", "ShipTo"):
        if not shipment[party].get("Phone") or not shipment[party].get("AttentionName"):
            raise Refusal("120213", f"Missing or invalid {party} phone number or attention name")
    if not shipment.get("Description"):
        raise Refusal("120541", "Description of goods is required")


def _check_point(shipment: Json) -> None:
    kinds = [one["Code"] for one in shipment.get("ShipmentIndicationType", [])]
    point = shipment.get("AlternateDeliveryAddress")
    if bool(point) != bool(kinds) or (shipment["Service"]["Code"] == "70" and not point):
        raise Refusal("120903", "Alternate delivery address and indication type do not match")
    if point:
        mails = shipment.get("ShipmentServiceOptions", {}).get("Notification", [])
        if not any(one["NotificationCode"] == "012" for one in mails):
            raise Refusal("121523", "Missing alternate delivery location notification")


def _check_reference(shipment: Json) -> None:
    inside = {shipment[one]["Address"]["CountryCode"] for one in ("Shipper", "ShipTo")} <= {"US"}
    if inside and shipment.get("ReferenceNumber"):
        raise Refusal("120541", "Reference numbers of US shipments are with the packages")


def price_of(store: Store, shipment: Json) -> tuple[Decimal, Decimal | None]:
    """The price on the list, and the one of the contract where it is asked for."""
    service = shipment["Service"]["Code"]
    if service not in store.prices:
        raise Refusal("111210", "The requested service is unavailable between these locations")
    weight = sum(Decimal(one["PackageWeight"]["Weight"]) for one in shipment["Package"])
    listed = len(shipment["Package"]) * Decimal(store.prices[service])
    listed = (listed + weight * Decimal("0.35")).quantize(Decimal("0.01"))
    if "NegotiatedRatesIndicator" not in shipment.get("ShipmentRatingOptions", {}):
        return listed, None
    return listed, (listed * (1 - store.discount)).quantize(Decimal("0.01"))


# Operations


def ship(store: Store, content: Json) -> Json:
    """Sell a shipment."""
    check("Shipping", "SHIPRequestWrapper", content)
    request = content["ShipmentRequest"]
    shipment = request["Shipment"]
    _check_account(store, shipment)
    _check_places(shipment)
    _check_point(shipment)
    _check_reference(shipment)
    listed, agreed = price_of(store, shipment)
    if "LabelSpecification" not in request:
        raise Refusal("120600", "Missing label specification")
    bought = Shipment(
        "",
        _reference(shipment),
        request["LabelSpecification"]["LabelImageFormat"]["Code"],
        listed if agreed is None else agreed,
        [Parcel(store.new_number(shipment["Service"]["Code"])) for _one in shipment["Package"]],
        store.moment(),
        shipment,
    )
    bought.number = bought.parcels[0].number
    store.shipments.append(bought)
    store.effects.append({"kind": "ship", "number": bought.number, "reference": bought.reference})
    results = _results(store, bought, listed, agreed)
    return {"ShipmentResponse": {"Response": _head(request["Request"]), "ShipmentResults": results}}


def _reference(shipment: Json) -> str:
    places = (shipment, *shipment["Package"])
    found = [one for place in places for one in place.get("ReferenceNumber", [])]
    return found[0]["Value"] if found else ""


def _results(store: Store, bought: Shipment, listed: Decimal, agreed: Decimal | None) -> Json:
    zero = amount(Decimal(0))
    told: Json = {
        "ShipmentCharges": {
            "TransportationCharges": amount(listed),
            "ServiceOptionsCharges": zero,
            "TotalCharges": amount(listed),
        },
        "BillingWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": "1.0"},
        "ShipmentIdentificationNumber": bought.number,
        "PackageResults": listing(
            store,
            [
                {
                    "TrackingNumber": parcel.number,
                    "ServiceOptionsCharges": zero,
                    "ShippingLabel": _image("ImageFormat", bought, parcel.number),
                }
                for parcel in bought.parcels
            ],
        ),
    }
    if agreed is not None:
        told["NegotiatedRateCharges"] = {"TotalCharge": amount(agreed)}
    if forms := bought.request.get("ShipmentServiceOptions", {}).get("InternationalForms"):
        told["Form"] = _form(forms)
    return told


def _image(key: str, bought: Shipment, number: str, label_format: str = "") -> Json:
    code = label_format or bought.label_format
    content = papers.label(code, number, bought.request)
    return {key: {"Code": code}, "GraphicImage": papers.encoded(content)}


def _form(forms: Json) -> Json:
    return {
        "Code": "01",
        "Image": {
            "ImageFormat": {"Code": "PDF"},
            "GraphicImage": papers.encoded(papers.invoice(forms)),
        },
    }


def recover(store: Store, content: Json) -> Json:
    """Labels of what was sold: by the number of a parcel, or by a reference."""
    check("Shipping", "LABELRECOVERYRequestWrapper", content)
    request = content["LabelRecoveryRequest"]
    found = _recoverable(store, request)
    if not found:
        raise Refusal(
            "300007",
            "The shipment for the requested tracking number or the combination of reference "
            "number plus shipper number could not be found. Please check the submitted data or "
            "wait until the shipment is processed.",
        )
    living = [one for one in found if not one.voided]
    if not living:
        raise Refusal("300033", "The shipment has been voided.")
    told: Json = {"Response": _head(request["Request"])}
    if len(living) > 1:
        candidates = [{"TrackingNumber": one.number} for one in living]
        return {"LabelRecoveryResponse": {**told, "TrackingCandidate": candidates}}
    (one,) = living
    code = request["LabelSpecification"]["LabelImageFormat"]["Code"]
    told["ShipmentIdentificationNumber"] = one.number
    told["LabelResults"] = listing(
        store,
        [
            {
                "TrackingNumber": parcel.number,
                "LabelImage": _image("LabelImageFormat", one, parcel.number, code),
            }
            for parcel in one.parcels
        ],
    )
    return {"LabelRecoveryResponse": told}


def _recoverable(store: Store, request: Json) -> list[Shipment]:
    now = store.moment()
    known = [one for one in store.shipments if store.processing <= now - one.moment < RECOVERABLE]
    if number := request.get("TrackingNumber"):
        check_number(number)
        shipment = store.by_number(number)
        return [one for one in known if one is shipment]
    if "ReferenceValues" not in request:
        raise Refusal("300005", "Either tracking number or reference plus shipper number required")
    values = request["ReferenceValues"]
    if values["ShipperNumber"] != store.account:
        raise Refusal("300031", "Invalid Shipper Number")
    wanted = values["ReferenceNumber"]["Value"]
    return [one for one in known if one.reference == wanted]


def void(store: Store, number: str) -> Json:
    """Take a shipment back: all its parcels."""
    if len(number) != 18:
        raise Broken("ShipmentIdentificationNumber")
    shipment = next((one for one in store.shipments if one.number == number), None)
    if shipment is None or shipment.moved:
        raise Refusal("190102", "No shipment found within the allowed void period")
    if shipment.voided:
        raise Refusal("190117", "The Shipment has already been voided")
    shipment.voided = True
    store.effects.append({"kind": "void", "number": number})
    status = {"Code": "1", "Description": "Voided"}
    return {
        "VoidShipmentResponse": {
            "Response": {"ResponseStatus": SUCCESS},
            "SummaryResult": {"Status": status},
            "PackageLevelResults": listing(
                store,
                [{"TrackingNumber": one.number, "Status": status} for one in shipment.parcels],
            ),
        }
    }


def rate(store: Store, content: Json) -> Json:
    """The price of a shipment."""
    check("Rating", "RATERequestWrapper", content)
    request = content["RateRequest"]
    shipment = request["Shipment"]
    _check_account(store, shipment)
    listed, agreed = price_of(store, shipment)
    rated: Json = {
        "Service": shipment["Service"],
        "RatedShipmentAlert": listing(
            store,
            [{"Code": "110971", "Description": "Your invoice may vary from the displayed rates"}],
        ),
        "BillingWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": "1.0"},
        "TransportationCharges": amount(listed),
        "ServiceOptionsCharges": amount(Decimal(0)),
        "TotalCharges": amount(listed),
    }
    if agreed is not None:
        rated["NegotiatedRateCharges"] = {"TotalCharge": amount(agreed)}
    told = {"Response": _head(request["Request"]), "RatedShipment": listing(store, [rated])}
    return {"RateResponse": told}
