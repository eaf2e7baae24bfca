# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read a Buchungsstapel that comes from the tax advisor.

Unlike `reader`, which distrusts our own files, this one takes what other programs write:
Windows-1252 or UTF-8, any version of the format, columns found by their headings in any order.
What it cannot understand it refuses by line; nothing is guessed. Amounts are EUR, exact.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .reader import StackRow

MAX_BYTES = 100_000_000
MAX_ROWS = 99_999
# Marks of a file: written for DATEV, or by DATEV itself.
_MARKS = ("EXTF", "DTVF")
_HEADER_VERSION, _CATEGORY = "700", "21"
_SHORTEST_HEADER = 22
_NOTHING = Decimal(0)
_CENT = Decimal("0.01")
_AMOUNT = re.compile(r"([0-9]{1,10})(?:,([0-9]{1,2}))?")
_RATE = re.compile(r"[0-9]{1,10}(?:,[0-9]{1,6})?")
_ACCOUNT = re.compile(r"[0-9]{1,9}")
_KEY = re.compile(r"[0-9]{0,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")

# Field -> headings under which programs and versions know it, in small letters.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "amount": ("umsatz (ohne soll/haben-kz)", "umsatz"),
    "side": ("soll/haben-kennzeichen", "soll-/haben-kennzeichen"),
    "account": ("konto",),
    "contra": ("gegenkonto (ohne bu-schlüssel)", "gegenkonto"),
    "day": ("belegdatum",),
    "currency": ("wkz umsatz",),
    "rate": ("kurs",),
    "base_amount": ("basis-umsatz", "basisumsatz"),
    "base_currency": ("wkz basis-umsatz", "wkz basisumsatz"),
    "key": ("bu-schlüssel",),
    "document": ("belegfeld 1",),
    "note": ("belegfeld 2",),
    "discount": ("skonto",),
    "text": ("buchungstext",),
    "cost": ("kost1 - kostenstelle",),
    "second_cost": ("kost2 - kostenstelle",),
    "state": (
        "eu-land u. ustid (bestimmung)",
        "eu-mitgliedstaat u. ustid (bestimmung)",
        "eu-land u. ustid",
        "eu-mitgliedstaat u. ust-idnr.",
    ),
    "state_rate": ("eu-steuersatz (bestimmung)", "eu-steuersatz"),
    "tax_rate": ("steuersatz",),
    "due": ("fälligkeit",),
    "reversal": ("generalumkehr (gu)", "generalumkehr"),
}
REQUIRED = ("amount", "side", "account", "contra", "day")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file: a code, the line (0: the file as a whole), what stands there."""

    line: int
    code: str
    value: str = ""


class IncomingError(ValueError):
    """The file cannot be read; `faults` say why, in the order of their lines."""

    def __init__(self, *faults: Fault):
        super().__init__("; ".join(f"{f.line}: {f.code} {f.value!r}" for f in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """A booking with what a ledger entry keeps of it. `discount` is Skonto within the row."""

    row: StackRow
    text: str = ""
    note: str = ""
    due: date | None = None
    cost: str = ""
    second_cost: str = ""
    discount: bool = False


@dataclass(frozen=True)
class IncomingStack:
    """A file as read: what its header says, and the bookings."""

    consultant: int
    client: int
    fiscal_year_start: date
    account_length: int
    first_day: date
    last_day: date
    label: str
    currency: str
    chart: str
    rows: tuple[IncomingRow, ...]


class _BadField(ValueError):
    def __init__(self, code: str, value: str):
        super().__init__(code)
        self.code, self.value = code, value


def read_incoming(content: bytes) -> IncomingStack:
    """The bookings of a file. Raises `IncomingError` with everything that is wrong."""
    lines = _lines(_text(content))
    if len(lines) < 2:
        raise IncomingError(Fault(1, "not_a_stack"))
    header = _header(lines[0][1])
    places = _places(lines[1][1])
    if len(lines) - 2 > MAX_ROWS:
        raise IncomingError(Fault(0, "too_many_rows", str(len(lines) - 2)))
    rows, faults = [], []
    for number, fields in lines[2:]:
        try:
            rows.append(_row(number, _named(fields, places, len(lines[1][1])), header))
        except _BadField as bad:
            faults.append(Fault(number, bad.code, _shown(bad.value)))
    if faults:
        raise IncomingError(*faults)
    if not rows:
        raise IncomingError(Fault(0, "no_rows"))
    return IncomingStack(**header, rows=tuple(rows))


def _shown(value: str) -> str:
    return _plain(value)[:60]


def _plain(value: str) -> str:
    """Text without control characters, which no booking needs."""
    return " ".join(_CONTROL.sub(" ", value).split())


def _text(content: bytes) -> str:
    """UTF-8 where the bytes are valid UTF-8, otherwise Windows-1252."""
    if len(content) > MAX_BYTES:
        raise IncomingError(Fault(0, "too_large"))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            place = error.start
    line = content.count(b"\n", 0, place) + 1
    raise IncomingError(Fault(line, "encoding"))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """(line number, fields) of each line that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    lines = []
    start = 1
    try:
        for fields in reader:
            if any(fields):
                lines.append((start, fields))
            start = reader.line_num + 1
    except csv.Error:
        # The line where the field began that does not end, not the one where we noticed.
        raise IncomingError(Fault(start, "quotes")) from None
    return lines


