# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The booking engine on single cases, and the proof that distrusts it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extf import gross
from extf.booking import TWO_AUTOMATIC, book
from extf.expand import NotExpandable, balances, expand
from extf.model import EntryLine
from extf.proof import prove
from extf.reader import UnreadableStack, read_stack
from extf.split import RowTax, split_amount, tax_on_top, tax_within
from extf.writer import write_stack

from .datev_ledger import (
    AUSTRIA,
    IN19,
    OUT7,
    OUT19,
    REVERSE,
    SKR03,
    SKR04,
    chart_of,
    entry,
    euro,
    header,
    invoice_lines,
    run,
    skr03,
)


def brief(booked):
    return [(str(row.amount), row.side, row.account, row.contra, row.key) for row in booked.rows]


def test_split_invoice_without_automatic():
    """Gross on a plain account with key, then the cost split as rows without tax."""
    outcome = run(
        [
            entry(1, invoice_lines([("4900", 1000, IN19)], counter="70001", sign=1)),
            entry(
                2,
                [
                    EntryLine("4900", euro(-1000)),
                    EntryLine("4910", euro(700)),
                    EntryLine("4930", euro(300)),
                ],
            ),
        ]
    )
    assert brief(outcome.booked[0]) == [("1190", "H", "70001", "4900", "9")]
    assert [row[4] for row in brief(outcome.booked[1])] == ["", ""]
    assert outcome.proof.holds


def test_split_with_automatic_lifts_it():
    outcome = run([entry(1, [EntryLine("8400", euro(1000)), EntryLine("2700", euro(-1000))])])
    assert brief(outcome.booked[0]) == [("1000", "H", "2700", "8400", "40")]
    assert outcome.proof.holds


def test_cent_difference_is_cut_away():
    lines = invoice_lines([("8400", 100, OUT19)])
    lines[2] = replace(lines[2], balance=euro("-19.01"))
    lines[0] = replace(lines[0], balance=euro("119.01"))
    booked = run([entry(1, lines)])
    assert booked.booked[0].mode == "gross"
    assert booked.booked[0].repaired
    assert booked.proof.holds


def test_tax_that_is_not_the_rate_is_booked_net():
    lines = invoice_lines([("8400", 100, OUT19)])
    lines[2] = replace(lines[2], balance=euro("-16.00"))
    lines[0] = replace(lines[0], balance=euro("116.00"))
    booked = run([entry(1, lines)]).booked[0]
    assert booked.mode == "net"
    assert booked.reasons[0].code == gross.AMOUNT_DIFFERS
    assert sorted(row.key for row in booked.rows) == ["", "40"]


@pytest.mark.parametrize(
    ("lines", "mode", "code"),
    [
        ([("8200", 100, AUSTRIA)], "net", gross.KEY_UNKNOWN),
        ([("8200", 100, AUSTRIA), ("8400", 5, OUT19)], "mixed", gross.KEY_UNKNOWN),
        ([("8400", 100, OUT7)], "net", gross.AUTOMATIC_DIFFERS),
        ([("8315", 100, OUT19)], "net", gross.AUTOMATIC_DIFFERS),
        ([("8200", 100, replace(OUT19, rate=Decimal(16)))], "net", gross.RATE_DIFFERS),
        ([("8200", 100, replace(OUT19, key="77"))], "net", gross.KEY_NOT_SAFE),
        ([("8200", 100, replace(OUT19, key="506"))], "net", gross.KEY_NOT_SAFE),
        ([("8200", 100, replace(OUT19, key="6501"))], "net", gross.KEY_NOT_SAFE),
        ([("8200", 100, replace(OUT19, key="95"))], "net", gross.KEY_NOT_SAFE),
        ([("8200", 100, replace(OUT19, key="401"))], "net", gross.KEY_NOT_SAFE),
    ],
)
def test_reasons_for_net_rows(lines, mode, code):
    outcome = run([entry(1, invoice_lines(lines))])
    assert outcome.booked[0].mode == mode
    assert code in {reason.code for reason in outcome.booked[0].reasons}
    assert outcome.proof.holds


