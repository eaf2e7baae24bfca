# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Each way to break a good file is caught, at its line and column; a good file is silent."""

from dataclasses import replace
from datetime import date

import pytest

from extf.checker import check_name, check_stack
from extf.spec import BOOKING, HEADER
from extf.stacks import make_files

from .datev_ledger import DAY, FREE, OUT7, OUT19, SKR03, entry, header, invoice_lines, run

LINE_END = "\r\n"


@pytest.fixture(scope="module")
def good() -> bytes:
    lines = invoice_lines([("8400", 100, OUT19), ("8300", 50, OUT7), ("8125", 10, FREE)])
    return run([entry(1, lines, text='Sälbe "Alpin"; 50 g')]).content


def test_good_file_is_silent(good):
    assert check_stack(good, SKR03) == []
    assert check_stack(good) == []
    assert check_name("EXTF_Buchungsstapel_202610.csv") == []


def change(content: bytes, line: int, column: int, value: str) -> bytes:
    """The file with one raw field (quotes and all) replaced; counted from 1."""
    lines = content.decode("cp1252").split(LINE_END)
    # The text field of the sample holds a separator, so cut behind it from the right.
    fields = lines[line - 1].replace("; 50 g", "\0 50 g").split(";")
    fields[column - 1] = value
    lines[line - 1] = ";".join(fields).replace("\0", ";")
    return LINE_END.join(lines).encode("cp1252", "replace")


FIELDS = [
    # line, column, raw value, code that must be reported
    (1, 1, '"DTVF"', "not_allowed"),
    (1, 2, "510", "not_allowed"),
    (1, 3, "20", "not_allowed"),
    (1, 4, '"Stapel"', "not_allowed"),
    (1, 5, "12", "not_allowed"),
    (1, 6, "20261332000000000", "pattern"),
    (1, 7, "x", "not_empty"),
    (1, 9, '"a.b@c"', "pattern"),
    (1, 11, "1000", "consultant"),
    (1, 11, "", "required"),
    (1, 12, "0", "client"),
    (1, 13, "20270101", "fiscal_year"),
    (1, 14, "3", "pattern"),
    (1, 15, "20260231", "calendar"),
    (1, 16, "20270131", "calendar_year"),
    (1, 16, "20260901", "period"),
    (1, 17, '"Oktober (neu)"', "pattern"),
    (1, 21, "", "required"),
    (1, 21, "1", "lock"),
    (1, 22, "EUR", "quoting"),
    (1, 23, '""', "quoting"),
    (1, 23, "x", "not_empty"),
    (1, 24, "", "quoting"),
    (3, 1, "0,00", "pattern"),
    (3, 1, "-119,00", "pattern"),
    (3, 1, "119.00", "pattern"),
    (3, 1, "1.119,00", "pattern"),
    (3, 1, "119", "pattern"),
    (3, 1, "12345678901,00", "too_long"),
    (3, 1, '"119,00"', "quoting"),
    (3, 1, "", "required"),
    (3, 2, '"X"', "not_allowed"),
    (3, 2, "S", "quoting"),
    (3, 3, '"USD"', "rate"),
    (3, 4, "0,83", "rate"),
    (3, 4, "0,00", "zero"),
    (3, 5, "100,00", "base_amount"),
    (3, 7, "100000", "account_length"),
    (3, 7, "8400", "same_account"),
    (3, 7, "0000", "pattern"),
    (3, 8, "84A0", "pattern"),
    (3, 9, '"3"', "key_on_automatic"),
    (3, 9, '"0"', "zero"),
    (3, 9, '"12345"', "too_long"),
    (3, 10, "3009", "outside_period"),
    (3, 10, "3109", "calendar"),
    (3, 10, "3110", None),
    (3, 10, "1332", "pattern"),
    (3, 11, '"RE 1"', "pattern"),
    (3, 11, '"RÄ1"', "pattern"),
    (3, 11, '"' + "1" * 37 + '"', "too_long"),
    (3, 12, '"' + "1" * 13 + '"', "too_long"),
    (3, 12, '"041126"', "due_twice"),
    (3, 13, "0,00", "zero"),
    (3, 14, '"' + "x" * 61 + '"', "too_long"),
    (3, 14, '"a"b"', "quoting"),
    (3, 14, '"Ta\tb"', "pattern"),
    (3, 17, "0", "zero"),
    (3, 17, "100", "mandate"),
    (3, 21, '"Art"', "pair"),
    (3, 49, '"Inhalt"', "pair"),
    (3, 37, '"K/1"', "pattern"),
    (3, 40, '"X1"', "pattern"),
    (3, 96, '"AA"', "down_payment"),
    (3, 114, "", "required"),
    (3, 114, "1", "lock"),
    (3, 115, "01102026", "tax_period"),
    (3, 116, "2026-10-01", "too_long"),
    (3, 117, "31022026", "calendar"),
    (3, 118, '"G"', "not_allowed"),
]


