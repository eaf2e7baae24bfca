# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read a Buchungsstapel back from its bytes.

Written apart from the writer and without its column table: positions, quoting and dates are
taken from the description of the format a second time, so that a mistake on one side shows.
Anything unexpected raises `UnreadableStack`.
"""

import csv
import datetime
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# Zero-based places of what a posting depends on.
_AMOUNT, _SIDE, _CURRENCY, _BASE_AMOUNT, _BASE_CURRENCY = 0, 1, 2, 4, 5
_ACCOUNT, _CONTRA, _KEY, _DAY, _DOCUMENT = 6, 7, 8, 9, 10
_STATE, _STATE_RATE, _STATE_RATE_AGAIN = 39, 40, 118
_REVERSAL = 117
_WIDTH = 125
_NONE = Decimal(0)


class UnreadableStack(ValueError):
    """The bytes are not a Buchungsstapel this reader understands."""


@dataclass(frozen=True, slots=True)
class StackRow:
    """One booking as read: `line` is the line number in the file, `sign` +1 for debit of
    `account` and -1 for credit, a Generalumkehr turned round."""

    line: int
    amount: Decimal
    sign: int
    account: str
    contra: str
    key: str
    day: datetime.date
    document: str
    state: str = ""
    state_rate: Decimal | None = None
    currency: str = "EUR"
    foreign: Decimal = Decimal(0)


@dataclass(frozen=True)
class Stack:
    """A file as read: what the header says and the bookings."""

    consultant: int
    client: int
    account_length: int
    first_day: datetime.date
    last_day: datetime.date
    locked: bool
    rows: tuple[StackRow, ...]


def _day(text: str, line: int) -> datetime.date:
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        raise UnreadableStack(f"line {line}: {text!r} is not a date") from None


def _document_day(text: str, stack_from: datetime.date, line: int) -> datetime.date:
    """TTMM within the year of the stack."""
    try:
        return datetime.date(stack_from.year, int(text[2:]), int(text[:2]))
    except ValueError:
        raise UnreadableStack(f"line {line}: {text!r} is not a day and month") from None


def _euro(fields: list[str], line: int) -> Decimal:
    """EUR amount of a row: the base amount where the row is in a foreign currency."""
    foreign = fields[_CURRENCY] not in ("", "EUR")
    if foreign and fields[_BASE_CURRENCY] != "EUR":
        raise UnreadableStack(f"line {line}: foreign currency without an amount in EUR")
    return _amount(fields[_BASE_AMOUNT if foreign else _AMOUNT], line)


def _amount(text: str, line: int) -> Decimal:
    whole, comma, cents = text.partition(",")
    if not comma or len(cents) != 2 or not (whole + cents).isdigit():
        raise UnreadableStack(f"line {line}: {text!r} is not an amount")
    try:
        return Decimal(f"{whole}.{cents}")
    except InvalidOperation:
        raise UnreadableStack(f"line {line}: {text!r} is not an amount") from None


def _state_rate(fields: list[str], line: int) -> Decimal | None:
    """Rate of another EU state; given twice, it must be the same."""
    if not fields[_STATE_RATE]:
        return None
    if fields[_STATE_RATE_AGAIN] != fields[_STATE_RATE]:
        raise UnreadableStack(f"line {line}: two rates of tax")
    return _amount(fields[_STATE_RATE], line)


def _row(fields: list[str], line: int, stack_from: datetime.date) -> StackRow:
    if len(fields) != _WIDTH:
        raise UnreadableStack(f"line {line}: {len(fields)} columns instead of {_WIDTH}")
    if fields[_SIDE] not in ("S", "H"):
        raise UnreadableStack(f"line {line}: side {fields[_SIDE]!r}")
    sign = 1 if fields[_SIDE] == "S" else -1
    if fields[_REVERSAL] == "1":
        sign = -sign
    return StackRow(
        line=line,
        amount=_euro(fields, line),
        sign=sign,
        account=fields[_ACCOUNT],
        contra=fields[_CONTRA],
        key=fields[_KEY],
        day=_document_day(fields[_DAY], stack_from, line),
        document=fields[_DOCUMENT],
        state=fields[_STATE][:2],
        state_rate=_state_rate(fields, line),
        currency=fields[_CURRENCY] or "EUR",
        foreign=_amount(fields[_AMOUNT], line) if fields[_CURRENCY] not in ("", "EUR") else _NONE,
    )


def read_stack(content: bytes) -> Stack:
    """The bookings of a file in Windows-1252."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableStack(f"byte {error.start} is not Windows-1252") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise UnreadableStack(f"line {reader.line_num}: {error}") from None
    if len(lines) < 2 or len(lines[0]) != 31 or lines[0][:3] != ["EXTF", "700", "21"]:
        raise UnreadableStack("this is not the header of a Buchungsstapel")
    head = lines[0]
    first_day = _day(head[14], 1)
    return Stack(
        consultant=int(head[10]),
        client=int(head[11]),
        account_length=int(head[13]),
        first_day=first_day,
        last_day=_day(head[15], 1),
        locked=head[20] != "0",
        rows=tuple(
            _row(fields, number, first_day) for number, fields in enumerate(lines[2:], start=3)
        ),
    )