def _header(fields: Sequence[str]) -> dict:
    if fields[0] not in _MARKS or len(fields) < _SHORTEST_HEADER:
        raise IncomingError(Fault(1, "not_a_stack", _shown(fields[0])))
    if fields[1] != _HEADER_VERSION:
        raise IncomingError(Fault(1, "header_version", _shown(fields[1])))
    if fields[2] != _CATEGORY:
        raise IncomingError(Fault(1, "category", _shown(f"{fields[2]} {fields[3]}")))
    try:
        header = {
            "consultant": _number(fields[10]),
            "client": _number(fields[11]),
            "fiscal_year_start": _iso(fields[12]),
            "account_length": _number(fields[13]),
            "first_day": _iso(fields[14]),
            "last_day": _iso(fields[15]),
            "label": _plain(fields[16]),
            "currency": fields[21] or "EUR",
            "chart": fields[26] if len(fields) > 26 else "",
        }
    except _BadField as bad:
        raise IncomingError(Fault(1, bad.code, _shown(bad.value))) from None
    span = (header["last_day"] - header["first_day"]).days
    if not 0 <= span < 366:
        raise IncomingError(Fault(1, "period", f"{fields[14]}–{fields[15]}"))
    return header


def _number(text: str) -> int:
    if not _ACCOUNT.fullmatch(text):
        raise _BadField("header_number", text)
    return int(text)


def _iso(text: str) -> date:
    return _calendar(text[:4], text[4:6], text[6:], text, "header_date")


def _calendar(year: str, month: str, day: str, text: str, code: str) -> date:
    if not re.fullmatch("[0-9]{8}", text):
        raise _BadField(code, text)
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _BadField(code, text) from None


def _places(headings: Sequence[str]) -> dict[str, int]:
    """Field -> column, by the headings."""
    known = {name: field for field, names in HEADINGS.items() for name in names}
    places: dict[str, int] = {}
    for column, heading in enumerate(headings):
        field = known.get(" ".join(heading.lower().split()))
        if field in places:
            raise IncomingError(Fault(2, "heading_twice", _shown(heading)))
        if field:
            places[field] = column
    for field in REQUIRED:
        if field not in places:
            raise IncomingError(Fault(2, "heading_missing", HEADINGS[field][0].title()))
    return places


def _named(fields: list[str], places: Mapping[str, int], width: int) -> dict[str, str]:
    if len(fields) < width or any(fields[width:]):
        raise _BadField("width", f"{len(fields)} ≠ {width}")
    return {name: fields[column].strip() for name, column in places.items()}


