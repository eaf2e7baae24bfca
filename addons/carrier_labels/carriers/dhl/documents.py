# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""Requests to DHL and what its answers mean."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..base.countries import ALPHA3
from ..base.errors import CarrierError, CarrierRefused, CarrierUncertain
from ..base.types import PDF, BoughtLabel, Document, LabelOrder, Parcel, Services
from ..base.words import _
from .address import consignee, door, shipper
from .products import RETURNS

Json = dict[str, Any]


def shipments(order: LabelOrder) -> list[Json]:
    """A shipment for each parcel; DHL has no shipments of several."""
    several = len(order.parcels) > 1
    return [
        _shipment(order, parcel, f"{order.reference}/{number}" if several else order.reference)
        for number, parcel in enumerate(order.parcels, 1)
    ]


def _shipment(order: LabelOrder, parcel: Parcel, reference: str) -> Json:
    told: Json = {
        "product": order.product,
        "billingNumber": order.billing[order.product],
        "refNo": reference,
        "shipDate": order.ship_date.isoformat(),
        "shipper": shipper(order.sender),
        "consignee": consignee(order.recipient),
        "details": _details(parcel),
    }
    if services := _services(order.services, order.billing, reference):
        told["services"] = services
    if order.customs:
        told["customs"] = _customs(order, parcel)
    return told


def _details(parcel: Parcel) -> Json:
    """Weight, and the size where all of it is known."""
    details: Json = {"weight": _weight(parcel.weight)}
    if all((parcel.length, parcel.width, parcel.height)):
        details["dim"] = {
            "uom": "mm",
            "length": parcel.length,
            "width": parcel.width,
            "height": parcel.height,
        }
    return details


def _weight(kilograms: Decimal) -> Json:
    return {"uom": "g", "value": int((kilograms * 1000).to_integral_value())}


def _value(amount: Decimal, currency: str) -> Json:
    """Money; JSON has no decimals, a float prints two of them as they are."""
    return {"currency": currency, "value": float(amount)}


def _services(services: Services, billing: Mapping[str, str], reference: str) -> Json:
    wanted: Json = {
        "visualCheckOfAge": f"A{services.age}" if services.age else None,
        "namedPersonOnly": services.named_person,
        "signedForByRecipient": services.signature,
        "noNeighbourDelivery": services.no_neighbour,
        "bulkyGoods": services.bulky,
        "premium": services.premium,
        "closestDropPoint": services.closest_drop_point,
        "postalDeliveryDutyPaid": services.duty_paid,
        "endorsement": services.endorsement,
    }
    if services.insurance:
        wanted["additionalInsurance"] = _value(services.insurance, services.insurance_currency)
    if services.return_label and services.return_address:
        wanted["dhlRetoure"] = {
            "billingNumber": billing[RETURNS],
            "refNo": reference,
            "returnAddress": door(services.return_address),
        }
    return {name: value for name, value in wanted.items() if value}


def _customs(order: LabelOrder, parcel: Parcel) -> Json:
    customs = order.customs
    assert customs
    told: Json = {
        "exportType": customs.kind,
        "exportDescription": customs.description if customs.kind == "OTHER" else "",
        "invoiceNo": customs.invoice[:35],
        "permitNo": customs.permit,
        "attestationNo": customs.attestation,
        "shippingConditions": customs.terms if order.product == "V54EPAK" else "",
        "shipperCustomsRef": order.sender.customs_number,
        "consigneeCustomsRef": order.recipient.customs_number,
        "postalCharges": _value(customs.charges, customs.currency),
        "items": [_item(line) for line in parcel.content],
    }
    return {name: value for name, value in told.items() if value}


def _item(line: Any) -> Json:
    item: Json = {
        "itemDescription": line.description[:256],
        "packagedQuantity": line.quantity,
        "itemValue": _value(line.value, line.currency),
        "itemWeight": _weight(line.weight),
    }
    if line.hs_code:
        item["hsCode"] = line.hs_code
    if line.origin:
        item["countryOfOrigin"] = ALPHA3[line.origin]
    return item


