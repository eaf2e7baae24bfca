# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where parcels are, and what a test lets happen to them."""

from __future__ import annotations

import time

from ..base.store import Json
from .shipping import Refusal, listing
from .store import Store

# What can happen: type, status code, what UPS says.
KINDS = {
    "announced": ("M", "003", "Sendungsdaten übermittelt"),
    "picked_up": ("P", "038", "Abgeholt"),
    "in_transit": ("I", "005", "Unterwegs"),
    "out_for_delivery": ("O", "021", "Heute in Zustellung"),
    "pickup_ready": ("I", "040", "Im UPS Access Point zur Abholung"),
    "exception": ("X", "050", "Adressangaben erforderlich"),
    "held": ("X", "016", "Im Lager aufbewahrt"),
    "returning": ("RS", "035", "Wird an den Absender zurückgesendet"),
    "returned": ("RS", "034", "An den Absender zurückgesendet"),
    "delivered": ("D", "011", "Zugestellt"),
}


def happen(
    store: Store, number: str, kind: str, city: str = "Leipzig", country: str = "DE"
) -> None:
    """Something happens to a parcel, by the clock of the stand-in."""
    shipment = store.by_number(number)
    if shipment is None:
        raise KeyError(number)
    parcel = next(one for one in shipment.parcels if one.number == number)
    letter, code, text = KINDS[kind]
    moment = time.gmtime(store.moment())
    parcel.events.insert(
        0,
        {
            "date": time.strftime("%Y%m%d", moment),
            "time": time.strftime("%H%M%S", moment),
            "location": {"address": {"city": city, "countryCode": country, "country": country}},
            "status": {"type": letter, "statusCode": code, "code": code, "description": text},
        },
    )


def track(store: Store, number: str) -> Json:
    """All parcels of the shipment a parcel is of, the one asked for first."""
    shipment = store.by_number(number)
    if shipment is None or shipment.voided:
        raise Refusal("TW0001", "Tracking Information Not Found", 404)
    parcels = sorted(shipment.parcels, key=lambda parcel: parcel.number != number)
    packages = []
    for parcel in parcels:
        events = parcel.events or [_announced(shipment.moment)]
        packages.append(
            {
                "trackingNumber": parcel.number,
                "activity": listing(store, events),
                "currentStatus": {**events[0]["status"]},
                "packageCount": len(parcels),
            }
        )
    return {
        "trackResponse": {
            "shipment": [{"inquiryNumber": number, "package": listing(store, packages)}]
        }
    }


def _announced(moment: float) -> Json:
    letter, code, text = KINDS["announced"]
    return {
        "date": time.strftime("%Y%m%d", time.gmtime(moment)),
        "time": time.strftime("%H%M%S", time.gmtime(moment)),
        "location": {"address": {"country": "DE", "countryCode": "DE"}},
        "status": {"type": letter, "statusCode": code, "code": code, "description": text},
    }