def _row(line: int, values: Mapping[str, str], header: Mapping) -> IncomingRow:
    side = values["side"]
    if side not in ("S", "H"):
        raise _BadField("side", side)
    reversal = values.get("reversal", "")
    if reversal not in ("", "0", "1", "G"):
        raise _BadField("reversal", reversal)
    sign = 1 if side == "S" else -1
    amount, currency, foreign = _money(values, header["currency"])
    length = header["account_length"]
    return IncomingRow(
        row=StackRow(
            line=line,
            amount=amount,
            sign=-sign if reversal in ("1", "G") else sign,
            account=_account(values["account"], length),
            contra=_account(values["contra"], length),
            key=_key(values.get("key", "")),
            day=_day(values["day"], header["first_day"], header["last_day"]),
            document=_plain(values.get("document", "")),
            state=values.get("state", "")[:2].upper(),
            state_rate=_rate(values),
            currency=currency,
            foreign=foreign,
        ),
        text=_plain(values.get("text", "")),
        note=_plain(values.get("note", "")),
        due=_due(values.get("due", "")),
        cost=_plain(values.get("cost", "")),
        second_cost=_plain(values.get("second_cost", "")),
        discount=bool(values.get("discount", "").strip("0,")),
    )


def _amount(text: str, code: str = "amount") -> Decimal:
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise _BadField(code, text)
    amount = Decimal(f"{match[1]}.{match[2] or 0}").quantize(_CENT)
    if not amount:
        raise _BadField(code, text)
    return amount


def _money(values: Mapping[str, str], home: str) -> tuple[Decimal, str, Decimal]:
    """EUR amount, currency and, if that is another one, the amount in it."""
    amount = _amount(values["amount"])
    currency = values.get("currency", "").upper() or home
    if currency == home:
        return amount, home, _NOTHING
    if not re.fullmatch("[A-Z]{3}", currency):
        raise _BadField("currency", currency)
    base = values.get("base_amount", "")
    if base and values.get("base_currency", "") in ("", home):
        return _amount(base, "base_amount"), currency, amount
    # Units of the foreign currency for one EUR.
    rate = values.get("rate", "")
    if base or not _RATE.fullmatch(rate) or not Decimal(rate.replace(",", ".")):
        raise _BadField("base_amount", currency)
    exact = amount / Decimal(rate.replace(",", "."))
    return exact.quantize(_CENT, ROUND_HALF_UP), currency, amount


def _account(text: str, length: int) -> str:
    """Full number; programs drop the zeros in front."""
    if not _ACCOUNT.fullmatch(text) or not text.strip("0") or len(text) > length + 1:
        raise _BadField("account", text)
    return text.zfill(length)


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise _BadField("key", text)
    return text.lstrip("0")


def _day(text: str, first: date, last: date) -> date:
    """TTMM (the zero in front may be missing) in the year that lies within the period."""
    if not re.fullmatch("[0-9]{3,4}", text):
        raise _BadField("day", text)
    padded = text.zfill(4)
    for year in range(first.year, last.year + 1):
        try:
            day = date(year, int(padded[2:]), int(padded[:2]))
        except ValueError:
            continue
        if first <= day <= last:
            return day
    raise _BadField("day", text)


def _due(text: str) -> date | None:
    if not text.strip("0"):
        return None
    return _calendar(text[4:], text[2:4], text[:2], text, "due")


def _rate(values: Mapping[str, str]) -> Decimal | None:
    """Rate of another EU state; where it is given twice, it must be the same."""
    rates = {values[name] for name in ("state_rate", "tax_rate") if values.get(name, "")}
    rates = {text for text in rates if text.strip("0,")}
    if not rates:
        return None
    if any(not _RATE.fullmatch(text) for text in rates):
        raise _BadField("tax_rate", min(rates))
    found = {Decimal(text.replace(",", ".")) for text in rates}
    if len(found) > 1:
        raise _BadField("tax_rate", ", ".join(sorted(rates)))
    return found.pop()
