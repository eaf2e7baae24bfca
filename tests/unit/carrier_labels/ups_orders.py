# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders for UPS, and UPS's own samples read as orders."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from carriers.base.client import Account
from carriers.base.types import Address, ContentLine, Customs, LabelOrder, Parcel, Services

from tests.sandbox.ups import ACCOUNT, CLIENT_ID, CLIENT_SECRET

SAMPLES = Path(__file__).resolve().parents[4] / "shared/channels/samples/ups"
SENDER = Address("Seifenmanufaktur", "Werkstattweg 3", "04229", "Leipzig", "DE", phone="0341 123")
BUYER = Address("Anna Gruber", "Mariahilfer Straße 88", "1070", "Wien", "AT")
SWISS = Address("Urs Keller", "Bahnhofstr. 1", "8001", "Zürich", "CH", phone="+41 44 1234567")
SOAP = ContentLine("Soap", 2, Decimal("5.90"), "EUR", Decimal("0.1"), "340111", "DE")
PARCEL = Parcel(Decimal("0.640"), 250, 180, 80, content=(SOAP,))
CUSTOMS = Customs(invoice="S00042", charges=Decimal("4.90"))
KILOGRAMS = {"KGS": Decimal(1), "LBS": Decimal("0.45359237")}
MILLIMETRES = {"CM": Decimal(10), "IN": Decimal("25.4")}


def account(url="", secret=CLIENT_SECRET):
    """The account at the stand-in, with a key of its own, for its tokens are kept by it."""
    secrets = {"api_key": CLIENT_ID, "api_secret": secret, "shipper": ACCOUNT}
    return Account(f"test-{uuid4()}", False, secrets, url)


def order(**values):
    """A parcel to a buyer in Austria."""
    known = {
        "reference": "WH/OUT/00042-K7Q2F",
        "product": "11",
        "sender": SENDER,
        "recipient": BUYER,
        "parcels": (PARCEL,),
        "ship_date": date.today(),
        "billing": {"shipper": ACCOUNT},
        "options": {"negotiated": "yes"},
    }
    return LabelOrder(**{**known, **values})


def sample(name):
    """A file of the vendor."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def listed(value):
    return value if isinstance(value, list) else [value]


def as_order(request, **values):
    """What somebody would enter to send the shipment of a sample."""
    told = request["ShipmentRequest"]["Shipment"]
    options = told.get("ShipmentServiceOptions", {})
    forms = options.get("InternationalForms")
    content = tuple(map(_content, listed(forms["Product"]))) if forms else ()
    words = ContentLine(told["Description"], 1, Decimal(1), "EUR", Decimal(1), "", "DE")
    parcels = [_parcel(one, content or (words,)) for one in listed(told["Package"])]
    point = told.get("AlternateDeliveryAddress", {}).get("UPSAccessPointID", "")
    mails = [one["EMail"]["EMailAddress"] for one in listed(options.get("Notification", []))]
    rated = "NegotiatedRatesIndicator" in told.get("ShipmentRatingOptions", {})
    known = {
        "reference": request["ShipmentRequest"]["Request"]["TransactionReference"][
            "CustomerContext"
        ]
        or "WH/OUT/00042-K7Q2F",
        "product": told["Service"]["Code"],
        "sender": _address(told["Shipper"]),
        "recipient": _address(told["ShipTo"], point, mails),
        "parcels": tuple(parcels),
        "customs": Customs(description=told["Description"]) if forms else None,
        "options": {"negotiated": "yes"} if rated else {},
        "services": Services(),
    }
    return order(**{**known, **values})


def _address(told, point="", mails=()):
    where = told["Address"]
    return Address(
        name=told["Name"],
        name2=told.get("AttentionName", ""),
        street=where["AddressLine"][0],
        street2=" ".join((*where["AddressLine"][1:], point)),
        zip=where["PostalCode"],
        city=where["City"],
        country=where["CountryCode"],
        state=where.get("StateProvinceCode", ""),
        phone=told.get("Phone", {}).get("Number", ""),
        email="anna@example.com" if mails else "",
        customs_number=told.get("TaxIdentificationNumber", ""),
    )


def _parcel(told, content):
    weight = told["PackageWeight"]
    size = told.get("Dimensions", {"UnitOfMeasurement": {"Code": "CM"}})
    scale = MILLIMETRES[size["UnitOfMeasurement"]["Code"]]
    sides = (
        round(Decimal(size[name]) * scale) if name in size else 0
        for name in ("Length", "Width", "Height")
    )
    kilograms = Decimal(weight["Weight"]) * KILOGRAMS[weight["UnitOfMeasurement"]["Code"]]
    return Parcel(kilograms.quantize(Decimal("0.001")), *sides, content=content)


def _content(told):
    unit = told.get("Unit", {"Number": "1", "Value": "1"})
    return ContentLine(
        told["Description"],
        int(unit["Number"]),
        Decimal(unit["Value"]),
        "EUR",
        Decimal(1),
        told["CommodityCode"],
        told["OriginCountryCode"],
    )
