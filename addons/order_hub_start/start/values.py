# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Numbers, percentages, dates and periods as Germans write them.

A number is exact (Decimal). “1.234” and “1,234” mean two things; `decimal_mark` finds out from
the other numbers of the sheet which one is meant.
"""

import calendar
import math
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from .problems import Wrong

LIMIT = Decimal(10) ** 12
DECIMALS = 6
MONTH_DAYS = Decimal(365) / 12
_BLANKS = dict.fromkeys(map(ord, " \u00a0\u2009\u202f'’"))
_SIGNS = str.maketrans({"−": "-", "–": "-"})
_MONEY = re.compile(r"^(€|eur|euro)?(.*?)(€|eur|euro)?$", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"([0-9]*)([.,])([0-9]+)")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_WITH_UNIT = re.compile(r"[-+]?[0-9][0-9.,]*[^\W\d_]{1,12}\.?")
_GERMAN_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4}|[0-9]{2})")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
_SLASH_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MONTH = re.compile(r"([0-9]{1,2})[./]([0-9]{4})")
_PERIOD = re.compile(r"([0-9.,]+)\s*([^\W\d_]*)\.?")
_PERIOD_UNITS = {
    Decimal(1): ("", "d", "t", "tag", "tage", "tagen", "day", "days"),
    Decimal(7): ("w", "woche", "wochen", "week", "weeks"),
    MONTH_DAYS: ("m", "mon", "monat", "monate", "monaten", "month", "months"),
    Decimal(365): ("j", "jahr", "jahre", "jahren", "y", "year", "years"),
}
EPOCH = date(1899, 12, 30)  # day 0 of the spreadsheet programs


def _bare(text: str) -> tuple[str, bool]:
    """Take blanks, currency and sign off: the digits with their marks, and whether negative."""
    text = _MONEY.sub(r"\2", text.translate(_BLANKS).translate(_SIGNS))
    if text[:1] in ("-", "+"):
        return text[1:], text[0] == "-"
    if text[-1:] == "-":  # as accounting programs write it
        return text[:-1], True
    return text, False


def decimal_mark(texts: Iterable[str], usual: str) -> str | None:
    """Find the decimal mark of a sheet: what its clear numbers use, else `usual`.

    None when clear numbers use both; then “1.234” stays unclear.
    """
    seen = set()
    for text in texts:
        bare, _negative = _bare(text.replace("%", ""))
        if _ONE_GROUP.fullmatch(bare):
            continue
        if match := _DECIMAL.fullmatch(bare):
            seen.add(match[2])
        elif match := _GROUPED.fullmatch(bare):
            seen.add("," if match[1] == "." else ".")
    if len(seen) > 1:
        return None
    return seen.pop() if seen else usual


def parse_number(text: str, mark: str | None = ",") -> Decimal:
    """Read a number; `mark` decides what “1.234” is, None refuses it."""
    bare, negative = _bare(text)
    sign = -1 if negative else 1
    if _PLAIN.fullmatch(bare):
        return checked(sign * Decimal(bare))
    if _ONE_GROUP.fullmatch(bare):
        point, whole = Decimal(re.sub("[.,]", ".", bare)), Decimal(re.sub("[.,]", "", bare))
        if mark is None:
            first, second = f"{whole}", f"{point}".replace(".", ",")
            raise Wrong("ambiguous_number", value=text, first=first, second=second)
        return checked(sign * (point if mark in bare else whole))
    if match := _DECIMAL.fullmatch(bare):
        return checked(sign * Decimal(f"{match[1] or 0}.{match[3]}"))
    if match := _GROUPED.fullmatch(bare):
        return checked(sign * Decimal(bare.replace(match[1], "").replace(",", ".")))
    raise Wrong("unit_in_number" if _WITH_UNIT.fullmatch(bare) else "not_number", value=text)


def checked(number: Decimal) -> Decimal:
    """Refuse what no quantity or price can be."""
    if abs(number) >= LIMIT:
        raise Wrong("too_large", limit=f"{LIMIT:f}")
    if -number.normalize().as_tuple().exponent > DECIMALS:
        raise Wrong("too_fine", limit=DECIMALS)
    return number


def from_float(number: float) -> Decimal:
    """Give the number a spreadsheet shows: 15 significant digits, which is all it keeps."""
    if not math.isfinite(number) or abs(number) >= LIMIT:
        raise Wrong("too_large", limit=f"{LIMIT:f}")
    return checked(Decimal(f"{Decimal(f'{number:.15g}'):f}"))


def parse_percent(text: str, mark: str | None = ",") -> Decimal:
    """Read “19 %”, “12,5 %” or “19”: percent points. “0,19” without the sign is refused."""
    signed = "%" in text
    try:
        number = parse_number(text.strip().removesuffix("%"), mark)
    except Wrong as wrong:
        if wrong.code != "not_number":
            raise
        raise Wrong("not_percent", value=text) from wrong
    return number if signed else bare_percent(number)


def bare_percent(number: Decimal) -> Decimal:
    """Refuse a share below one that could be meant as a fraction of one."""
    if 0 < abs(number) < 1:
        raise Wrong(
            "ambiguous_percent", value=number, first=number, second=(number * 100).normalize()
        )
    return number


def _day(year: int, month: int, day: int, text: str) -> date:
    """Make a date of a year that can be."""
    if not 1990 <= year <= 2100:
        raise Wrong("date_range", value=year)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Wrong("not_date", value=text) from error


def parse_date(text: str) -> date:
    """Read a date. A month alone (“12.2026”) is its last day, as on a best-before label."""
    text = text.strip()
    if match := _GERMAN_DATE.fullmatch(text):
        day, month, year = map(int, match.groups())
        return _day(year + 2000 if len(match[3]) == 2 else year, month, day, text)
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = map(int, match.groups())
        return _day(year, month, day, text)
    if match := _MONTH.fullmatch(text):
        month, year = map(int, match.groups())
        first = _day(year, month, 1, text)
        return first.replace(day=calendar.monthrange(year, month)[1])
    if match := _SLASH_DATE.fullmatch(text):
        return _slash_date(*map(int, match.groups()), text)
    raise Wrong("not_date", value=text)


def _slash_date(first: int, second: int, year: int, text: str) -> date:
    """Read 31/12/2026 and 12/31/2026; refuse what can be both."""
    if second > 12:
        return _day(year, first, second, text)
    day_first = _day(year, second, first, text)
    if first > 12 or first == second:
        return day_first
    month_first = _day(year, first, second, text)
    raise Wrong("ambiguous_date", value=text, first=show(day_first), second=show(month_first))


def from_date(value: date) -> date:
    """Give the day of a date cell."""
    day = value.date() if isinstance(value, datetime) else value
    return _day(day.year, day.month, day.day, str(day))


def date_number(number: float) -> Wrong:
    """Say what date a bare number would be."""
    if 32874 <= number < 73415:  # 1990 to 2100
        return Wrong("date_number", value=number, date=show(EPOCH + timedelta(int(number))))
    return Wrong("not_date", value=number)


def show(day: date) -> str:
    """Write a date as Germans do."""
    return f"{day:%d.%m.%Y}"


def parse_days(text: str, mark: str | None = ",") -> int:
    """Read a shelf life in days; a month is a twelfth of 365 days, parts of days are cut off."""
    match = _PERIOD.fullmatch(text.strip())
    unit = match[2].casefold() if match else ""
    for days, names in _PERIOD_UNITS.items():
        if match and unit in names:
            count = parse_number(match[1], mark)
            # Twelve months are 365 days, not 364.99…
            return int((count * days).quantize(Decimal("0.0001")))
    raise Wrong("not_days", value=text)
