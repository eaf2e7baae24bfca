# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Bookings as an accountant would write them down, and the complaints other exports got.

Each case shows the rows; that they are proven and pass the checker goes without saying.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from extf import gross
from extf.chart import Chart, lengthen
from extf.model import OPENING, YEAR_END, CostShare, EntryLine, LineTax
from extf.reader import read_stack
from extf.stacks import make_files
from extf.writer import write_stack

from .datev_ledger import (
    FREE,
    IN19,
    OUT7,
    OUT19,
    SKR03,
    SKR04,
    chart_of,
    entry,
    euro,
    header,
    invoice_lines,
    prove_rows,
    run,
    skr03,
)

BUILDING = LineTax(7, "19% § 13b", Decimal(19), "94")
AUSTRIA = LineTax(8, "20% AT", Decimal(20), "240", "AT")
FRANCE = LineTax(9, "5,5% FR", Decimal("5.5"), "240", "FR")


def columns(outcome, *numbers: int) -> list[tuple[str, ...]]:
    """Raw fields of each row, quotes and all."""
    lines = outcome.content.decode("cp1252").split("\r\n")[2:-1]
    return [tuple(line.split(";")[number - 1] for number in numbers) for line in lines]


def proven(entries, chart: Chart = SKR03):
    outcome = run(entries, chart)
    assert not outcome.problems, outcome.problems[:3]
    assert outcome.proof.holds, outcome.proof.differences[:3]
    return outcome


def rows(outcome) -> list[tuple[str, ...]]:
    """(amount, side, account, contra, key)."""
    return columns(outcome, 1, 2, 7, 8, 9)


def dollars(account: str, balance, foreign, **values) -> EntryLine:
    return EntryLine(
        account, euro(balance), currency="USD", foreign=Decimal(str(foreign)), **values
    )


# The worked cases of the format, with data of our own.


def test_gross_with_key_and_the_cost_split_afterwards():
    bill = invoice_lines([("4900", 1000, IN19)], counter="70001", sign=1)
    split = [
        EntryLine("4900", euro(-1000)),
        EntryLine("4910", euro(700)),
        EntryLine("4930", euro(300)),
    ]
    assert rows(proven([entry(1, bill), entry(2, split)])) == [
        ("1190,00", '"H"', "70001", "4900", '"9"'),
        ("700,00", '"S"', "4910", "4900", '""'),
        ("300,00", '"S"', "4930", "4900", '""'),
    ]


def test_split_on_an_automatic_account_lifts_the_automatic():
    split = [
        EntryLine("8400", euro(1000)),
        EntryLine("2700", euro(-700)),
        EntryLine("2710", euro(-300)),
    ]
    assert rows(proven([entry(1, split)])) == [
        ("700,00", '"H"', "2700", "8400", '"40"'),
        ("300,00", '"H"', "2710", "8400", '"40"'),
    ]


def discount_payment() -> list[EntryLine]:
    """119,00 paid with 2 % off: 116,62 on the bank, 2,38 of discount with 0,38 of tax."""
    return [
        EntryLine("1200", euro("116.62"), counter=True),
        EntryLine("8736", euro(2), (OUT19,)),
        EntryLine("1776", euro("0.38"), tax_id=OUT19.id),
        EntryLine("10000", euro(-119), counter=True, document="RE1"),
    ]


def test_payment_with_cash_discount():
    outcome = proven([entry(2, discount_payment())])
    assert sorted(columns(outcome, 1, 2, 7, 8, 9, 11)) == [
        ("116,62", '"S"', "1200", "10000", '""', '"RE1"'),
        ("2,38", '"H"', "10000", "8736", '""', '"RE1"'),
    ]


def test_generalumkehr_shows_the_side_of_the_original():
    lines = invoice_lines([("8200", 100, OUT19)])
    back = [replace(line, balance=-line.balance, due=None) for line in lines]
    outcome = proven([entry(1, lines), entry(2, back, document="RE1", reversal=True)])
    original, turned = columns(outcome, 1, 2, 7, 8, 9, 11)
    assert original == turned
    assert columns(outcome, 118) == [('""',), ('"1"',)]
    assert [row.sign for row in read_stack(outcome.content).rows] == [1, -1]


def test_foreign_currency_names_amount_rate_and_euro():
    lines = [
        replace(dollars("10000", "123.86", "102.80", counter=True), currency="GBP"),
        replace(dollars("8125", "-123.86", "-102.80", taxes=(FREE,)), currency="GBP"),
    ]
    assert columns(proven([entry(1, lines)]), 1, 3, 4, 5, 6) == [
        ("102,80", '"GBP"', "0,829969", "123,86", '"EUR"')
    ]


