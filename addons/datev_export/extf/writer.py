# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Write a Buchungsstapel: header, headings, rows, as Windows-1252 bytes with CRLF.

Columns left empty although one might think of them:

* 12 (second number) beside the due date in 117, which excludes it;
* 13, 94, 106 and 125 (cash discount): the ledger posts a discount and its tax itself, so it has
  rows of its own; in column 13 it would be counted twice;
* 39 and 104 (quantity and day of a cost centre): rows sum lines of different units;
* 43 to 47 (L+L, key 49): numbers the advisor chooses, see `chart`;
* 48 to 87 (additional information) repeat what the receipt behind the link (20) says;
* 95 to 101 (down payments): DATEV would itself move the tax of down payments, which the ledger
  has done already when the final invoice deducts them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from .model import BookingRow, StackHeader
from .spec import (
    BOOKING,
    CATEGORY_BOOKINGS,
    ENCODING,
    FORMAT_MARK,
    HEADER,
    HEADER_VERSION,
    LINE_END,
    NAME_BOOKINGS,
    QUOTE,
    SEPARATOR,
    VERSION_BOOKINGS,
    Column,
)
from .text import clean_text

CURRENCY = "EUR"
_NO_COST = ("", "")


def _field(column: Column, value: str) -> str:
    if column.quoted:
        return QUOTE + value.replace(QUOTE, QUOTE * 2) + QUOTE
    return value


def line_of(columns: tuple[Column, ...], values: Mapping[int, str]) -> str:
    """A line of any file of the format."""
    return SEPARATOR.join(_field(column, values.get(column.nr, "")) for column in columns)


def write_amount(amount: Decimal) -> str:
    """1234.5 -> "1234,50"."""
    return f"{amount:.2f}".replace(".", ",")


def _iso(day: date) -> str:
    return f"{day:%Y%m%d}"


def _date(day: date | None) -> str:
    return f"{day:%d%m%Y}" if day else ""


def header_values(header: StackHeader) -> dict[int, str]:
    """Column number -> value of the header of a Buchungsstapel."""
    return {
        1: FORMAT_MARK,
        2: str(HEADER_VERSION),
        3: str(CATEGORY_BOOKINGS),
        4: NAME_BOOKINGS,
        5: str(VERSION_BOOKINGS),
        6: header.stamp,
        8: "RE",
        9: header.exported_by,
        11: str(header.consultant),
        12: str(header.client),
        13: _iso(header.fiscal_year_start),
        14: str(header.account_length),
        15: _iso(header.first_day),
        16: _iso(header.last_day),
        17: header.label,
        19: header.booking_type,
        20: "0",
        21: "1" if header.locked else "0",
        22: CURRENCY,
        27: header.chart,
        31: header.application,
    }


def row_values(row: BookingRow, locked: bool) -> dict[int, str]:
    """Column number -> value of one row."""
    text, _replaced = clean_text(row.text, 60)
    values = _usual_values(row, locked)
    values[14] = text
    if row.foreign is not None:
        values[1] = write_amount(row.foreign)
        values[3] = row.currency
        values[4] = f"{row.rate:.6f}".replace(".", ",") if row.rate else ""
        values[5] = write_amount(row.amount)
        values[6] = CURRENCY
    if row.cost != _NO_COST:
        values[37], values[38] = row.cost
    if row.vat_id:
        values[40] = row.vat_id
    if row.eu_rate is not None:
        values[41] = values[119] = f"{row.eu_rate:.2f}".replace(".", ",")
        values[120] = row.vat_id[:2]
    if row.link:
        values[20] = f'BEDI "{row.link}"'
    if row.reversal:
        values[118] = "1"
    return values


def _usual_values(row: BookingRow, locked: bool) -> dict[int, str]:
    return {
        1: write_amount(row.amount),
        2: row.side,
        7: row.account,
        8: row.contra,
        9: row.key,
        10: f"{row.day:%d%m}",
        11: row.document,
        114: "1" if locked else "0",
        115: _date(row.service_day),
        116: _date(row.service_day),
        117: _date(row.due),
    }


def stack_lines(header: StackHeader, rows: Iterable[BookingRow]) -> Iterator[str]:
    """Lines of the file without line ends."""
    yield line_of(HEADER, header_values(header))
    yield SEPARATOR.join(column.name for column in BOOKING)
    for row in rows:
        yield line_of(BOOKING, row_values(row, header.locked))


def write_stack(header: StackHeader, rows: Iterable[BookingRow]) -> bytes:
    """The file. Text must fit Windows-1252; `clean_text` and `clean_document` see to that."""
    return b"".join((line + LINE_END).encode(ENCODING) for line in stack_lines(header, rows))
