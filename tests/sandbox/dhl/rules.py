# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DHL finds wrong with a shipment beyond what its file says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from .store import EKP, Json

PROCEDURES = {"V01PAK": "01", "V53WPAK": "53", "V54EPAK": "54", "V62KP": "62", "V66WPI": "66"}
# In grams.
WEIGHTS = {"V01PAK": 31500, "V53WPAK": 31500, "V54EPAK": 31500, "V62KP": 1000, "V66WPI": 1000}
_UNION = (
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MCO MLT NLD"
    " POL PRT ROU SVK SVN SWE"
)
UNION = frozenset(_UNION.split())
# Postal codes DHL's routing does not know, for tests.
UNKNOWN = "99999"


def problems(shipment: Json, today: date, *, must_encode: bool) -> list[tuple[str, str, str]]:
    """What is wrong: property, text, state."""
    found = list(_errors(shipment, today))
    if shipment["consignee"].get("postalCode") == UNKNOWN:
        text = "Die Adresse konnte nicht leitcodiert werden."
        found.append(("consignee", text, "Error" if must_encode else "Warning"))
    return found


def _errors(shipment: Json, today: date) -> Iterator[tuple[str, str, str]]:
    product, consignee = shipment["product"], shipment["consignee"]
    billing = shipment["billingNumber"]
    if product not in PROCEDURES:
        yield "product", "Das Produkt wird nicht mehr angeboten.", "Error"
        return
    if billing[:10] != EKP or billing[10:12] != PROCEDURES[product]:
        yield "billingNumber", "Die Abrechnungsnummer passt nicht zum Produkt.", "Error"
    if date.fromisoformat(shipment["shipDate"]) < today:
        yield "shipDate", "Das Versanddatum liegt in der Vergangenheit.", "Error"
    weight = shipment["details"]["weight"]
    grams = weight["value"] * (1000 if weight["uom"] == "kg" else 1)
    if not 0 < grams <= WEIGHTS[product]:
        yield "details.weight", "Das angegebene Gewicht ist zu hoch.", "Error"
    country = consignee.get("country", "DEU")
    if (country == "DEU") != (product in ("V01PAK", "V62KP")):
        yield "product", "Das Produkt ist für dieses Land nicht zulässig.", "Error"
    yield from _address(consignee, country)
    yield from _services(shipment)
    if country not in UNION and "customs" not in shipment:
        yield "customs", "Für dieses Land sind Zollangaben erforderlich.", "Error"
    for item in shipment.get("customs", {}).get("items", []):
        if item["itemValue"]["currency"] != shipment["customs"]["postalCharges"]["currency"]:
            yield "customs", "Die Währungen müssen übereinstimmen.", "Error"


def _address(consignee: Json, country: str) -> Iterator[tuple[str, str, str]]:
    if country == "DEU" and not re.fullmatch(r"\d{5}", consignee.get("postalCode", "")):
        yield "consignee.postalCode", "Die Postleitzahl ist ungültig.", "Error"
    street = consignee.get("addressStreet")
    if country == "DEU" and street and not re.search(r"\d", street):
        yield "consignee.addressHouse", "Bitte geben Sie eine Hausnummer an.", "Error"
    if country == "DEU" and consignee.get("phone"):
        yield "consignee.phone", "Telefonnummern werden nicht übermittelt.", "Warning"
    if "retailID" in consignee and not (consignee.get("postNumber") or consignee.get("email")):
        yield "consignee", "Postnummer oder E-Mail-Adresse fehlt.", "Error"


def _services(shipment: Json) -> Iterator[tuple[str, str, str]]:
    services = shipment.get("services", {})
    if shipment["product"] != "V01PAK" and "visualCheckOfAge" in services:
        yield "services.visualCheckOfAge", "Der Service ist nicht zulässig.", "Error"
    retoure = services.get("dhlRetoure")
    if retoure and retoure["billingNumber"][10:12] != "07":
        yield "services.dhlRetoure", "Die Abrechnungsnummer ist keine für Retouren.", "Error"