def test_reverse_charge_is_one_row_of_the_net_amount():
    lines = [
        EntryLine("3100", euro(1000), (BUILDING,)),
        EntryLine("1577", euro(190), tax_id=BUILDING.id),
        EntryLine("1787", euro(-190), tax_id=BUILDING.id),
        EntryLine("70001", euro(-1000), counter=True),
    ]
    outcome = proven([entry(1, lines)])
    assert rows(outcome) == [("1000,00", '"H"', "70001", "3100", '"94"')]
    assert outcome.booked[0].mode == "gross"


def test_reverse_charge_rounded_otherwise_is_cut_to_the_cent():
    """Ten lines of 0,13: 0,02 of tax each in the ledger, 0,25 on the sum."""
    lines = [EntryLine("3100", euro("0.13"), (BUILDING,)) for _line in range(10)]
    lines += [
        EntryLine("1577", euro("0.20"), tax_id=BUILDING.id),
        EntryLine("1787", euro("-0.20"), tax_id=BUILDING.id),
        EntryLine("70001", euro("-1.30"), counter=True),
    ]
    booked = proven([entry(1, lines)]).booked[0]
    assert booked.mode == "gross"
    assert booked.repaired


def test_service_date_in_another_month_names_the_tax_period():
    lines = invoice_lines([("8400", 100, OUT19)])
    outcome = proven([entry(1, lines, service_day=date(2026, 9, 30))])
    assert columns(outcome, 115, 116) == [("30092026", "30092026")]


def test_down_payment_and_final_invoice():
    advance = invoice_lines([("1718", 100, OUT19)])
    final = invoice_lines([("8400", 500, OUT19), ("1718", -100, OUT19)])
    assert rows(proven([entry(1, advance), entry(2, final)])) == [
        ("119,00", '"S"', "10000", "1718", '""'),
        ("119,00", '"H"', "10000", "1718", '""'),
        ("595,00", '"S"', "10000", "8400", '""'),
    ]


def test_payout_of_a_channel_with_fees_under_reverse_charge():
    lines = [
        EntryLine("1200", euro("967.10"), counter=True),
        EntryLine("4970", euro("32.90"), (BUILDING,)),
        EntryLine("1577", euro("6.25"), tax_id=BUILDING.id),
        EntryLine("1787", euro("-6.25"), tax_id=BUILDING.id),
        EntryLine("1360", euro(-1000), counter=True),
    ]
    assert sorted(rows(proven([entry(1, lines)]))) == [
        ("32,90", '"H"', "1360", "4970", '"94"'),
        ("967,10", '"S"', "1200", "1360", '""'),
    ]


def test_cost_centres_to_the_cent():
    lines = invoice_lines([("4930", "100.00", IN19)], counter="70001", sign=1)
    third = Decimal("33.333333")
    shares = tuple(CostShare(third, name, "Messe") for name in ("Nord", "Süd", "West"))
    lines[1] = replace(lines[1], shares=shares)
    outcome = proven([entry(1, lines)])
    parts = columns(outcome, 1, 37, 38)
    assert sorted(part[1:] for part in parts if part[1] != '""') == [
        ('"Nord"', '"Messe"'),
        ('"Süd"', '"Messe"'),
        ('"West"', '"Messe"'),
    ]
    assert sum(Decimal(part[0].replace(",", ".")) for part in parts) == 119


def test_one_cost_centre_for_the_whole_line():
    lines = invoice_lines([("4930", 100, IN19)], counter="70001", sign=1)
    lines[1] = replace(lines[1], shares=(CostShare(Decimal(100), "Nord"),))
    assert columns(proven([entry(1, lines)]), 1, 37, 38) == [("119,00", '"Nord"', '""')]


def test_receipt_is_linked():
    guid = "0b6d5cb4-2f2c-4a53-9a53-5f1c5b0a6f10"
    outcome = proven([entry(1, invoice_lines([("8400", 100, OUT19)]), link=guid)])
    assert columns(outcome, 20) == [(f'"BEDI ""{guid}"""',)]


def test_year_end_is_a_stack_of_its_own_type():
    closing = entry(2, [EntryLine("4830", euro(5)), EntryLine("0420", euro(-5))], stack=YEAR_END)
    booked = run([entry(1, invoice_lines([("8400", 1, OUT19)])), closing]).booked
    files = make_files(booked, header(), (31, 12))
    heads = [file.content.decode("cp1252").split(";") for file in files]
    assert [(head[16], head[18]) for head in heads] == [
        ('"Buchungen 10-2026"', "1"),
        ('"Jahresabschluss 10-2026"', "2"),
    ]


# What users and advisors complained about elsewhere.


