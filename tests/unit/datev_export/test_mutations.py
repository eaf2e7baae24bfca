# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Broken files of every kind: each rule of the checker is broken at least once and caught."""

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import extf
from extf.check_master import check_master
from extf.checker import check_name, check_stack
from extf.master import (
    AccountRecord,
    PartnerRecord,
    TermRecord,
    account_values,
    partner_values,
    term_values,
    write_master,
)
from extf.model import BookingRow
from extf.spec_master import ACCOUNTS, PARTNERS, PAYMENT_TERMS
from extf.writer import write_stack

from .datev_ledger import DAY, SKR03, header

LINE_END = "\r\n"
BASE = BookingRow(1, Decimal(119), "S", "10000", "8400", DAY, document="RE1", text="Sälbe")
PAYMENT = BookingRow(2, Decimal("116.62"), "S", "1200", "10000", DAY, document="RE1")
DOLLARS = BookingRow(
    3,
    Decimal("123.86"),
    "S",
    "10000",
    "8200",
    DAY,
    currency="GBP",
    foreign=Decimal("102.80"),
    rate=Decimal("0.83"),
)
STATE = BookingRow(
    4, Decimal(120), "S", "10000", "8200", DAY, key="240", vat_id="AT", eu_rate=Decimal(20)
)
DUE = BookingRow(5, Decimal(5), "S", "10000", "8400", DAY, due=date(2026, 11, 4))
GUID = "0b6d5cb4-2f2c-4a53-9a53-5f1c5b0a6f10"
FULL = BookingRow(
    6,
    Decimal(7),
    "H",
    "70000",
    "4930",
    DAY,
    key="9",
    cost=("Filiale 1", "P7"),
    link=GUID,
    reversal=True,
    service_day=date(2026, 9, 30),
)
ROWS = [BASE, PAYMENT, DOLLARS, STATE, DUE, FULL]
BASE_LINE, PAYMENT_LINE, DOLLAR_LINE, STATE_LINE, DUE_LINE, FULL_LINE = range(3, 9)
PARTNER = PartnerRecord(
    "10000",
    "Drogerie Müller",
    street="Hauptstraße 1",
    postcode="10115",
    city="Berlin",
    country="DE",
    vat="ATU12345678",
    phone="+49 30 1",
    iban="DE02 1203 0000 0000 2020 51",
    bic="BYLADEM1001",
    term=TermRecord(0, "14 Tage", 14, Decimal(2), 7),
)
SUPPLIER = PartnerRecord("70000", "Erika Muster", company=False)


def change(content: bytes, *changes: tuple[int, int, str]) -> bytes:
    """The file with raw fields (quotes and all) replaced: (line, column, value)."""
    lines = content.decode("cp1252").split(LINE_END)
    for line, column, value in changes:
        fields = lines[line - 1].split(";")
        fields[column - 1] = value
        lines[line - 1] = ";".join(fields)
    return LINE_END.join(lines).encode("cp1252", "replace")


def master(kind) -> bytes:
    replaced: dict[str, str] = {}
    rows = {
        PARTNERS: [partner_values(record, replaced) for record in (PARTNER, SUPPLIER)],
        ACCOUNTS: [
            account_values(AccountRecord(number, name), replaced)
            for number, name in (("8400", "Erlöse 19 %"), ("8300", "Erlöse, ermäßigt " * 3))
        ],
        PAYMENT_TERMS: [
            term_values(TermRecord(1, "14 Tage 2 %, 30 netto", 30, Decimal(2), 14), replaced)
        ],
    }
    return write_master(kind, header(), rows[kind])


