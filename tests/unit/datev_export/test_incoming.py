# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The way back: what we write comes back as entries; what is broken is refused by line."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extf.chart import Chart
from extf.drafts import account_balances, entries_of, obstacle
from extf.incoming import HEADINGS, IncomingError, read_incoming

from .datev_ledger import SKR03, run
from .random_company import KINDS, make_company

HEAD = (
    '"EXTF";700;21;"Buchungsstapel";12;20261103080000000;;"KR";"";"";1001;456;20260101;4;'
    '20261001;20261031;"Abschluss";"";1;0;0;"EUR";;"";;;"03";;;"";""'
)
COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Basis-Umsatz;"
    "WKZ Basis-Umsatz;Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;"
    "Belegfeld 1;Belegfeld 2;Skonto;Buchungstext"
)
GOOD = '100,00;"S";"";;;"";4930;1200;"";0510;"A1";"";;"Büro"'


def stack(*rows, head=HEAD, columns=COLUMNS, encoding="cp1252"):
    return "".join(line + "\r\n" for line in (head, columns, *rows)).encode(encoding)


def ledger_sums(company):
    sums = defaultdict(Decimal)
    for entry in company.entries:
        for line in entry.lines:
            sums[line.account] += line.balance
    return {account: amount for account, amount in sums.items() if amount}


def draft_sums(drafts):
    sums = {name: debit - credit for name, (debit, credit) in account_balances(drafts).items()}
    return {account: amount for account, amount in sums.items() if amount}


def in_other_order(content: bytes, rng: Random) -> bytes:
    """The same file as another program writes it: columns shuffled, some left out, UTF-8."""
    lines = list(csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";"))
    order = list(range(len(lines[1])))
    rng.shuffle(order)
    known = {name for names in HEADINGS.values() for name in names}
    order = [i for i in order if lines[1][i].lower() in known or rng.random() < 0.5]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerows([lines[0], *([line[i] for i in order] for line in lines[1:])])
    return out.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "cp1252"]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
def test_what_we_export_comes_back_with_the_same_sums(seed, kinds):
    company = make_company(seed)
    for kind in kinds:
        KINDS[kind](company)
    content = run(company.entries, company.chart).content
    read = read_incoming(in_other_order(content, Random(seed)))
    assert not [row for row in read.rows if obstacle(row, company.chart)]
    drafts = entries_of(read.rows, company.chart, {})
    for draft in drafts:
        assert sum(line.balance for line in draft.lines) == 0
        assert all(line.balance * line.foreign >= 0 for line in draft.lines)
        for currency in {line.currency for line in draft.lines}:
            same = [line.foreign for line in draft.lines if line.currency == currency]
            assert sum(same) == 0
    sums = draft_sums(drafts)
    # Opening balances go through accounts that carry them, which are empty in the end.
    carried = [sums.pop(number, Decimal(0)) for number in company.chart.carriers]
    assert sum(carried) == 0
    assert sums == ledger_sums(company)
    assert sorted(n for draft in drafts for n in draft.rows) == [r.row.line for r in read.rows]


def test_rows_of_one_document_and_day_are_one_entry():
    read = read_incoming(
        stack(
            GOOD,
            '50,00;"S";"";;;"";4920;1200;"";0510;"A1";"";;"Porto"',
            '1,00;"S";"";;;"";4930;1200;"";610;"A1";"";;"Tag danach"',
            '2,00;"S";"";;;"";4930;1200;"";0610;"";"";;"ohne Nummer"',
            '3,00;"S";"";;;"";4930;1200;"";0610;"";"";;"ohne Nummer"',
        )
    )
    drafts = entries_of(read.rows, SKR03, {})
    assert [(draft.day.day, draft.rows) for draft in drafts] == [
        (5, (3, 4)),
        (6, (5,)),
        (6, (6,)),
        (6, (7,)),
    ]
    assert draft_sums(drafts)["1200"] == Decimal("-156.00")


def test_foreign_currency_with_base_amount_or_rate():
    rows = (
        '102,80;"S";"GBP";0,830000;123,86;"EUR";10000;8200;"";0510;"A1";"";;"x"',
        '102,80;"H";"GBP";0,83;;"";10000;8400;"";0510;"A2";"";;"x"',
    )
    read = read_incoming(stack(*rows))
    first, second = entries_of(read.rows, SKR03, {})
    assert [(line.balance, line.foreign) for line in first.lines] == [
        (Decimal("123.86"), Decimal("102.80")),
        (Decimal("-123.86"), Decimal("-102.80")),
    ]
    assert sum(line.foreign for line in second.lines) == 0
    # 123.86 / 1.19 * 0.19 = 19.776, and as much of the pounds
    taxes = {line.account: (line.balance, line.foreign) for line in second.lines}
    assert taxes["1776"] == (Decimal("19.78"), Decimal("16.42"))


