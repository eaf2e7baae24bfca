# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Rules of the Buchungsstapel that concern more than one field.

`values` hold the filled fields of a line by column number. A field that broke its own rule
is already reported; the rules here leave what they cannot read.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from .chart import Chart
from .model import Problem
from .spec import (
    EU_STATES,
    FORMULA_STARTS,
    KEY_NO_AUTOMATIC,
    KEY_OPEN_FUNCTION,
    PAIRS,
    RATE_KEYS,
    STATE_KEYS,
)

Values = Mapping[int, str]
KEY_VAT_NUMBER = "11"  # supply within the EU
# (column, column it needs, code, message)
_NEEDS = (
    (17, 105, "mandate", "a direct debit needs its mandate reference"),
    (41, 40, "state", "a rate of an EU state needs the state"),
    (44, 43, "facts", "an addition without its facts"),
    (94, 13, "discount_kind", "a kind of cash discount without the discount"),
    (96, 95, "down_payment", "a down payment needs an order number"),
    *((n, 96, "down_payment", "only for down payments") for n in (97, 98, 99, 100, 101)),
    (120, 119, "state_rate", "a state needs its rate of tax"),
    (124, 123, "state", "a rate of an EU state needs the state"),
    (125, 13, "discount_kind", "an account for a cash discount without the discount"),
)
# Columns a person fills in.
_FREE_TEXT = frozenset({14, 95, 107, 112, 121, *range(22, 37, 2), *range(49, 88, 2)})
# Rates have six decimals, amounts two: what is more than rounding is another rate.
_RATE_TOLERANCE, _RATE_CENTS = Decimal("0.005"), Decimal("0.02")
FIRST_CONSULTANT, LAST_CONSULTANT = 1_001, 9_999_999
FIRST_CLIENT, LAST_CLIENT = 1, 99_999


