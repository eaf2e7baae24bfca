# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A small ledger for the tests: charts, entries and the whole way to a proof."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from extf import skr03, skr04
from extf.booking import book
from extf.chart import FREE_RULE, TAX_FREE, UNKNOWN, Chart, lengthen
from extf.checker import check_stack
from extf.expand import balances, expand
from extf.model import BookedEntry, Entry, EntryLine, LineTax, StackHeader
from extf.proof import Proof, fold_carried, prove
from extf.reader import read_stack
from extf.writer import write_stack

DAY = date(2026, 10, 5)


def chart_of(preset, length: int = 4) -> Chart:
    keys = preset.key_rules(length)
    automatic = {}
    for account, key in preset.automatic_keys().items():
        rule = {TAX_FREE: FREE_RULE, UNKNOWN: None}.get(key, keys.get(key))
        automatic[lengthen(account, length)] = rule
    return Chart(length, keys, automatic)


SKR03 = chart_of(skr03.PRESET)
SKR04 = chart_of(skr04.PRESET)

OUT19 = LineTax(1, "19% USt", Decimal(19), "3")
OUT7 = LineTax(2, "7% USt", Decimal(7), "2")
IN19 = LineTax(3, "19% VSt", Decimal(19), "9")
IN7 = LineTax(4, "7% VSt", Decimal(7), "8")
FREE = LineTax(5, "0% EU", Decimal(0))
AUSTRIA = LineTax(6, "20% AT", Decimal(20))
REVERSE = LineTax(7, "19% 13b", Decimal(19))
TAX_ACCOUNT_03 = {1: "1776", 2: "1771", 3: "1576", 4: "1571", 6: "1767"}


def euro(value) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def header(**changes) -> StackHeader:
    values = {
        "consultant": 1001,
        "client": 456,
        "fiscal_year_start": date(2026, 1, 1),
        "account_length": 4,
        "first_day": date(2026, 10, 1),
        "last_day": date(2026, 10, 31),
        "locked": False,
        "chart": "03",
        "label": "Oktober 2026",
        "stamp": "20261103080000000",
    }
    return StackHeader(**(values | changes))


def invoice_lines(
    lines, tax_account=None, counter="10000", per_line=True, sign=-1
) -> list[EntryLine]:
    """Ledger lines of an invoice: `lines` are (account, net, tax); `sign` -1 for sales."""
    tax_account = tax_account or TAX_ACCOUNT_03
    ledger, taxes = [], defaultdict(Decimal)
    for account, net, tax in lines:
        ledger.append(EntryLine(account, sign * euro(net), (tax,) if tax else ()))
        if tax and tax.rate:
            amount = euro(net) * tax.rate / 100
            taxes[tax] += euro(amount) if per_line else amount
    for tax, amount in taxes.items():
        if tax is REVERSE:
            ledger.append(EntryLine("1577", sign * euro(amount), tax_id=tax.id))
            ledger.append(EntryLine("1787", -sign * euro(amount), tax_id=tax.id))
        else:
            ledger.append(EntryLine(tax_account[tax.id], sign * euro(amount), tax_id=tax.id))
    total = -sum(line.balance for line in ledger)
    return [EntryLine(counter, total, counter=True, due=date(2026, 11, 4)), *ledger]


def entry(key, lines, **values) -> Entry:
    given = {"day": DAY, "document": f"RE{key}", "text": f"Buchung {key}"} | values
    return Entry(key, lines=tuple(lines), **given)


@dataclass(frozen=True)
class Outcome:
    booked: tuple[BookedEntry, ...]
    content: bytes
    problems: list
    proof: Proof


def ledger_balances(entries) -> dict[tuple[int, str], Decimal]:
    """Balance per entry and account."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for item in entries:
        for line in item.lines:
            sums[item.key, line.account] += line.balance
    return {place: amount for place, amount in sums.items() if amount}


def prove_rows(entries, rows, content: bytes, chart: Chart) -> Proof:
    """Read `content` back and compare it with the ledger; `rows` name the entries."""
    owner = {number: row.entry for number, row in enumerate(rows, start=3)}
    file = balances(expand(read_stack(content), chart), owner.__getitem__)
    carriers = chart.carriers
    return prove(fold_carried(ledger_balances(entries), carriers), fold_carried(file, carriers))


def run(entries, chart: Chart = SKR03, **header_values) -> Outcome:
    """Book, write, check, read back, expand and prove."""
    booked = tuple(book(item, chart) for item in entries)
    rows = [row for item in booked for row in item.rows]
    content = write_stack(header(account_length=chart.account_length, **header_values), rows)
    problems = check_stack(content, chart) if rows else []
    return Outcome(booked, content, problems, prove_rows(entries, rows, content, chart))
