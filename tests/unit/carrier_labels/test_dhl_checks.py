# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses, products and what is found wrong before anything is bought."""

from dataclasses import replace
from decimal import Decimal

import pytest
from carriers.base.types import Address, Parcel, Services
from carriers.dhl import documents
from carriers.dhl.address import consignee, find_place, needs_customs, split_name
from carriers.dhl.checks import problems
from carriers.dhl.products import PRODUCTS, RETURNS, billing_number, choose
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.dhl import ABSENT, available, guard

from .orders import BILLING, BUYER, CUSTOMS, SOAP, SWISS, order

LOCKER = Address("Paula Pack", "Packstation 145", "04109", "Leipzig", "DE")


@pytest.mark.parametrize(
    "told",
    [
        {"street": "Packstation 145", "street2": "Postnummer 12345678"},
        {"street": "Postnummer 12345678", "street2": "Packstation 145"},
        {"street": "DHL Packstation Nr. 145, Postnr: 12345678"},
        {"street": "packstation 145", "street2": "Post-Nr. 12345678"},
        {"street": "PACKSTATION 145", "name": "Paula Pack 12345678"},
        {"street": "12345678", "street2": "Packstation 145"},
        {"name": "Paula Pack", "name2": "12345678", "street": "Packstation 145"},
        {"street": "Packstation 145 12345678"},
    ],
)
def test_lockers_as_people_write_them(told):
    address = replace(LOCKER, **{"street2": "", **told})
    assert consignee(address) == {
        "name": "Paula Pack",
        "lockerID": 145,
        "postNumber": "12345678",
        "postalCode": "04109",
        "city": "Leipzig",
        "country": "DEU",
    }
    assert problems(order(recipient=address)) == []


def test_post_offices_and_post_boxes():
    office = replace(LOCKER, street="Postfiliale 502", email="paula@example.com")
    assert consignee(office)["retailID"] == 502 and consignee(office)["email"]
    with_number = consignee(replace(office, street2="1234567"))
    assert with_number["postNumber"] == "1234567" and "email" not in with_number
    box = consignee(replace(LOCKER, street="Postfach 12 34 56"))
    assert box["poBoxID"] == 123456 and box["name1"] == "Paula Pack"


def test_a_street_of_this_name_abroad_is_a_door():
    assert find_place(replace(LOCKER, country="AT")) is None
    assert find_place(replace(BUYER, street="An der Packstation")) is None


def codes(**values):
    return [error.field for error in problems(order(**values))]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"street": "Lindenstraße"}, "recipient.street"),
        ({"street": ""}, "recipient.street"),
        ({"zip": "4109"}, "recipient.zip"),
        ({"zip": ""}, "recipient.zip"),
        ({"city": ""}, "recipient.city"),
        ({"name": " "}, "recipient.name"),
        ({"name": "x" * 51}, "recipient.name"),
        ({"country": ""}, "recipient.country"),
        ({"street2": "x" * 61}, "recipient.street2"),
        ({"street": "Packstation 145"}, "recipient.street2"),
        ({"street": "Packstation 1455", "street2": "12345678"}, "recipient.street"),
        ({"street": "Postfiliale 145", "street2": "12345678"}, "recipient.street"),
        ({"street": "Postfiliale 502"}, "recipient.street2"),
    ],
)
def test_bad_addresses(told, field):
    assert codes(recipient=replace(BUYER, **told)) == [field]


@pytest.mark.parametrize(
    ("country", "good", "bad"),
    [
        ("AT", "1010", "10100"),
        ("NL", "1012 AB", "1012"),
        ("GB", "SW1A 1AA", "12345"),
        ("PL", "00-950", "0950"),
        ("US", "36104", "3610"),
        ("CH", "8001", "80010"),
        ("JP", "100-0001", "#1"),
    ],
)
def test_postal_codes_by_country(country, good, bad):
    def found(code):
        address = replace(BUYER, country=country, zip=code)
        goods = (Parcel(Decimal(1), content=(SOAP,)),)
        told = {"recipient": address, "product": "V53WPAK", "parcels": goods}
        return codes(customs=CUSTOMS if needs_customs(country, code) else None, **told)

    assert found(good) == [] and found(bad) == ["recipient.zip"]