STACK = write_stack(header(), ROWS)
STACK_MUTATIONS = [
    # code, changes of (line, column, raw value)
    ("not_allowed", (1, 1, '"DTVF"')),
    ("not_empty", (1, 7, "x")),
    ("consultant", (1, 11, "1000")),
    ("client", (1, 12, "0")),
    ("fiscal_year", (1, 13, "20270101")),
    ("calendar", (1, 15, "20260231")),
    ("calendar_year", (1, 16, "20270131")),
    ("period", (1, 16, "20260901")),
    ("pattern", (1, 17, '"Oktober (neu)"')),
    ("required", (1, 21, "")),
    ("lock", (1, 21, "1")),
    ("quoting", (1, 22, "EUR")),
    ("header_length", (1, 9, '"' + "x" * 1000 + '"')),
    ("zero", (BASE_LINE, 4, "0,00")),
    ("too_long", (BASE_LINE, 14, '"' + "x" * 61 + '"')),
    ("formula", (BASE_LINE, 14, '"=SUMME(A1)"')),
    ("same_account", (BASE_LINE, 8, "10000")),
    ("account_length", (BASE_LINE, 7, "100000")),
    ("key_on_automatic", (BASE_LINE, 9, '"3"')),
    ("two_automatic", (BASE_LINE, 7, "8300")),
    ("automatic_unknown", (BASE_LINE, 8, "8315")),
    ("outside_period", (BASE_LINE, 10, "3009")),
    ("calendar", (BASE_LINE, 10, "3109")),
    ("pair", (BASE_LINE, 21, '"Art"')),
    ("pair", (BASE_LINE, 49, '"Inhalt"')),
    ("too_long", (BASE_LINE, 21, '"' + "x" * 21 + '"')),
    ("lock", (BASE_LINE, 114, "1")),
    ("required", (BASE_LINE, 114, "")),
    ("mandate", (PAYMENT_LINE, 17, "100")),
    ("down_payment", (BASE_LINE, 96, '"AA"')),
    ("down_payment", (BASE_LINE, 101, "8400")),
    ("base_amount", (DOLLAR_LINE, 6, '""')),
    ("base_currency", (DOLLAR_LINE, 6, '"USD"')),
    ("rate", (DOLLAR_LINE, 3, '""')),
    ("rate", (DOLLAR_LINE, 4, ""), (DOLLAR_LINE, 5, ""), (DOLLAR_LINE, 6, '""')),
    ("rate_amount", (DOLLAR_LINE, 4, "1,000000")),
    ("state_rate", (STATE_LINE, 41, "")),
    ("state_rate", (STATE_LINE, 40, '""')),
    ("eu_state", (STATE_LINE, 40, '"CH"')),
    ("rate_key", (STATE_LINE, 9, '"9"')),
    ("key_rate", (STATE_LINE, 9, '"400"'), (STATE_LINE, 119, "")),
    ("rate_twice", (STATE_LINE, 119, "10,00")),
    ("state_twice", (STATE_LINE, 120, '"FR"')),
    ("vat_number", (STATE_LINE, 9, '"11"')),
    ("state", (BASE_LINE, 124, "20,00")),
    ("facts", (FULL_LINE, 44, "190")),
    ("function_key", (FULL_LINE, 45, "1")),
    ("discount", (DUE_LINE, 13, "2,38")),
    ("discount_kind", (PAYMENT_LINE, 94, "1")),
    ("no_open_item", (DUE_LINE, 7, "1200")),
    ("due_twice", (DUE_LINE, 12, '"041126"')),
    ("tax_period", (FULL_LINE, 116, "")),
    ("calendar", (DUE_LINE, 117, "31022026")),
    ("pattern", (FULL_LINE, 20, '"BEDI ' + GUID + '"')),
    ("pattern", (FULL_LINE, 37, '"K/1"')),
    ("not_allowed", (FULL_LINE, 118, '"G"')),
]
WHOLE = [
    ("line_end", lambda text: text.replace("\r\n", "\n")),
    ("line_end", lambda text: text.removesuffix("\r\n")),
    ("control_character", lambda text: text.replace("Sälbe", "Säl\rbe")),
    ("headings", lambda text: text.replace("Konto;Gegenkonto", "Gegenkonto;Konto")),
    ("column_count", lambda text: text.replace('"S";"";', '"S";', 1)),
    ("no_rows", lambda text: "\r\n".join(text.split("\r\n")[:2]) + "\r\n"),
    ("too_short", lambda text: text.split("\r\n")[0] + "\r\n"),
]
MASTER_MUTATIONS = [
    (PARTNERS, "account_length", (3, 1, "1000")),
    (PARTNERS, "twice", (4, 1, "10000")),
    (PARTNERS, "name_fields", (3, 4, '"Müller"')),
    (PARTNERS, "eu_state", (3, 9, '""')),
    (PARTNERS, "vat_prefix", (3, 10, '"ATU12345678"')),
    (PARTNERS, "iban", (3, 45, '"DE03120300000000202051"')),
    (PARTNERS, "main_bank", (3, 60, '"1"')),
    (PARTNERS, "other_side", (4, 110, "14")),
    (PARTNERS, "other_side", (3, 112, "14")),
    (PARTNERS, "formula", (3, 29, '"+49 30 1"')),
    (PARTNERS, "pattern", (3, 18, '"A-1010"')),
    (PARTNERS, "not_empty", (1, 15, "20261001")),
    (PARTNERS, "not_empty", (1, 21, "0")),
    (ACCOUNTS, "account_length", (3, 1, "84000")),
    (ACCOUNTS, "twice", (4, 1, "8400")),
    (ACCOUNTS, "not_allowed", (3, 3, '"en-US"')),
    (PAYMENT_TERMS, "twice", (3, 1, "0")),
]


