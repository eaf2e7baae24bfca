# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Any order is one UPS's own file allows, or is refused with a sentence; values and lengths."""

import dataclasses
import io
from datetime import date
from decimal import Decimal

import pytest
from carriers.base.errors import CarrierError
from carriers.base.types import Address, ContentLine, Customs, Parcel, Services
from carriers.ups import fields
from carriers.ups.address import access_point, layout
from carriers.ups.checks import problems
from carriers.ups.documents import rate_request, recovery_request, ship_request
from carriers.ups.images import to_pdf
from carriers.ups.products import PRODUCTS
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from tests.sandbox.ups import ABSENT, ACCOUNT, available
from tests.sandbox.ups.guard import check

from .ups_orders import BUYER, CUSTOMS, PARCEL, SENDER, SOAP, SWISS, order

needs_files = pytest.mark.skipif(not available(), reason=ABSENT)

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",))
PLAIN = st.sampled_from("abcdefghijklmnopqrstuvwxyzäöüßéñ 0123456789-./")
WORDS = st.text(PLAIN, max_size=120) | st.text(LETTERS, max_size=60)
COUNTRIES = st.sampled_from(["DE", "AT", "PL", "GR", "US", "CA", "IE", "CH", "GB", "HK", "", "D"])
ADDRESSES = st.builds(
    Address,
    WORDS,
    WORDS | st.just("U12345678"),
    st.text(PLAIN, max_size=12),
    st.text(PLAIN, max_size=40),
    COUNTRIES,
    name2=WORDS,
    street2=WORDS | st.just("UPS Access Point U12345678"),
    state=st.sampled_from(["", "CA", "ON", "VN-44", "TOO-LONG"]),
    email=st.sampled_from(["", "anna@example.com", "x" * 60 + "@example.com"]),
    phone=st.sampled_from(["", "+49 (0)341 1234567", "0" * 20, "n/a"]),
    customs_number=st.sampled_from(["", "DE1234567", "DE123456789012345"]),
)
# Mostly fine, with one thing or another from above.
NEARLY = st.sampled_from([SENDER, BUYER, SWISS])


@st.composite
def addresses(draw):
    wild, known = draw(ADDRESSES), draw(NEARLY)
    names = draw(st.lists(st.sampled_from([one.name for one in dataclasses.fields(Address)])))
    return dataclasses.replace(known, **{name: getattr(wild, name) for name in names})


LINES = st.builds(
    ContentLine,
    WORDS | st.just("Soap"),
    st.integers(-1, 10**8),
    st.decimals(-1, 10**6, places=2),
    st.sampled_from(["EUR", "CHF"]),
    st.decimals(0, 10, places=3),
    st.sampled_from(["", "340111", "34", "3401 11"]),
    st.sampled_from(["DE", "", "DEU"]),
)
PARCELS = st.builds(
    Parcel,
    st.decimals(-1, 80, places=3),
    *[st.integers(-10, 3000)] * 3,
    name=st.sampled_from(["", "PACK0001"]),
    content=st.lists(st.just(SOAP) | LINES, max_size=3).map(tuple),
)
SERVICES = st.builds(
    Services,
    age=st.sampled_from([0, 16, 18]),
    named_person=st.booleans(),
    signature=st.booleans(),
    no_neighbour=st.booleans(),
    insurance=st.decimals(-1, 60000, places=2),
    bulky=st.booleans(),
    duty_paid=st.booleans(),
    premium=st.sampled_from([False, False, False, True]),
)
CUSTOM = st.builds(
    Customs,
    kind=st.sampled_from(["COMMERCIAL_GOODS", "PRESENT", "OTHER"]),
    description=WORDS,
    invoice=WORDS,
    charges=st.decimals(0, 1000, places=2),
    terms=st.sampled_from(["", "DAP", "DDP"]),
)
ORDERS = st.builds(
    order,
    product=st.sampled_from([*PRODUCTS, ""]),
    sender=st.just(SENDER) | addresses(),
    recipient=addresses(),
    parcels=st.lists(st.just(PARCEL) | PARCELS, max_size=3).map(tuple),
    services=st.just(Services()) | SERVICES,
    customs=st.none() | st.just(CUSTOMS) | CUSTOM,
    label_format=st.sampled_from(["pdf", "zpl"]),
    options=st.fixed_dictionaries(
        {},
        optional={
            name: st.just("9" if name == "return" else "yes")
            for name in ("return", "negotiated", "residential", "notify")
        },
    ),
)


