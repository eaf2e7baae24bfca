# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Rules of the Buchungsstapel that concern more than one field.

`values` hold the filled fields of a line by column number. A field that broke its own rule
is already reported; the rules here leave what they cannot read.
"""

from collections.abc import Mapping
from datetime import date

from .chart import Chart
from .model import Problem
from .spec import KEY_NO_AUTOMATIC, PAIRS

Values = Mapping[int, str]
FIRST_CONSULTANT, LAST_CONSULTANT = 1_001, 9_999_999
FIRST_CLIENT, LAST_CLIENT = 1, 99_999


def _iso(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _within(text: str, first: int, last: int) -> bool:
    return not text.isdigit() or first <= int(text) <= last


def check_header_rules(header: Values) -> list[Problem]:
    """Rules between the fields of the header line."""
    problems = []

    def wrong(column: int, code: str, message: str) -> None:
        problems.append(Problem(1, column, code, message, header.get(column, "")))

    if not _within(header.get(11, ""), FIRST_CONSULTANT, LAST_CONSULTANT):
        wrong(11, "consultant", f"not within {FIRST_CONSULTANT} to {LAST_CONSULTANT}")
    if not _within(header.get(12, ""), FIRST_CLIENT, LAST_CLIENT):
        wrong(12, "client", f"not within {FIRST_CLIENT} to {LAST_CLIENT}")
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
    for kind, content in PAIRS:
        if (kind in values) != (content in values):
            wrong(kind, "pair", "kind and content must be filled together")
    if 96 in values and 95 not in values:
        wrong(96, "down_payment", "a down payment needs an order number")
    if 17 in values and 105 not in values:
        wrong(17, "mandate", "a direct debit needs its mandate reference")
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
    foreign = values.get(3, "") not in ("", header.get(22, ""))
    if foreign and 4 not in values and 5 not in values:
        wrong(3, "rate", "a foreign currency needs a rate or a base amount")
    if not foreign and 4 in values:
        wrong(4, "rate", "a rate without a foreign currency")


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