def codes_of(problems) -> set[str]:
    return {problem.code for problem in problems}


def test_good_files_raise_nothing():
    assert check_stack(STACK, SKR03) == []
    for kind in (PARTNERS, ACCOUNTS, PAYMENT_TERMS):
        assert check_master(master(kind), kind) == []
    assert check_name("EXTF_Buchungsstapel_202610.csv") == []


@pytest.mark.parametrize("mutation", STACK_MUTATIONS, ids=lambda item: str(item)[:40])
def test_broken_booking_file_is_caught(mutation):
    code, *changes = mutation
    problems = check_stack(change(STACK, *changes), SKR03)
    assert code in codes_of(problems)
    assert changes[0][0] in {problem.line for problem in problems} or changes[0][0] == 1


@pytest.mark.parametrize(("code", "damage"), WHOLE, ids=lambda item: str(item)[:20])
def test_broken_lines_are_caught(code, damage):
    content = damage(STACK.decode("cp1252")).encode("cp1252")
    assert code in codes_of(check_stack(content, SKR03))


@pytest.mark.parametrize(("kind", "code", "place"), MASTER_MUTATIONS, ids=lambda i: str(i)[:25])
def test_broken_master_file_is_caught(kind, code, place):
    content = change(master(kind), place)
    if kind is PAYMENT_TERMS:
        first = master(kind).decode("cp1252")
        content = (first + first.split(LINE_END)[2] + LINE_END).encode("cp1252")
    assert code in codes_of(check_master(content, kind))


def test_too_many_rows_are_caught(monkeypatch):
    monkeypatch.setattr("extf.checker.MAX_ROWS", len(ROWS))
    assert check_stack(STACK, SKR03) == []
    more = STACK + STACK.splitlines(keepends=True)[2]
    assert codes_of(check_stack(more, SKR03)) == {"too_many_rows"}


def test_broken_encoding_is_caught():
    text = STACK.decode("cp1252")
    for content in (
        text.encode("utf-8"),
        b"\xef\xbb\xbf" + text.encode("utf-8"),
        STACK.replace("ä".encode("cp1252"), b"\x81"),
    ):
        assert "encoding" in codes_of(check_stack(content, SKR03))


def test_every_rule_is_broken_at_least_once():
    """The codes in the source of the checker are those of the mutations above."""
    tested = {code for code, *_changes in (*STACK_MUTATIONS, *WHOLE)}
    tested |= {code for _kind, code, _place in MASTER_MUTATIONS}
    tested |= {"encoding", "file_name", "too_many_rows"}
    assert len(STACK_MUTATIONS) + len(WHOLE) + len(MASTER_MUTATIONS) > 40
    assert codes_in_source() == tested


def codes_in_source() -> set[str]:
    """Second or third argument of each report of a problem, and the tables of rules."""
    found = set()
    for name in ("checker", "rules", "check_master"):
        tree = ast.parse((Path(extf.__file__).parent / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = {"wrong": 1, "Problem": 2, "_problem": 2}.get(node.func.id)
                if node.func.id == "wrong" and name == "checker":
                    place = 0
                if place is not None and isinstance(node.args[place], ast.Constant):
                    found.add(node.args[place].value)
            elif isinstance(node, ast.Tuple) and len(node.elts) == 4:
                code = node.elts[2]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.add(code.value)
    return found