def test_complaint_wrong_or_missing_tax_key():
    """The key is that of rate and tax account; a tax nobody knows a key of is said."""
    keyed = proven([entry(1, invoice_lines([("8200", 100, OUT7)]))])
    assert rows(keyed) == [("107,00", '"S"', "10000", "8200", '"2"')]
    unknown = LineTax(1, "19% ohne Schlüssel", Decimal(19))
    booked = proven([entry(1, invoice_lines([("8200", 100, unknown)]))]).booked[0]
    assert [reason.code for reason in booked.reasons] == [gross.KEY_UNKNOWN]


def test_complaint_key_on_an_automatic_account_rew00306():
    for lines in ([("8400", 100, OUT19)], [("8400", 100, OUT7)], [("8315", 100, OUT19)]):
        outcome = proven([entry(1, invoice_lines(lines))])
        automatic = [row for row in rows(outcome) if row[3] in SKR03.automatic]
        assert automatic
        assert all(row[4] in ('""', '"40"') for row in automatic)


def test_complaint_net_instead_of_gross():
    outcome = proven([entry(1, invoice_lines([("8400", 1000, OUT19)]))])
    assert rows(outcome) == [("1190,00", '"S"', "10000", "8400", '""')]


def test_complaint_rows_of_zero_are_refused():
    lines = invoice_lines([("8400", 100, OUT19), ("8400", 0, OUT19), ("8300", 0, OUT7)])
    assert len(rows(proven([entry(1, lines)]))) == 1


def test_complaint_personal_accounts_with_leading_zeros():
    chart = chart_of(skr03.PRESET, 6)
    lines = invoice_lines([("840000", 100, OUT19)], {1: "177600"}, counter="1000000")
    assert columns(proven([entry(1, lines)], chart), 7, 8) == [("1000000", "840000")]
    early = replace(lines[0], account="0010000")
    assert run([entry(1, [early, *lines[1:]])], chart).proof.holds


def test_complaint_automatic_accounts_must_be_flagged_by_hand():
    for chart, account, tax in ((SKR03, "8400", "1776"), (SKR04, "4400", "3806")):
        assert chart.automatic[account].account == tax
        assert len(chart.automatic) > 100


def test_complaint_exchange_rate_is_ignored():
    """1.100 USD are 1.000 EUR: not a rate of one, and not USD as base currency."""
    lines = [
        dollars("10000", 1000, 1100, counter=True),
        dollars("8120", -1000, -1100, taxes=(FREE,)),
    ]
    outcome = proven([entry(1, lines)])
    assert columns(outcome, 1, 3, 4, 5, 6) == [("1100,00", '"USD"', "1,100000", "1000,00", '"EUR"')]


def test_complaint_cents_are_lost_in_a_currency_without_cents():
    lines = [
        EntryLine("10000", euro("1000.31"), counter=True, currency="JPY", foreign=Decimal(163251)),
        EntryLine("8120", euro("-400.12"), (FREE,), currency="JPY", foreign=Decimal(-65300)),
        EntryLine("8200", euro("-600.19"), currency="JPY", foreign=Decimal(-97951)),
    ]
    outcome = proven([entry(1, lines)])
    amounts = [Decimal(row[0].replace(",", ".")) for row in columns(outcome, 5)]
    assert sum(amounts) == euro("1000.31")
    assert sum(row.foreign for row in read_stack(outcome.content).rows) == 163251


def test_complaint_service_on_31_december_invoice_on_1_january():
    lines = invoice_lines([("8400", 100, OUT19)])
    item = entry(1, lines, day=date(2027, 1, 1), service_day=date(2026, 12, 31))
    booked = run([entry(2, lines)]).booked + (run([item]).booked)
    files = make_files(booked[1:], replace(header(), last_day=date(2027, 1, 31)), (31, 12))
    row = files[0].content.decode("cp1252").split("\r\n")[2].split(";")
    assert (row[9], row[114], row[115]) == ("0101", "31122026", "31122026")


def test_complaint_cash_discount_counted_twice():
    """The discount is a row of its own, and so not in column 13 as well."""
    outcome = proven([entry(2, discount_payment())])
    assert {value for (value,) in columns(outcome, 13)} == {""}
    cleared = sum(
        row.amount * row.sign * (1 if row.account == "10000" else -1)
        for row in read_stack(outcome.content).rows
    )
    assert cleared == -119


def test_complaint_payments_are_missing():
    lines = [
        EntryLine("1200", euro(119), counter=True),
        EntryLine("10000", euro(-119), counter=True, document="RE1"),
    ]
    assert columns(proven([entry(1, lines)]), 1, 7, 8, 11) == [("119,00", "1200", "10000", '"RE1"')]