@pytest.mark.parametrize(("line", "column", "value", "code"), FIELDS)
def test_broken_field_is_caught(good, line, column, value, code):
    problems = check_stack(change(good, line, column, value), SKR03)
    if code is None:
        assert problems == []
        return
    assert code in {problem.code for problem in problems}
    assert {problem.line for problem in problems} & {line, 3}


WHOLE_FILE = [
    ("lf", lambda text: text.replace("\r\n", "\n"), "line_end"),
    ("one lf", lambda text: text.replace("\r\n", "\n", 1), "line_end"),
    ("no last line end", lambda text: text.removesuffix("\r\n"), "line_end"),
    ("lone cr", lambda text: text.replace("Sälbe", "Säl\rbe"), "control_character"),
    ("headings gone", lambda text: text.replace("Umsatz (ohne", "Betrag (ohne"), "headings"),
    (
        "heading order",
        lambda text: text.replace("Konto;Gegenkonto", "Gegenkonto;Konto"),
        "headings",
    ),
    ("column gone", lambda text: text.replace('"S";"";', '"S";', 1), "column_count"),
    ("column more", lambda text: text.replace('"S";"";', '"S";"";"";', 1), "column_count"),
    ("quotes gone", lambda text: text.replace('"RE1"', "RE1"), "quoting"),
    ("no rows", lambda text: "\r\n".join(text.split("\r\n")[:2]) + "\r\n", "no_rows"),
    ("header only", lambda text: text.split("\r\n")[0] + "\r\n", "too_short"),
    ("empty line", lambda text: text + "\r\n", "column_count"),
    ("semicolons instead of rows", lambda text: text + ";" * 124 + "\r\n", "required"),
]


@pytest.mark.parametrize(("name", "damage", "code"), WHOLE_FILE, ids=lambda value: str(value)[:20])
def test_broken_file_is_caught(good, name, damage, code):
    content = damage(good.decode("cp1252")).encode("cp1252")
    assert code in {problem.code for problem in check_stack(content, SKR03)}


def test_other_encodings_are_caught(good):
    text = good.decode("cp1252")
    for content in (
        text.encode("utf-8"),
        b"\xef\xbb\xbf" + text.encode("utf-8"),
        good.replace("ä".encode("cp1252"), b"\x81"),
    ):
        assert "encoding" in {problem.code for problem in check_stack(content, SKR03)}


def test_automatic_rules():
    rows = run([entry(1, invoice_lines([("8400", 100, OUT19)]))])
    both = change(rows.content, 3, 7, "8300")
    assert "two_automatic" in {problem.code for problem in check_stack(both, SKR03)}
    unknown = change(rows.content, 3, 8, "8315")
    assert "automatic_unknown" in {problem.code for problem in check_stack(unknown, SKR03)}
    assert check_stack(change(unknown, 3, 9, '"40"'), SKR03) == []


def test_file_names():
    for name in ("DTVF_x.csv", "EXTF_x.txt", "EXTF_" + "x" * 52 + ".csv", "stapel.csv"):
        assert [problem.code for problem in check_name(name)] == ["file_name"]


def test_every_required_column_is_missed(good):
    for columns, line in ((HEADER, 1), (BOOKING, 3)):
        for column in columns:
            if column.required:
                empty = '""' if column.quoted else ""
                problems = check_stack(change(good, line, column.nr, empty), SKR03)
                assert any(p.code == "required" and p.column == column.nr for p in problems)


def test_too_many_rows_are_cut_into_parts():
    entries = [entry(key, invoice_lines([("8400", key, OUT19)])) for key in range(1, 8)]
    booked = run(entries).booked
    files = make_files(booked, header(), (31, 12), limit=3)
    assert [len(file.entries) for file in files] == [3, 3, 1]
    assert [file.part for file in files] == [1, 2, 3]
    assert all(check_stack(file.content, SKR03) == [] for file in files)


def test_fiscal_year_that_is_not_the_calendar_year():
    booked = run([entry(1, invoice_lines([("8400", 1, OUT19)]))]).booked
    content = make_files(booked, header(), (30, 6))[0].content
    assert b";20260701;4;20261001;" in content
    early = replace(booked[0].entry, day=date(2026, 2, 3))
    assert DAY.month == 10
    rows = tuple(replace(row, day=early.day) for row in booked[0].rows)
    february = replace(booked[0], entry=early, rows=rows)
    first = replace(header(), first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))
    content = make_files([february], first, (28, 2))[0].content
    assert b";20250301;4;20260201;20260228;" in content
    assert check_stack(content, SKR03) == []