def test_other_tax_account_is_booked_net():
    outcome = run([entry(1, invoice_lines([("8200", 100, OUT19)], tax_account={1: "1775"}))])
    assert outcome.booked[0].reasons[0].code == gross.TARGET_DIFFERS
    assert outcome.proof.holds


def test_two_taxes_on_a_line_are_booked_net():
    lines = invoice_lines([("8200", 100, OUT19)])
    lines[1] = replace(lines[1], taxes=(OUT19, AUSTRIA))
    assert run([entry(1, lines)]).booked[0].reasons[0].code == gross.SEVERAL_TAXES


def test_tax_without_base_is_said():
    lines = [EntryLine("1776", euro(5), tax_id=1), EntryLine("1200", euro(-5), counter=True)]
    booked = run([entry(1, lines)]).booked[0]
    assert booked.mode == "net"
    assert booked.reasons[0].code == gross.TAX_WITHOUT_BASE


def test_reverse_charge_has_explicit_tax_rows():
    lines = invoice_lines([("3425", 100, REVERSE)], counter="70001", sign=1)
    outcome = run([entry(1, lines)])
    assert outcome.booked[0].mode == "net"
    assert outcome.proof.holds
    assert not outcome.problems


def test_two_automatic_accounts_only_if_there_is_no_other_way():
    forced = run([entry(1, [EntryLine("8400", euro(5)), EntryLine("8300", euro(-5))])])
    assert forced.booked[0].reasons[0].code == TWO_AUTOMATIC
    assert brief(forced.booked[0])[0][4] == "40"
    avoidable = run(
        [
            entry(
                1,
                [
                    EntryLine("8400", euro(5)),
                    EntryLine("1200", euro(5)),
                    EntryLine("1360", euro(-5)),
                    EntryLine("8300", euro(-5)),
                ],
            )
        ]
    )
    assert not avoidable.booked[0].reasons


def test_invoice_of_zero_with_offsetting_rates_stays_gross():
    lines = invoice_lines([("8400", "10.70", OUT19), ("8300", "-11.90", OUT7)])
    assert lines[0].balance == 0
    outcome = run([entry(1, lines)])
    assert outcome.booked[0].mode == "gross"
    assert outcome.proof.holds


def test_entry_without_effect_has_no_rows():
    lines = [EntryLine("1200", euro(5)), EntryLine("1200", euro(-5))]
    assert book(entry(1, lines), SKR03).mode == "empty"
    assert book(entry(1, [EntryLine("1200", euro(0))]), SKR03).rows == ()


def test_unbalanced_or_fractional_entries_are_refused():
    with pytest.raises(ValueError, match="not balanced"):
        book(entry(1, [EntryLine("1200", euro(5))]), SKR03)
    half = Decimal("0.005")
    with pytest.raises(ValueError, match="fraction"):
        book(entry(1, [EntryLine("1200", half), EntryLine("1300", -half)]), SKR03)


def test_payment_is_cut_by_document():
    lines = [
        EntryLine("1200", euro(300), counter=True),
        EntryLine("10000", euro(-100), counter=True, document="RE1"),
        EntryLine("10000", euro(-150), counter=True, document="RE2"),
        EntryLine("10000", euro(-50), counter=True),
    ]
    rows = book(entry(9, lines), SKR03).rows
    assert [(str(row.amount), row.document) for row in rows] == [
        ("100", "RE1"),
        ("150", "RE2"),
        ("50", "RE9"),
    ]
    assert {(row.side, row.account, row.contra) for row in rows} == {("S", "1200", "10000")}


def test_longer_accounts():
    chart = chart_of(skr03.PRESET, 6)
    lines = invoice_lines([("840000", 100, OUT19)], tax_account={1: "177600"}, counter="1000000")
    outcome = run([entry(1, lines)], chart)
    assert outcome.booked[0].mode == "gross"
    assert not outcome.problems
    assert outcome.proof.holds


def test_skr04():
    lines = invoice_lines(
        [("4400", 100, OUT19), ("4200", 10, OUT7)], tax_account={1: "3806", 2: "3801"}
    )
    outcome = run([entry(1, lines)], SKR04)
    assert sorted(row[4] for row in brief(outcome.booked[0])) == ["", "2"]
    assert outcome.proof.holds