def repaired(wanted, wrong):
    """The order with what was refused replaced; the rest is as wild as it was."""
    good = {
        "recipient": dataclasses.replace(SWISS, email="urs@example.com", street2="U12345678"),
        "sender": SENDER,
        "parcels": (PARCEL,),
        "services": Services(),
        "customs": CUSTOMS,
        "product": "11",
    }
    names = {one.field.split(".")[0] for one in wrong}
    # What is wrong with goods is told by a word about them.
    names = {name if name in good else "parcels" for name in names}
    return dataclasses.replace(wanted, **{name: good[name] for name in names})


@needs_files
@given(ORDERS)
def test_any_order_is_allowed_or_refused_with_a_sentence(wanted):
    wrong = problems(wanted)
    for one in wrong:
        assert isinstance(one, CarrierError)
        assert str(one)[0].isalnum()
        assert "%(" not in str(one)
        assert one.field
    if wrong:
        wanted = repaired(wanted, wrong)
        assert problems(wanted) == []
    check("Shipping", "SHIPRequestWrapper", ship_request(wanted))
    check("Rating", "RATERequestWrapper", rate_request(wanted))


@given(ADDRESSES)
def test_nothing_of_an_address_is_lost(address):
    shape = layout(address)
    written = "".join((shape.name, shape.attention, *shape.lines)).replace(" ", "")
    parts = (address.name, address.name2, address.street, address.street2)
    assert sorted(written) == sorted("".join(map(fields.clean, parts)).replace(" ", ""))
    if shape.fits:
        assert all(len(line) <= 35 for line in (shape.name, shape.attention, *shape.lines))


def test_long_names_and_streets_go_on():
    address = dataclasses.replace(
        BUYER,
        name="Institut für angewandte Seifenkunde der Universität Wien",
        name2="Frau Professorin Anna-Maria Gruber",
        street="Doktor-Karl-Renner-Promenade 88, Stiege 4, Tür 17a",
        street2="",
    )
    shape = layout(address)
    assert shape.name == "Institut für angewandte Seifenkunde"
    assert shape.attention == "der Universität Wien"
    assert shape.lines == (
        "Frau Professorin Anna-Maria Gruber",
        "Doktor-Karl-Renner-Promenade 88,",
        "Stiege 4, Tür 17a",
    )
    assert problems(order(recipient=address)) == []
    (wrong,) = problems(order(recipient=dataclasses.replace(address, street2="Hof")))
    assert (wrong.field, wrong.values["lines"]) == ("recipient.street", 3)


def test_letters():
    assert fields.character_set("AT", "Straße") == ""
    assert fields.character_set("PL", "Łódź") == "pol"
    assert fields.character_set("GR", "Αθήνα") == "ell"
    assert fields.character_set("DE", "Łódź") is None
    assert fields.character_set("DE", "東京") is None


@pytest.mark.parametrize(
    ("kilograms", "told"),
    [("0.64", "0.64"), ("0.641", "0.65"), ("12.345", "12.35"), ("70", "70"), ("0.001", "0.01")],
)
def test_weights_are_never_less(kilograms, told):
    assert fields.weight(Decimal(kilograms)) == told


def test_sizes_have_the_longest_side_first():
    parcel = Parcel(Decimal(1), 81, 255, 180)
    told = ship_request(order(parcels=(parcel,)))["ShipmentRequest"]["Shipment"]["Package"][0]
    assert told["Dimensions"] == {
        "UnitOfMeasurement": {"Code": "CM"},
        "Length": "26",
        "Width": "18",
        "Height": "9",
    }


def test_phone_numbers():
    assert fields.digits("+49 (0)341 / 12 34-5") == "4934112345"


POINTS = [
    ("UPS Access Point U12345678", "Hauptstr. 5", "", "Hauptstr. 5"),
    ("Hauptstr. 5", "Kiosk Müller, UPS Access Point: U12345678", "", "Hauptstr. 5"),
    ("Hauptstr. 5", "", "U12345678", "Hauptstr. 5"),
]


@needs_files
@pytest.mark.parametrize(("street", "street2", "name2", "line"), POINTS)
def test_access_points(street, street2, name2, line):
    address = dataclasses.replace(
        BUYER, street=street, street2=street2, name2=name2, email="anna@example.com"
    )
    wanted = order(product="70", recipient=address)
    assert problems(wanted) == []
    told = ship_request(wanted)
    check("Shipping", "SHIPRequestWrapper", told)
    shipment = told["ShipmentRequest"]["Shipment"]
    assert shipment["AlternateDeliveryAddress"]["UPSAccessPointID"] == "U12345678"
    assert shipment["AlternateDeliveryAddress"]["Address"]["AddressLine"][0] == line
    assert shipment["ShipmentIndicationType"] == [{"Code": "01"}]
    (mail,) = shipment["ShipmentServiceOptions"]["Notification"]
    assert mail["NotificationCode"] == "012"
    (wrong,) = problems(order(recipient=dataclasses.replace(address, email="")))
    assert wrong.field == "recipient.email"


