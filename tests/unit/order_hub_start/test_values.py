# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Numbers, percentages, dates and periods against what the test wrote."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from start import values, words
from start.problems import TEXTS, Wrong

amounts = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def german(number: Decimal, group: str = ".") -> str:
    """Write a number as Germans do, by Python's own grouping."""
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", group)


def code_of(function, *arguments) -> str:
    """Give the code of what is wrong; its sentences must be complete."""
    with pytest.raises(Wrong) as caught:
        function(*arguments)
    for text in TEXTS[caught.value.code]:
        assert text % caught.value.details
    return caught.value.code


@given(amounts, st.sampled_from([".", " ", "\u00a0", "\u202f", "'", ""]))
def test_german_numbers(number: Decimal, group: str) -> None:
    text = german(number, group)
    for written in (text, f"{text} €", f"EUR {text}", text.replace("-", "−")):
        assert values.parse_number(written) == number
    if number < 0:
        assert values.parse_number(text[1:] + "-") == number


@given(amounts)
def test_english_numbers(number: Decimal) -> None:
    # Two decimals are clear whatever the mark of the sheet is.
    for mark in (",", ".", None):
        assert values.parse_number(f"{number:,.2f}", mark) == number
        assert values.parse_number(f"{number:.2f}", mark) == number


@given(st.integers(1, 999), st.integers(0, 999))
def test_one_group_of_three_follows_the_mark(high: int, low: int) -> None:
    dot, comma = f"{high}.{low:03}", f"{high},{low:03}"
    whole, part = high * 1000 + low, high + Decimal(low) / 1000
    assert values.parse_number(dot, ",") == values.parse_number(comma, ".") == whole
    assert values.parse_number(dot, ".") == values.parse_number(comma, ",") == part
    assert code_of(values.parse_number, dot, None) == "ambiguous_number"
    assert code_of(values.parse_number, comma, None) == "ambiguous_number"


@given(st.lists(amounts, min_size=1))
def test_mark_of_a_sheet(numbers: list[Decimal]) -> None:
    assert values.decimal_mark(map(german, numbers), ".") == ","
    assert values.decimal_mark((f"{number:,.2f}" for number in numbers), ",") == "."
    assert values.decimal_mark([german(numbers[0]), "12.50"], ",") is None
    assert values.decimal_mark(["1.234", "17"], ",") == ","
    assert values.decimal_mark(["0,125"], ".") == ","


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_wrong(text: str) -> None:
    for function in (values.parse_number, values.parse_percent, values.parse_days):
        try:
            assert abs(function(text)) < 10**15
        except Wrong as wrong:
            assert TEXTS[wrong.code][0] % wrong.details
    try:
        assert 1990 <= values.parse_date(text).year <= 2100
    except Wrong as wrong:
        assert TEXTS[wrong.code][1] % wrong.details


@pytest.mark.parametrize(
    ("text", "code"),
    [("1.23.456", "not_number"), ("12 kg", "unit_in_number"), ("1e5", "not_number"),
     ("1,2345678", "too_fine"), ("9" * 13, "too_large"), ("٣", "not_number"), ("", "not_number"),
     ("1,234,56", "not_number"), ("--1", "not_number")],
)  # fmt: skip
def test_wrong_numbers(text: str, code: str) -> None:
    assert code_of(values.parse_number, text) == code


@given(st.decimals(-(10**6), 10**6, places=6, allow_nan=False, allow_infinity=False))
def test_floats_of_a_spreadsheet(number: Decimal) -> None:
    assert values.from_float(float(number)) == number


@pytest.mark.parametrize("number", [1e20, float("inf"), float("nan")])
def test_floats_that_are_no_quantity(number: float) -> None:
    assert code_of(values.from_float, number) == "too_large"


def test_percentages() -> None:
    assert values.parse_percent("19 %") == values.parse_percent("19") == 19
    assert values.parse_percent("12,5%") == Decimal("12.5")
    assert values.parse_percent("0,5 %") == Decimal("0.5")
    assert code_of(values.parse_percent, "0,19") == "ambiguous_percent"
    assert code_of(values.parse_percent, "voll") == "not_percent"


@given(days)
def test_dates(day: date) -> None:
    for text in (f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", day.isoformat(),
                 f"{day.isoformat()}T10:15:00Z", f"{day} 00:00:00"):  # fmt: skip
        assert values.parse_date(text) == day
    if 2000 <= day.year < 2100:
        assert values.parse_date(f"{day:%d.%m.%y}") == day
    last = values.parse_date(f"{day.month:02}/{day.year}")
    assert last.month == day.month
    assert (last + timedelta(1)).day == 1
    slash = f"{day:%d/%m/%Y}"
    if day.day > 12 or day.day == day.month:
        assert values.parse_date(slash) == day
    else:
        assert code_of(values.parse_date, slash) == "ambiguous_date"
    assert values.date_number((day - values.EPOCH).days).details["date"] == f"{day:%d.%m.%Y}"


@pytest.mark.parametrize(
    ("text", "code"),
    [("31.02.2026", "not_date"), ("12/31/26", "not_date"), ("1.1.1900", "date_range"),
     ("morgen", "not_date"), ("13.2026", "not_date"), ("46000", "not_date")],
)  # fmt: skip
def test_wrong_dates(text: str, code: str) -> None:
    assert code_of(values.parse_date, text) == code


def test_periods() -> None:
    assert [values.parse_days(f"{years * 12} Monate") for years in range(1, 6)] == [
        365 * years for years in range(1, 6)
    ]
    assert values.parse_days("18 Monate") == 547
    assert values.parse_days("540") == values.parse_days("540 Tage") == 540
    assert values.parse_days("1,5 Jahre") == 547
    assert code_of(values.parse_days, "lang") == "not_days"


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_barcodes(length: int, data: st.DataObject) -> None:
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    weighted = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    digit = -weighted % 10
    assert words.parse_barcode(f"{body}{digit}") == f"{body}{digit}"
    assert code_of(words.parse_barcode, f"{body}{(digit + 1) % 10}") == "not_barcode"


def test_words() -> None:
    for choices in (words.UNITS, words.YES_NO, words.TRACKING, words.PRODUCT_KINDS,
                    words.PARTNER_ROLES, words.LINE_KINDS):  # fmt: skip
        for value, names in choices.items():
            for name in (value, *names):
                assert words.parse_choice(f" {name.upper()} ", choices) == value
    assert words.parse_choice("STK.", words.UNITS) == "unit"
    assert code_of(words.parse_choice, "Eimer", words.UNITS) == "not_choice"
    assert [words.parse_country(text) for text in ("Österreich", "d", "Schweiz", "France")] == [
        "AT", "DE", "CH", "FR",
    ]  # fmt: skip
    assert code_of(words.parse_country, "Phantasia") == "not_country"
    assert words.parse_vat("de 136 695 976") == "DE136695976"
    assert code_of(words.parse_vat, "DE136695977") == "not_vat"
    assert words.parse_postcode("D-01067", "DE") == "01067"
    assert code_of(words.parse_postcode, "1067", "DE") == "not_postcode"
    assert words.parse_postcode("1010", "AT") == "1010"
    assert code_of(words.parse_barcode, "4,00638E+12") == "rounded_barcode"
    assert code_of(words.parse_account, "K-1") == "not_account"
    assert code_of(words.parse_email, "a@b") == "not_email"