@pytest.mark.parametrize("rate", ["19", "7", "16", "5.5", "10.7"])
def test_tax_within_undoes_tax_on_top(rate):
    for net in range(1, 3_000):
        tax = tax_on_top(net, Decimal(rate))
        assert tax_within(net + tax, Decimal(rate)) == tax


def test_split_sums_are_exact():
    rate = Decimal(19)
    for gross_cents in (1190, 11900, 99999):
        natural = tax_within(gross_cents, rate)
        for shift in range(-4, 5):
            parts = split_amount(gross_cents, natural + shift, RowTax(rate))
            assert parts is not None
            assert sum(parts) == gross_cents
            assert sum(tax_within(part, rate) for part in parts) == natural + shift
    assert split_amount(100, 90, RowTax(rate)) is None


# The proof itself is put to the test: a file that is wrong by a cent must not pass.


def ledger_of(item):
    sums = {}
    for line in item.lines:
        sums[item.key, line.account] = sums.get((item.key, line.account), 0) + line.balance
    return {place: amount for place, amount in sums.items() if amount}


CASES = {
    "gross": invoice_lines([("8400", 100, OUT19)]),
    "key": invoice_lines([("8200", 100, OUT19)]),
    "net": invoice_lines([("8400", 100, OUT7)]),
    "purchase": invoice_lines([("3400", 100, IN19)], counter="70001", sign=1),
    "payment": [EntryLine("1200", euro(100), counter=True), EntryLine("10000", euro(-100))],
}
DAMAGES = {
    "cent": lambda row: replace(row, amount=row.amount + Decimal("0.01")),
    "side": lambda row: replace(row, side="H" if row.side == "S" else "S"),
    "account": lambda row: replace(row, account="10999"),
    "contra": lambda row: replace(row, contra="4970"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_proof_catches_damage_and_names_the_entry(case, damage):
    good, bad = entry(1, CASES["gross"]), entry(2, CASES[case])
    rows = [*book(good, SKR03).rows, *book(bad, SKR03).rows]
    rows[-1] = DAMAGES[damage](rows[-1])
    owner = {number: row.entry for number, row in enumerate(rows, start=3)}
    stack = read_stack(write_stack(header(), rows))
    file = balances(expand(stack, SKR03), owner.__getitem__)
    proof = prove(ledger_of(good) | ledger_of(bad), file)
    assert not proof.holds
    assert {difference.entry for difference in proof.differences} == {2}


def test_missing_row_is_caught():
    item = entry(1, invoice_lines([("8400", 100, OUT19), ("8300", 5, OUT7)]))
    rows = book(item, SKR03).rows[:1]
    stack = read_stack(write_stack(header(), rows))
    assert not prove(ledger_of(item), balances(expand(stack, SKR03), lambda line: 1)).holds


def test_what_datev_refuses_is_not_expanded():
    rows = book(entry(1, CASES["gross"]), SKR03).rows
    for change in ({"key": "3"}, {"account": "8300"}, {"contra": "8315"}, {"key": "77"}):
        damaged = [replace(rows[0], **change)]
        with pytest.raises(NotExpandable):
            list(expand(read_stack(write_stack(header(), damaged)), SKR03))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("119,00", "119.00"),
        lambda text: text.replace('"S"', '"X"', 1),
        lambda text: text.replace('"EXTF"', '"DTVF"'),
        lambda text: text.replace(";0510;", ";3202;"),
        lambda text: text.replace('"S";"";', '"S";', 1),
        lambda text: text.replace('"S";"";;;', '"S";"USD";;;', 1),
        lambda text: text.replace("20261001", "2026-1-1"),
        lambda text: "",
    ],
)
def test_reader_refuses_what_it_does_not_understand(damage):
    content = run([entry(1, CASES["gross"])]).content
    with pytest.raises(UnreadableStack):
        read_stack(damage(content.decode("cp1252")).encode("cp1252"))


def test_service_date_and_due_date_are_written():
    item = replace(entry(1, CASES["gross"]), service_day=date(2026, 9, 30))
    content = write_stack(header(), book(item, SKR03).rows).decode("cp1252")
    assert ";0;30092026;30092026;04112026;" in content