def test_no_access_point():
    assert access_point(BUYER) is None
    (wrong,) = problems(order(product="70"))
    assert wrong.field == "recipient.street2"


@needs_files
def test_customs():
    wanted = order(
        recipient=SWISS,
        parcels=(PARCEL, PARCEL),
        customs=CUSTOMS,
        services=Services(duty_paid=True, age=18),
    )
    assert problems(wanted) == []
    shipment = ship_request(wanted)["ShipmentRequest"]["Shipment"]
    forms = shipment["ShipmentServiceOptions"]["InternationalForms"]
    (product,) = forms["Product"]
    # Both parcels together, on one line.
    assert product["Unit"] == {
        "Number": "4",
        "UnitOfMeasurement": {"Code": "PCS"},
        "Value": "5.90",
    }
    assert forms["InvoiceNumber"] == "S00042"
    assert forms["InvoiceDate"] == date.today().strftime("%Y%m%d")
    assert (forms["ReasonForExport"], forms["TermsOfShipment"]) == ("SALE", "DDP")
    assert forms["FreightCharges"] == {"MonetaryValue": "4.90"}
    assert [one["Type"] for one in shipment["PaymentInformation"]["ShipmentCharge"]] == ["01", "02"]
    assert shipment["ShipmentServiceOptions"]["DeliveryConfirmation"] == {"DCISType": "2"}
    assert shipment["ShipTo"]["AttentionName"] == "Urs Keller"
    no_phone = dataclasses.replace(wanted, recipient=dataclasses.replace(SWISS, phone=""))
    assert [one.field for one in problems(no_phone)] == ["recipient.phone"]


@needs_files
def test_returns_are_ours_from_the_customer():
    wanted = order(
        sender=BUYER, recipient=SENDER, options={"return": "9"}, billing={"shipper": ACCOUNT}
    )
    assert problems(wanted) == []
    told = ship_request(wanted)
    check("Shipping", "SHIPRequestWrapper", told)
    shipment = told["ShipmentRequest"]["Shipment"]
    assert shipment["ReturnService"] == {"Code": "9"}
    assert shipment["Shipper"]["Name"] == shipment["ShipTo"]["Name"] == SENDER.name
    assert shipment["ShipFrom"]["Name"] == BUYER.name


@needs_files
def test_a_parcel_that_comes_back_is_described_in_fewer_letters_than_the_shipment():
    goods = dataclasses.replace(SOAP, description="Soap with lavender and honey, unwrapped")
    parcel = dataclasses.replace(PARCEL, content=(goods,))
    told = ship_request(order(parcels=(parcel,), options={"return": "9"}))
    check("Shipping", "SHIPRequestWrapper", told)
    shipment = told["ShipmentRequest"]["Shipment"]
    assert shipment["Description"] == goods.description
    assert shipment["Package"][0]["Description"] == "Soap with lavender and honey,"


@needs_files
def test_inside_the_us_references_are_with_the_packages():
    home = dataclasses.replace(BUYER, country="US", state="CA", zip="90210")
    told = ship_request(order(sender=home, recipient=home))
    check("Shipping", "SHIPRequestWrapper", told)
    shipment = told["ShipmentRequest"]["Shipment"]
    assert "ReferenceNumber" not in shipment
    assert shipment["Package"][0]["ReferenceNumber"] == [{"Value": "WH/OUT/00042-K7Q2F"}]


@needs_files
@pytest.mark.parametrize(
    "key", [{"number": "1ZA1B2C30000000001"}, {"reference": "WH/OUT/1-ABC", "shipper": ACCOUNT}]
)
@pytest.mark.parametrize("label_format", ["pdf", "zpl"])
def test_recovery(key, label_format):
    check("Shipping", "LABELRECOVERYRequestWrapper", recovery_request(label_format, **key))


def picture(width, height, box):
    image = Image.new("L", (width, height), 255)
    image.paste(0, box)
    target = io.BytesIO()
    image.save(target, "GIF")
    return target.getvalue()


@pytest.mark.parametrize("size", [(1400, 800), (800, 1200), (100, 100)])
def test_pictures_become_pages(size):
    pages = PdfReader(io.BytesIO(to_pdf(picture(*size, (0, 0, 50, 50)))), strict=True).pages
    assert [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages] == [
        (288, 432)
    ]
    # Nothing in it depends on when it was made.
    assert to_pdf(picture(*size, (0, 0, 50, 50))) == to_pdf(picture(*size, (0, 0, 50, 50)))