def query(order: LabelOrder, *, validate: bool = False) -> list[tuple[str, str]]:
    """Parameters of a request; the same for all its orders."""
    options = order.options
    wanted = [
        ("docFormat", "PDF" if order.label_format == PDF else "ZPL2"),
        ("printFormat", options.get("paper", "")),
        ("retourePrintFormat", options.get("return_paper", "")),
        ("includeDocs", "include"),
        ("combine", "false"),
        ("mustEncode", options.get("must_encode", "true")),
        ("validate", "true" if validate else ""),
    ]
    return [(name, value) for name, value in wanted if value]


# Answers


def messages(item: Json, kind: str) -> list[str]:
    """What DHL says about a shipment; ``kind`` is Error or Warning."""
    return [
        f"{one.get('validationMessage', '')} ({one.get('property', '')})"
        for one in item.get("validationMessages") or []
        if one.get("validationState", "Error") == kind
    ]


def status(item: Json, name: str = "sstatus") -> int:
    """The status of one shipment, or of the whole answer."""
    told = item.get(name) or {}
    return int(told.get("statusCode") or told.get("status") or 0)


def detail(told: Json) -> str:
    """What is wrong with a shipment, in DHL's words."""
    about = told.get("sstatus") or told.get("status") or {}
    if not isinstance(about, dict):
        about = told
    said = messages(told, "Error") or [about.get("detail") or about.get("title") or ""]
    return "; ".join(said)


def outcome(parts: Sequence[Json]) -> BoughtLabel | CarrierError:
    """What became of an order of one or several parcels."""
    bought = [part for part in parts if status(part) == 200 and part.get("shipmentNo")]
    numbers = tuple(str(part["shipmentNo"]) for part in bought)
    if len(bought) == len(parts):
        return label(bought)
    failed = [part for part in parts if part not in bought]
    said = f"DHL: {'; '.join(dict.fromkeys(map(detail, failed)))}"
    if any(not 400 <= status(part) < 500 for part in failed):
        if numbers:
            text = _("%(said)s. Of its parcels, these were sold: %(numbers)s")
            sold = ", ".join(numbers)
            return CarrierUncertain(text, code="server", said=said, numbers=sold)
        return CarrierUncertain("%(said)s", code="server", said=said)
    return CarrierRefused("%(said)s", code="refused", numbers=numbers, said=said)


def label(parts: Sequence[Json]) -> BoughtLabel:
    """Bought parcels with their documents."""
    returns = [str(part["returnShipmentNo"]) for part in parts if part.get("returnShipmentNo")]
    return BoughtLabel(
        numbers=tuple(str(part["shipmentNo"]) for part in parts),
        documents=tuple(one for part in parts for one in documents(part)),
        return_numbers=tuple(returns),
        warnings=tuple(text for part in parts for text in messages(part, "Warning")),
    )


def documents(part: Json) -> list[Document]:
    """What there is to print for a parcel."""
    names = {"label": "label", "returnLabel": "return", "customsDoc": "customs"}
    number = str(part.get("shipmentNo", ""))
    return [document(kind, number, part[name]) for name, kind in names.items() if part.get(name)]


def document(kind: str, number: str, told: Json) -> Document:
    """A document that came along: PDF in base64, ZPL as it is or in base64."""
    if zpl := told.get("zpl2"):
        return Document(kind, number, zpl.encode(), "zpl")
    is_zpl = told.get("fileFormat") == "ZPL2"
    content = base64.b64decode(told.get("b64") or "")
    return Document(kind, number, content, "zpl" if is_zpl else PDF)


def read_items(content: Any) -> list[Json]:
    """Items of an answer; ``ValueError`` if it is none."""
    items = content.get("items") if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise ValueError("no items")
    return items


UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, binascii.Error)
