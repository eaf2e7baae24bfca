# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses from files people download, open in a spreadsheet and save again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.etsy.sold_items import MOST_BYTES, MOST_ROWS, SoldItemsError, read_sold_items
from tests.sandbox.etsy.samples import SAMPLES

ENGLISH = "Order ID,Ship Name,Ship Address1,Ship Address2,Ship City,Ship Zipcode,Ship Country"
BRITISH = "Order ID,Delivery Name,Delivery Address 1,Delivery Address 2,Delivery City,"
BRITISH += "Delivery Postcode,Delivery Country"
GERMAN = "Bestell-ID,Versand – Name,Lieferadresse 1,Lieferadresse 2,Lieferort,Liefer-PLZ,Lieferland"
OTHER = "Bestellnummer,Empfänger,Straße,Adresse 2,Stadt,Postleitzahl,Land"
ROW = "4711,Jörg Müller,Große Straße 1,,Köln,50667,Deutschland"


def check(found):
    (sold,) = found
    assert (sold.order_id, sold.address.name, sold.address.street) == (
        "4711",
        "Jörg Müller",
        "Große Straße 1",
    )
    assert (sold.address.zip, sold.address.city, sold.country) == ("50667", "Köln", "Deutschland")


@pytest.mark.parametrize("header", [ENGLISH, BRITISH, GERMAN, OTHER])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_headers_separators_charsets(header, separator, charset):
    text = f"{header}\r\n{ROW}\r\n".replace(",", separator).replace("–", "-")
    check(read_sold_items(text.encode(charset)))


def test_vendor_sample():
    path = SAMPLES / "EtsySoldOrderItems_sample.csv"
    if not path.exists():
        pytest.skip("vendor samples not present")
    (sold,) = read_sold_items(path.read_bytes())
    address = sold.located("DE")
    assert (sold.order_id, address.name, address.zip) == ("3511000001", "Marie Schäfer", "04109")
    assert address.street2 == "Hinterhaus, 2. OG"
    assert not sold.is_ambiguous


def test_a_lost_zero_comes_back():
    (sold,) = read_sold_items(f"{ENGLISH}\n1,A,Weg 1,,Leipzig,4109,Germany".encode())
    assert sold.located("DE").zip == "04109"
    assert sold.located("AT").zip == "4109"


def test_rows_of_an_order_that_differ():
    rows = "1,A,Weg 1,,B,1,DE\n1,A,Weg 1,,B,1,DE\n2,A,Weg 1,,B,1,DE\n2,A,Weg 2,,B,1,DE"
    same, differs = read_sold_items(f"{ENGLISH}\n{rows}".encode())
    assert not same.is_ambiguous and differs.is_ambiguous


def test_rows_without_an_order_or_address():
    rows = ",A,Weg 1,,B,1,DE\nx1,A,Weg,,B,1,DE\n3,A,,,,,\n3.5E+09,A,Weg,,B,1,DE\n4\n"
    assert read_sold_items(f"{ENGLISH}\n{rows}".encode()) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns"),
        (b"a,b\n1,2", "columns"),
        (b"x" * (MOST_BYTES + 1), "size"),
        (f"{ENGLISH}\n".encode() + b"1,A,Weg,,B,1,DE\n" * (MOST_ROWS + 1), "rows"),
    ],
    ids=["empty", "other", "size", "rows"],
)
def test_what_is_no_such_file(content, code):
    with pytest.raises(SoldItemsError) as caught:
        read_sold_items(content)
    assert caught.value.code == code


def test_old_line_ends():
    check(read_sold_items(f"{ENGLISH}\r{ROW}\r".encode()))


def test_text_is_text():
    row = '1,"=cmd|\' /C calc\'!A0","Weg\n1\u202e\x07",,B,1,DE'
    (sold,) = read_sold_items(f"{ENGLISH}\n{row}\0".encode())
    assert sold.address.name == "=cmd|' /C calc'!A0"
    assert sold.address.street == "Weg 1"


@given(st.binary(max_size=400))
def test_any_bytes(content):
    for head in (b"", f"{ENGLISH}\n".encode(), b"\xff\xfe"):
        try:
            for sold in read_sold_items(head + content):
                sold.located("DE")
        except SoldItemsError as error:
            assert error.code in ("columns", "broken")