def test_written_by_other_programs():
    dtvf = stack(GOOD, "1;H;;;;;930;1200;;101;;;;", head=HEAD.replace("EXTF", "DTVF"))
    with pytest.raises(IncomingError, match="4: day '101'"):
        read_incoming(dtvf)
    january = HEAD.replace("20261001", "20260101")
    read = read_incoming(stack("1;H;;;;;930;1200;;101;;;;", head=january))
    assert (read.rows[0].row.account, read.rows[0].row.day) == ("0930", date(2026, 1, 1))
    for text in ("Łódź ₂", "Büro"):
        content = stack(GOOD.replace("Büro", text), encoding="utf-8")
        assert read_incoming(content).rows[0].text == text
    assert read_incoming(stack(GOOD)).rows[0].text == "Büro"


FAULTS = {
    "empty": (b"", 1, "not_a_stack"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), None, None),
    "other category": (stack(GOOD, head=HEAD.replace(";21;", ";16;")), 1, "category"),
    "old header": (stack(GOOD, head=HEAD.replace(";700;", ";510;")), 1, "header_version"),
    "header date": (stack(GOOD, head=HEAD.replace("20261031", "20261131")), 1, "header_date"),
    "header number": (stack(GOOD, head=HEAD.replace(";456;", ";4x6;")), 1, "header_number"),
    "period backwards": (stack(GOOD, head=HEAD.replace("20261031", "20260931")), 1, "header_date"),
    "years": (stack(GOOD, head=HEAD.replace("20261031", "20281031")), 1, "period"),
    "no headings": (stack(GOOD, columns="a;b;c"), 2, "heading_missing"),
    "heading twice": (stack(GOOD, columns=COLUMNS + ";Konto"), 2, "heading_twice"),
    "no rows": (stack(), 0, "no_rows"),
    "short row": (stack(GOOD, '100,00;"S"'), 4, "width"),
    "long row": (stack(GOOD + ";1"), 3, "width"),
    "open quote": (stack(GOOD, GOOD, '100,00;"S;"";;;'), 5, "quotes"),
    "negative": (stack(GOOD.replace("100,00", "-1,00")), 3, "amount"),
    "zero": (stack(GOOD.replace("100,00", "0,00")), 3, "amount"),
    "dot": (stack(GOOD.replace("100,00", "1.000,00")), 3, "amount"),
    "too large": (stack(GOOD.replace("100,00", "12345678901,00")), 3, "amount"),
    "other digits": (stack(GOOD.replace("100,00", "١٠٠,00"), encoding="utf-8"), 3, "amount"),
    "side": (stack(GOOD.replace('"S"', '"D"')), 3, "side"),
    "account": (stack(GOOD.replace("4930", "49a0")), 3, "account"),
    "account too long": (stack(GOOD.replace("4930", "493000")), 3, "account"),
    "account zero": (stack(GOOD.replace("4930", "0000")), 3, "account"),
    "day": (stack(GOOD.replace("0510", "3102")), 3, "day"),
    "outside the period": (stack(GOOD.replace("0510", "0511")), 3, "day"),
    "key": (stack(GOOD.replace('"";0510', '"4711x";0510')), 3, "key"),
    "currency": (stack(GOOD.replace('"S";""', '"S";"€"')), 3, "currency"),
    "no rate": (stack(GOOD.replace('"S";""', '"S";"USD"')), 3, "base_amount"),
    "undefined byte": (stack(GOOD).replace(b"B\xfcro", b"B\xfc\x81"), 3, "encoding"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_broken_files_are_refused_by_line(name):
    content, line, code = FAULTS[name]
    with pytest.raises(IncomingError) as caught:
        read_incoming(content)
    if code:
        assert (caught.value.faults[0].line, caught.value.faults[0].code) == (line, code)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_is_read_or_refused(data):
    """No other exception than ours, whatever the bytes are."""
    content = bytearray(stack(GOOD, GOOD))
    for _hit in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        read = read_incoming(bytes(content))
    except IncomingError as error:
        assert error.faults
    else:
        assert read.rows


@pytest.mark.parametrize(
    ("row", "code", "value"),
    [
        (GOOD.replace('"";0510', '"4711";0510'), "key_unknown", "4711"),
        (GOOD.replace("4930", "8315"), "automatic_unknown", "8315"),
        (GOOD.replace("4930", "8400").replace('"";0510', '"3";0510'), "key_on_automatic", "8400"),
        (GOOD.replace('"";0510', '"240";0510'), "state_missing", "240"),
        (GOOD.replace("4930", "8400").replace("1200", "8300"), "two_automatic", "8300"),
        (GOOD.replace('"A1";"";', '"A1";"";2,38'), "discount", ""),
    ],
)
def test_obstacles(row, code, value):
    found = obstacle(read_incoming(stack(row)).rows[0], SKR03)
    assert (found.code, found.value) == (code, value)


def test_no_obstacle_where_nothing_is_automatic():
    assert obstacle(read_incoming(stack(GOOD)).rows[0], Chart(4)) is None