def test_what_is_wrong_beside_addresses():
    assert codes(product="") == ["product"]
    assert codes(product="V53WPAK") == ["product"]
    assert codes(billing={}) == ["billing"]
    assert codes(parcels=(Parcel(Decimal(0)),)) == ["parcels.weight"]
    assert codes(parcels=(Parcel(Decimal("31.501")),)) == ["parcels.weight"]
    small = {"product": "V62KP", "parcels": (Parcel(Decimal(1), 353, 250, 80),)}
    assert codes(**small) == []
    assert codes(**{**small, "parcels": (Parcel(Decimal(1), 354, 250, 80),)}) == ["parcels.weight"]
    assert codes(**small, services=Services(age=18)) == ["services.age"]
    assert codes(services=Services(insurance=Decimal(25001))) == ["services.insurance"]
    assert codes(services=Services(return_label=True), billing={"V01PAK": BILLING["V01PAK"]}) == [
        "billing"
    ]
    assert codes(product="V53WPAK", recipient=SWISS) == ["customs"]
    drop = Services(closest_drop_point=True)
    told = {"product": "V53WPAK", "recipient": replace(BUYER, country="AT", zip="1010")}
    assert codes(**told, services=drop) == ["recipient.email"]


def test_customs_areas():
    assert needs_customs("CH", "8001") and needs_customs("GB", "SW1A 1AA")
    assert needs_customs("DE", "27498") and needs_customs("ES", "35001")
    assert not needs_customs("DE", "10115") and not needs_customs("AT", "1010")


def test_the_smallest_product():
    light, heavy = Parcel(Decimal("0.5"), 300, 200, 50), Parcel(Decimal(3), 300, 200, 50)
    plain = Services()
    assert choose("DE", [light], plain, PRODUCTS) == "V62KP"
    assert choose("DE", [light, heavy], plain, PRODUCTS) == "V01PAK"
    assert choose("DE", [light], Services(age=18), PRODUCTS) == "V01PAK"
    assert choose("DE", [light], plain, ["V01PAK"]) == "V01PAK"
    assert choose("DE", [replace(light, height=0)], plain, PRODUCTS) == "V01PAK"
    assert choose("FR", [light], Services(endorsement="RETURN"), PRODUCTS) == "V66WPI"
    assert choose("FR", [heavy], plain, PRODUCTS) == "V53WPAK"
    assert choose("FR", [heavy], plain, ["V54EPAK"]) == "V54EPAK"
    assert choose("FR", [heavy], plain, []) == ""


def test_billing_numbers():
    assert billing_number("3333333333", "V01PAK", "02") == "33333333330102"
    assert billing_number("3333333333", RETURNS, "01") == "33333333330701"


def test_the_digest_knows_what_is_another_label():
    first = order()
    assert replace(
        first, reference="other", ship_date=first.ship_date.replace(year=2030)
    ).digest() == (first.digest())
    same = (Parcel(Decimal("0.64"), 250, 180, 80),)
    assert replace(first, parcels=same).digest() == first.digest()
    for told in (
        {"recipient": replace(BUYER, street="Lindenstraße 13")},
        {"parcels": (Parcel(Decimal("0.641"), 250, 180, 80),)},
        {"services": Services(age=16)},
        {"product": "V62KP"},
    ):
        assert replace(first, **told).digest() != first.digest()


words = st.lists(st.text(alphabet="abcdeéß", min_size=1, max_size=50), min_size=1, max_size=12)


@given(words)
def test_names_are_cut_between_words_and_nothing_is_lost(parts):
    lines = split_name(replace(BUYER, name=" ".join(parts)))
    assert " ".join(lines) == " ".join(parts)
    assert all(len(line) <= 50 for line in lines)


text = st.text(alphabet="aB7 -ßéПоч/,.", max_size=70)


@pytest.mark.skipif(not available(), reason=ABSENT)
@given(
    st.builds(
        Address,
        name=text,
        name2=text,
        street=text | st.sampled_from(["Packstation 145", "Postfiliale 500", "Postfach 77"]),
        street2=text | st.just("Postnummer 12345678"),
        zip=st.text(alphabet="0123456789A -", max_size=11),
        city=text,
        country=st.sampled_from(["DE", "AT", "CH", "US", "IE"]),
        state=st.sampled_from(["", "AL"]),
        email=st.sampled_from(["", "a@example.com"]),
        phone=st.sampled_from(["", "+49 170 1234567"]),
    )
)
def test_what_we_find_right_dhl_s_file_finds_right(address):
    product = "V01PAK" if address.country == "DE" else "V53WPAK"
    goods = (Parcel(Decimal(1), content=(SOAP,)),)
    wanted = order(recipient=address, product=product, parcels=goods, customs=CUSTOMS)
    if not problems(wanted):
        (said,) = documents.shipments(wanted)
        guard.shipping().judge("Shipment", said)