def _iso(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _within(text: str, first: int, last: int) -> bool:
    return not text.isdigit() or first <= int(text) <= last


def check_sender(header: Values) -> list[Problem]:
    """Advisor and client, the same for every category."""
    problems = []
    if not _within(header.get(11, ""), FIRST_CONSULTANT, LAST_CONSULTANT):
        message = f"not within {FIRST_CONSULTANT} to {LAST_CONSULTANT}"
        problems.append(Problem(1, 11, "consultant", message, header[11]))
    if not _within(header.get(12, ""), FIRST_CLIENT, LAST_CLIENT):
        message = f"not within {FIRST_CLIENT} to {LAST_CLIENT}"
        problems.append(Problem(1, 12, "client", message, header[12]))
    return problems


def check_header_rules(header: Values) -> list[Problem]:
    """Rules between the fields of the header line."""
    problems = check_sender(header)

    def wrong(column: int, code: str, message: str) -> None:
        problems.append(Problem(1, column, code, message, header.get(column, "")))

    year, first, last = (_iso(header.get(column, "")) for column in (13, 15, 16))
    for column, day in ((13, year), (15, first), (16, last)):
        if day is None and header.get(column):
            wrong(column, "calendar", "no such day")
    if first and last:
        if first > last:
            wrong(16, "period", "the period ends before it begins")
        if first.year != last.year:
            wrong(16, "calendar_year", "the period spans two calendar years")
    if year and first and last:
        end = (year.year + 1, year.month, year.day)
        if first < year or (last.year, last.month, last.day) >= end:
            wrong(13, "fiscal_year", "the period lies outside the fiscal year")
    return problems


def check_row_rules(
    line: int, values: Values, header: Values, chart: Chart | None
) -> list[Problem]:
    """Rules between the fields of a booking, the header and the chart."""
    problems: list[Problem] = []

    def wrong(column: int, code: str, message: str) -> None:
        problems.append(Problem(line, column, code, message, values.get(column, "")))

    _check_accounts(values, header, chart, wrong)
    _check_currency(values, header, wrong)
    _check_days(values, header, wrong)
    _check_states(values, wrong)
    _check_needs(values, wrong)
    _check_open_items(values, header, wrong)
    for column in _FREE_TEXT & values.keys():
        if values[column].startswith(FORMULA_STARTS):
            wrong(column, "formula", "a spreadsheet would run the text")
    for kind, content in PAIRS:
        if (kind in values) != (content in values):
            wrong(kind, "pair", "kind and content must be filled together")
    if 114 in values and 21 in header and values[114] != header[21]:
        wrong(114, "lock", "the lock of the row is not that of the header")
    return problems


def _check_accounts(values: Values, header: Values, chart: Chart | None, wrong) -> None:
    account, contra = values.get(7, ""), values.get(8, "")
    if account and account == contra:
        wrong(8, "same_account", "account and contra account are the same")
    length = header.get(14, "")
    if length.isdigit():
        for column in (7, 8):
            if len(values.get(column, "")) > int(length) + 1:
                wrong(column, "account_length", "longer than a personal account")
    if chart is None:
        return
    key = values.get(9, "")
    automatic = [column for column in (7, 8) if values.get(column) in chart.automatic]
    if automatic and key not in ("", KEY_NO_AUTOMATIC):
        wrong(9, "key_on_automatic", "no key but 40 is allowed on an automatic account")
    if not key and any(chart.automatic[values[column]] is None for column in automatic):
        wrong(9, "automatic_unknown", "an automatic account with unknown effect needs key 40")
    charging = [c for c in automatic if (rule := chart.automatic[values[c]]) and rule.rate]
    if not key and len(charging) > 1:
        wrong(9, "two_automatic", "two automatic accounts in one row need key 40")


def _check_currency(values: Values, header: Values, wrong) -> None:
    if (5 in values) != (6 in values):
        wrong(5, "base_amount", "base amount and its currency belong together")
    home = header.get(22, "")
    if 6 in values and values[6] != home:
        wrong(6, "base_currency", "the base amount is not in the currency of the stack")
    foreign = values.get(3, "") not in ("", home)
    if foreign and 4 not in values and 5 not in values:
        wrong(3, "rate", "a foreign currency needs a rate or a base amount")
    if not foreign and 4 in values:
        wrong(4, "rate", "a rate without a foreign currency")
    amounts = [_number(values.get(column, "")) for column in (1, 4, 5)]
    if foreign and None not in amounts:
        amount, rate, base = (Decimal(number or 0) for number in amounts)
        # Cents of small amounts are a large part of them.
        if rate and abs(amount / rate - base) > base * _RATE_TOLERANCE + _RATE_CENTS:
            wrong(4, "rate_amount", "amount and base amount do not have this rate")


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def _check_states(values: Values, wrong) -> None:
    """VAT numbers and taxes of other EU states."""
    for column in (40, 123):
        text = values.get(column, "")
        if text and text[:2] not in EU_STATES:
            wrong(column, "eu_state", "does not begin with an EU state")
    key = values.get(9, "")
    if key in STATE_KEYS and (40 not in values or 41 not in values):
        wrong(9, "state_rate", "the key needs an EU state and its rate")
    if 119 in values and key not in RATE_KEYS:
        wrong(119, "rate_key", "a rate of tax needs a key that leaves it open")
    if key in RATE_KEYS - STATE_KEYS and 119 not in values:
        wrong(9, "key_rate", "the key needs a rate of tax")
    if 41 in values and values.get(119, values[41]) != values[41]:
        wrong(119, "rate_twice", "two rates of tax")
    if 120 in values and values.get(40, values[120])[:2] != values[120]:
        wrong(120, "state_twice", "two EU states")
    if key == KEY_VAT_NUMBER and len(values.get(40, "")) < 3:
        wrong(9, "vat_number", "the key needs the VAT number of the customer")


def _check_needs(values: Values, wrong) -> None:
    """Fields that mean nothing without another one."""
    for column, needed, code, message in _NEEDS:
        if column in values and needed not in values:
            wrong(column, code, message)
    for column in (45, 46, 47):
        if column in values and values.get(9) != KEY_OPEN_FUNCTION:
            wrong(column, "function_key", "only with key 49")


def _check_open_items(values: Values, header: Values, wrong) -> None:
    """What concerns open items needs a personal account, a discount a payment."""
    length = header.get(14, "")
    if not length.isdigit():
        return
    personal = any(len(values.get(column, "")) == int(length) + 1 for column in (7, 8))
    for column in (15, 93, 106, 111, 117):
        if column in values and not personal:
            wrong(column, "no_open_item", "needs a customer or supplier account")
    if 13 in values and (not personal or 117 in values):
        wrong(13, "discount", "a cash discount belongs to a payment")


def _check_days(values: Values, header: Values, wrong) -> None:
    first, last = _iso(header.get(15, "")), _iso(header.get(16, ""))
    day = values.get(10, "")
    if first and last and len(day) == 4 and day.isdigit():
        booked = _iso(f"{first.year}{day[2:]}{day[:2]}")
        if booked is None:
            wrong(10, "calendar", "no such day")
        elif not first <= booked <= last:
            wrong(10, "outside_period", "the day lies outside the period of the stack")
    for column in (93, 104, 111, 115, 116, 117):
        text = values.get(column, "")
        if len(text) == 8 and _iso(text[4:] + text[2:4] + text[:2]) is None:
            wrong(column, "calendar", "no such day")
    if 115 in values and 116 not in values:
        wrong(115, "tax_period", "a service date needs the date of its tax period")
    if 117 in values and len(values.get(12, "")) == 6 and values[12].isdigit():
        wrong(12, "due_twice", "the due date is given twice")
