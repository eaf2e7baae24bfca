# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A table as a CSV file that German spreadsheets open by a double click, and that is harmless."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

BOM = "\ufeff"
# A cell that begins like this is run as a formula by spreadsheets (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | Fraction | None


def safe_text(text: str) -> str:
    """``text`` in a form that no spreadsheet takes for a formula.

    Spreadsheets drop leading blanks before they look, so they are looked through here, too.
    """
    visible = text.lstrip(" \n\u00a0")
    return f"'{text}" if visible.startswith(FORMULA_STARTS) else text


def number_text(number: Fraction, decimal_point: str) -> str:
    """``number`` without trailing zeros and without thousands separators, at most 6 decimals."""
    text = f"{Decimal(round(number * 10**6)) / 10**6:.6f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace(".", decimal_point)


def write_table(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], decimal_point: str = ","
) -> bytes:
    """UTF-8 with byte order mark, semicolons, CRLF; texts are safe, numbers stay numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow(
            number_text(cell, decimal_point)
            if isinstance(cell, Fraction)
            else safe_text(cell or "")
            for cell in row
        )
    return (BOM + stream.getvalue()).encode()


def _cell_text(cell: Cell, decimal_point: str) -> str:
    if isinstance(cell, Fraction):
        return number_text(cell, decimal_point)
    return safe_text(cell or "")
