# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a scanned code says, beside the writer of the codes on our own labels."""

from datetime import date

import pytest
from fulfilment.scan import looks_like_tracking, parse
from hypothesis import given
from hypothesis import strategies as st

from labelling import gs1

lots = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./_", min_size=1, max_size=20)
bodies = st.integers(1, 10**12 - 1).map(lambda number: str(number).zfill(12))


@given(bodies, lots, st.booleans(), st.sampled_from(["", "]C1", "]d2"]))
def test_our_own_labels_are_read(body, lot, with_count, prefix):
    gtin = body + gs1.check_digit(body)
    elements = [gs1.gtin(gtin), gs1.best_before(date(2027, 3, 31), date(2026, 11, 1)), gs1.lot(lot)]
    if with_count:
        elements.append(gs1.count(12))
    scan = parse(prefix + gs1.payload(elements))
    assert (scan.gtin, scan.lot) == (gtin.zfill(14), lot)
    assert gtin in scan.product_codes


@given(bodies, lots)
def test_readable_form(body, lot):
    gtin = (body + gs1.check_digit(body)).zfill(14)
    scan = parse(f"(01){gtin}(10){lot}")
    assert (scan.gtin, scan.lot) == (gtin, lot)


@given(st.text(max_size=40))
def test_any_text_is_a_code(text):
    scan = parse(text)
    assert scan.gtin == "" or scan.gtin.isdigit()


@pytest.mark.parametrize("text", ["WH/OUT/00012", "S00042", "4006381333931", "L-2026-01", "#1001"])
def test_other_codes_stay_as_they_are(text):
    assert parse(text + "\r\n") == parse(text)
    assert parse(text).product_codes == (text,)


def test_separator_ends_a_lot():
    assert parse("0104006381333931" + "10AB12\x1d37" + "5").lot == "AB12"
    assert parse("0104006381333931" + "10AB12#15270331").lot == "AB12"


def test_shipping_unit():
    body = "34012345678901234"
    sscc = body + gs1.check_digit(body)
    assert parse("00" + sscc).sscc == sscc


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("00340434161094021501", True),
        ("1Z12345E0205271688", True),
        ("RR123456785DE", True),
        ("4006381333931", False),
        ("WH/OUT/00012", False),
        ("S00042", False),
        ("LOTABCDEFGH", False),
    ],
)
def test_numbers_of_parcels(code, expected):
    assert looks_like_tracking(code) is expected
