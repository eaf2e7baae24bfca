# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The commercial invoice UPS makes for customs, from the content of the parcels."""

from __future__ import annotations

from dataclasses import replace

from ..base.types import ContentLine, Customs, LabelOrder
from . import fields
from .address import Json, access_point, party

INVOICE = "01"
PIECES = "PCS"
MOST_LINES, MOST_PIECES = 50, 9_999_999
REASONS = {
    "COMMERCIAL_GOODS": "SALE",
    "COMMERCIAL_SAMPLE": "SAMPLE",
    "PRESENT": "GIFT",
    "DOCUMENT": "DOCUMENTS",
    "RETURN_OF_GOODS": "RETURN",
}
REASON, PRODUCT_LINES = 20, 3


def goods(order: LabelOrder) -> list[ContentLine]:
    """What is in all parcels: the same goods once."""
    found: dict[ContentLine, int] = {}
    for parcel in order.parcels:
        for line in parcel.content:
            key = replace(line, quantity=0)
            found[key] = found.get(key, 0) + line.quantity
    return [replace(line, quantity=quantity) for line, quantity in found.items()]


def forms(order: LabelOrder) -> Json:
    """The invoice; ``order.customs`` has to be there."""
    customs = order.customs or Customs()
    point = access_point(order.recipient)
    buyer = party(point[1] if point else order.recipient, attention=True)
    told: Json = {
        "FormType": [INVOICE],
        "Contacts": {"SoldTo": buyer},
        "Product": [_product(line, number) for number, line in enumerate(goods(order), 1)],
        "InvoiceDate": order.ship_date.strftime("%Y%m%d"),
        "ReasonForExport": reason(customs),
        "CurrencyCode": customs.currency,
    }
    if invoice := fields.shorten(customs.invoice, fields.REFERENCE):
        told["InvoiceNumber"] = invoice
    if terms := customs.terms or ("DDP" if order.services.duty_paid else ""):
        told["TermsOfShipment"] = terms
    if customs.charges:
        told["FreightCharges"] = {"MonetaryValue": fields.money(customs.charges)}
    return told


def reason(customs: Customs) -> str:
    """Why the goods leave: a word UPS knows, or ours."""
    return REASONS.get(customs.kind) or fields.shorten(customs.description, REASON)


def _product(line: ContentLine, number: int) -> Json:
    """A line of the invoice; all but the number of pieces is of one piece."""
    told: Json = {
        "Description": fields.wrap(line.description)[:PRODUCT_LINES],
        "Unit": {
            "Number": str(line.quantity),
            "UnitOfMeasurement": {"Code": PIECES},
            "Value": fields.money(line.value),
        },
        # UPS wants a number of the goods on each line: its place on the invoice.
        "PartNumber": str(number),
        "OriginCountryCode": line.origin,
    }
    if line.hs_code:
        told["CommodityCode"] = line.hs_code
    return told
