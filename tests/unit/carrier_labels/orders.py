# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders for DHL, and DHL's own samples read as orders."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from carriers.base.client import Account
from carriers.base.countries import ALPHA3
from carriers.base.types import Address, ContentLine, Customs, LabelOrder, Parcel, Services
from carriers.dhl.products import PRODUCTS, RETURNS, billing_number

from tests.sandbox.dhl import API_KEY, API_SECRET, EKP, PASSWORD, TRACKING_PASSWORD, USERNAME

SAMPLES = Path(__file__).resolve().parents[4] / "shared/channels/samples/dhl"
BILLING = {code: billing_number(EKP, code, "02") for code in (*PRODUCTS, RETURNS)}
ALPHA2 = {three: two for two, three in ALPHA3.items()}

SENDER = Address("Seifenmanufaktur", "Werkstattweg 3", "04229", "Leipzig", "DE")
BUYER = Address("Marie Schäfer", "Lindenstraße 12a", "04109", "Leipzig", "DE")
CUSTOMS = Customs(charges=Decimal("4.90"))
SOAP = ContentLine("Soap", 2, Decimal("5.90"), "EUR", Decimal("0.1"), "340111", "DE")
SWISS = Address("Urs Keller", "Bahnhofstr. 1", "8001", "Zürich", "CH")


def account(url="", *, token=True, **secrets):
    """An account at the stand-in; without a token by API key and user.

    Each has a key of its own: tokens are kept by it, and a stand-in may get the port of an
    earlier one.
    """
    known = {
        "api_key": API_KEY,
        "api_secret": API_SECRET if token else "",
        "username": USERNAME,
        "password": PASSWORD,
        "tracking_username": "zt12345",
        "tracking_password": TRACKING_PASSWORD,
    }
    return Account(f"test-{uuid4()}", False, known | secrets, url)


def order(**values):
    """A parcel to a buyer in Germany."""
    known = {
        "reference": "WH/OUT/00042-K7Q2F",
        "product": "V01PAK",
        "sender": SENDER,
        "recipient": BUYER,
        "parcels": (Parcel(Decimal("0.640"), 250, 180, 80),),
        "ship_date": date.today(),
        "billing": BILLING,
        "options": {"paper": "910-300-700", "must_encode": "true"},
    }
    return LabelOrder(**{**known, **values})


# DHL's samples


def sample(path):
    """The shipment of a sample, with what stands for numbers and days put in."""
    text = path.read_text(encoding="utf-8").replace("{{current_date}}", date.today().isoformat())
    for code in PRODUCTS:
        text = text.replace(f"{{{{billing_{PRODUCTS[code].procedure}_default}}}}", BILLING[code])
    text = text.replace("{{billing_07_default}}", BILLING[RETURNS])
    (shipment,) = json.loads(text)["shipments"]
    shipment["shipDate"] = date.today().isoformat()
    return shipment


def as_order(shipment):
    """What somebody would enter to send the shipment of a sample."""
    services = shipment.get("services", {})
    retoure = services.get("dhlRetoure")
    return order(
        reference=shipment["refNo"],
        product=shipment["product"],
        billing=BILLING | {shipment["product"]: shipment["billingNumber"]},
        sender=_address(shipment["shipper"], customs=shipment, ours="shipperCustomsRef"),
        recipient=_address(shipment["consignee"], customs=shipment, ours="consigneeCustomsRef"),
        parcels=(_parcel(shipment),),
        services=Services(
            endorsement=services.get("endorsement", ""),
            return_label=bool(retoure),
            return_address=_address(retoure["returnAddress"]) if retoure else None,
        ),
        customs=_customs(shipment.get("customs")),
    )


def _address(told, customs=None, ours=""):
    locker = "lockerID" in told
    street = " ".join(filter(None, (told.get("addressStreet"), told.get("addressHouse"))))
    return Address(
        name=told.get("name1") or told["name"],
        name2=told.get("name2", ""),
        street=f"Packstation {told['lockerID']}" if locker else street,
        street2=f"Postnummer {told['postNumber']}"
        if locker
        else told.get("additionalAddressInformation1", ""),
        zip=told["postalCode"],
        city=told["city"],
        country=ALPHA2[told["country"]],
        email=told.get("email", ""),
        phone=told.get("phone", ""),
        customs_number=(customs or {}).get("customs", {}).get(ours, ""),
    )


def _kilograms(weight):
    return Decimal(str(weight["value"])) / (1000 if weight["uom"] == "g" else 1)


def _parcel(shipment):
    told = shipment["details"]["dim"]
    scale = 10 if told["uom"] == "cm" else 1
    sides = (told[name] * scale for name in ("length", "width", "height"))
    items = shipment.get("customs", {}).get("items", [])
    content = tuple(
        ContentLine(
            item["itemDescription"],
            int(item["packagedQuantity"]),
            Decimal(str(item["itemValue"]["value"])),
            item["itemValue"]["currency"],
            _kilograms(item["itemWeight"]),
            item["hsCode"],
            ALPHA2[item["countryOfOrigin"]],
        )
        for item in items
    )
    return Parcel(_kilograms(shipment["details"]["weight"]), *sides, content=content)


def _customs(told):
    if not told:
        return None
    return Customs(
        kind=told["exportType"],
        invoice=told.get("invoiceNo", ""),
        charges=Decimal(str(told["postalCharges"]["value"])),
        currency=told["postalCharges"]["currency"],
        terms=told.get("shippingConditions", ""),
        permit=told.get("permitNo", ""),
        attestation=told.get("attestationNo", ""),
    )


def same(shipment):
    """A shipment in one way of writing it: grams, millimetres, numbers as numbers.

    Left out is the phone number of the sender, for which DHL's file has no field, and that of a
    recipient in Germany, which DHL does not take.
    """
    told = json.loads(json.dumps(shipment))
    told["shipper"].pop("phone", None)
    for address in (told["shipper"], told["consignee"]):
        if house := address.pop("addressHouse", ""):
            address["addressStreet"] += f" {house}"
    if told["consignee"]["country"] == "DEU":
        told["consignee"].pop("phone", None)
    if "lockerID" in told["consignee"]:
        told["consignee"]["lockerID"] = int(told["consignee"]["lockerID"])
    size = told["details"]["dim"]
    if size["uom"] == "cm":
        size |= {name: size[name] * 10 for name in ("length", "width", "height")} | {"uom": "mm"}
    _in_grams(told["details"]["weight"])
    for item in told.get("customs", {}).get("items", []):
        _in_grams(item["itemWeight"])
        item["packagedQuantity"] = int(item["packagedQuantity"])
    return told


def _in_grams(weight):
    weight |= {"uom": "g", "value": int(_kilograms(weight) * 1000)}