def test_complaint_bookings_are_skipped_silently():
    """A row left out of the file is a difference of the proof, with its entry."""
    entries = [entry(key, invoice_lines([("8400", key, OUT19)])) for key in (1, 2, 3)]
    kept = [row for item in run(entries).booked for row in item.rows if row.entry != 2]
    proof = prove_rows(entries, kept, write_stack(header(), kept), SKR03)
    assert {difference.entry for difference in proof.differences} == {2}


def test_complaint_reversal_must_keep_the_key():
    lines = invoice_lines([("8300", 100, OUT19)])
    back = [replace(line, balance=-line.balance, due=None) for line in lines]
    outcome = proven([entry(1, lines), entry(2, back, reversal=True)])
    keys = [key for (key,) in columns(outcome, 9)]
    assert sorted(keys[:2]) == sorted(keys[2:]) == ['""', '"40"']


def test_complaint_cancelled_entries_are_not_reversed():
    lines = invoice_lines([("8400", 100, OUT19)])
    back = [replace(line, balance=-line.balance, due=None) for line in lines]
    outcome = proven([entry(1, lines), entry(2, back, reversal=True)])
    assert all(account.ledger_debit == account.ledger_credit for account in outcome.proof.accounts)


def test_complaint_import_warnings():
    """Texts beyond 60 characters, open-item data without a personal account."""
    long = entry(1, invoice_lines([("8400", 100, OUT19)]), text="Sälbe " * 20)
    outcome = proven([long])
    assert max(len(text) for (text,) in columns(outcome, 14)) <= 62
    due = EntryLine("1360", euro(5), counter=True, due=date(2026, 11, 4))
    outcome = proven([entry(1, [due, EntryLine("1200", euro(-5), counter=True)])])
    assert columns(outcome, 117) == [("",)]


def test_complaint_opening_balances_against_9000():
    balances = [
        EntryLine("0420", euro(1000)),
        EntryLine("10000", euro(119), counter=True, document="RE25-7"),
        EntryLine("70000", euro(-50), counter=True, document="L25"),
        EntryLine("0800", euro(-1069)),
    ]
    outcome = proven([entry(1, balances, stack=OPENING)])
    assert columns(outcome, 1, 2, 7, 8, 11) == [
        ("1000,00", '"S"', "0420", "9000", '"RE1"'),
        ("119,00", '"S"', "10000", "9008", '"RE25-7"'),
        ("50,00", '"H"', "70000", "9009", '"L25"'),
        ("1069,00", '"H"', "0800", "9000", '"RE1"'),
    ]


def test_complaint_rounding_with_several_rates_of_the_one_stop_shop():
    """Two half cents: each state has its tax to the cent, none is lost to the other."""
    lines = [
        EntryLine("8200", euro("10.03"), (AUSTRIA,)),
        EntryLine("8200", euro("7.10"), (FRANCE,)),
        EntryLine("1767", euro("2.01"), tax_id=AUSTRIA.id),
        EntryLine("1767", euro("0.39"), tax_id=FRANCE.id),
    ]
    lines = [replace(line, balance=-line.balance) for line in lines]
    total = -sum(line.balance for line in lines)
    outcome = proven([entry(1, [EntryLine("10000", total, counter=True), *lines])])
    assert columns(outcome, 1, 9, 40, 41) == [
        ("12,04", '"240"', '"AT"', "20,00"),
        ("7,49", '"240"', '"FR"', "5,50"),
    ]


def test_complaint_all_customers_on_one_account():
    entries = [
        entry(key, invoice_lines([("8400", 100, OUT19)], counter=str(10_000 + key)))
        for key in (1, 2)
    ]
    assert [account for (account,) in columns(proven(entries), 7)] == ["10001", "10002"]


def test_complaint_text_of_another_line():
    """Each row has the text of the cost it posts."""
    lines = [
        EntryLine("1200", euro(-300), counter=True, text="Sammler"),
        EntryLine("4210", euro(200), text="Miete Oktober"),
        EntryLine("4930", euro(100), text="Papier"),
    ]
    texts = {
        tuple(sorted((account, contra))): text
        for account, contra, text in columns(proven([entry(1, lines)]), 7, 8, 14)
    }
    assert texts == {("1200", "4210"): '"Miete Oktober"', ("1200", "4930"): '"Papier"'}


def test_complaint_everything_is_locked_at_the_advisor():
    for locked, flag in ((True, "1"), (False, "0")):
        booked = run([entry(1, invoice_lines([("8400", 1, OUT19)]))], locked=locked)
        head = booked.content.decode("cp1252").split("\r\n")[0].split(";")
        assert head[20] == flag
        assert columns(booked, 114) == [(flag,)]


def test_complaint_account_numbers_are_cut_from_the_left():
    assert lengthen("8400", 6) == "840000"
