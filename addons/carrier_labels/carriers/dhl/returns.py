# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""DHL Parcel DE Returns: a label a buyer sends goods back with."""

from __future__ import annotations

import base64
import re
from typing import Any

from ..base.errors import CarrierRefused
from ..base.types import BoughtLabel, Document, LabelOrder
from ..base.words import _
from .address import door

PATH = "/parcel/de/shipping/returns/v1/orders?labelType=SHIPMENT_LABEL"
HOUSE = re.compile(r"^(?P<street>.*?\D)\s*(?P<house>\d[\w/\-+. ]{0,9})$")


def path() -> str:
    """Where labels are ordered."""
    return PATH


def request(order: LabelOrder, receiver: str) -> dict[str, Any]:
    """The buyer is the one who sends. Here DHL wants the house number apart from the street."""
    shipper = door(order.sender)
    shipper.pop("country", None)
    found = HOUSE.match(order.sender.street.strip())
    if not found:
        raise CarrierRefused(_("The house number is missing."), "sender.street")
    shipper["addressStreet"] = found["street"].strip(" ,")
    shipper["addressHouse"] = found["house"].strip()
    shipper.pop("additionalAddressInformation1", None)
    grams = sum(int(parcel.weight * 1000) for parcel in order.parcels)
    return {
        "receiverId": receiver,
        "customerReference": order.reference,
        "shipper": shipper,
        "itemWeight": {"uom": "g", "value": grams},
    }


def read(content: dict[str, Any]) -> BoughtLabel:
    """The label and its number."""
    number = str(content["shipmentNo"])
    label = base64.b64decode(content["label"]["b64"])
    return BoughtLabel((number,), (Document("return", number, label),))
