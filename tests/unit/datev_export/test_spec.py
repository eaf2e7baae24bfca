# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The columns of the package beside a transcription of the format, where it is at hand."""

import json
from pathlib import Path

import pytest

from extf.spec import BOOKING, HEADER
from extf.spec_master import ACCOUNTS, PARTNERS, PAYMENT_TERMS

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "datev" / "extf_spec.json"
KINDS = {
    "Text": {"text"},
    "Zahl": {"number", "account"},
    "Konto": {"account"},
    "Datum": {"date", "day_month", "iso_date"},
    "Betrag": {"amount", "number"},
    "Zeitstempel": {"stamp"},
    "leer": {"empty"},
}


@pytest.fixture(scope="module")
def transcription() -> dict:
    if not SAMPLES.exists():
        pytest.skip("vendor samples not present")
    return json.loads(SAMPLES.read_text())


def assert_alike(columns, transcribed):
    assert [column.name for column in columns] == [item["name"] for item in transcribed]
    for column, item in zip(columns, transcribed, strict=True):
        assert column.nr == item["nr"]
        assert column.kind.value in KINDS[item["type"]], column.name
        assert column.quoted == item["quoted"], column.name
        # A reserved column holds nothing, and the format contradicts itself on two lengths.
        if column.length and item["max_length"] and column.nr not in (4, 101):
            assert column.length == item["max_length"], column.name


def test_booking_columns(transcription):
    columns = transcription["buchungsstapel"]["columns"]
    assert_alike(BOOKING, columns)
    zero = {
        item["nr"] for item in columns if "must be written as empty" in item.get("zero_rule", "")
    }
    # The two columns whose pattern refuses a zero anyway.
    assert zero - {column.nr for column in BOOKING if column.zero_is_empty} <= {10, 125}
    required = {item["nr"] for item in columns if item["required"]}
    # The lock is required by us: an empty one would lock the whole stack.
    assert {column.nr for column in BOOKING if column.required} == required | {114}


def test_header_columns(transcription):
    assert_alike(HEADER, transcription["header"])


def test_master_data_columns(transcription):
    assert_alike(PARTNERS.columns, transcription["debitoren_kreditoren"]["columns"])
    assert_alike(ACCOUNTS.columns, transcription["kontenbeschriftungen"]["columns"])
    terms = transcription["other_categories"]["46"]["columns"]
    assert [column.name for column in PAYMENT_TERMS.columns] == [item["name"] for item in terms]
    assert [column.quoted for column in PAYMENT_TERMS.columns] == [
        item["quoted_in_official_sample"] for item in terms
    ]
