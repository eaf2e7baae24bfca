# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading XLSX. Formulas are seen as formulas and never evaluated."""

import struct
import warnings
import zlib
from collections.abc import Iterable
from io import BytesIO
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .cells import MAX_COLUMNS, Cell, Sheet, check_count, filled
from .guard import check_xlsx
from .problems import Wrong

LAST_ROW = 1_048_576
# What zipfile and openpyxl raise on files that are not what they say (ParseError is a SyntaxError).
_BROKEN = (
    BadZipFile, InvalidFileException, zlib.error, struct.error, ArithmeticError, AttributeError,
    EOFError, LookupError, NotImplementedError, OSError, SyntaxError, TypeError, ValueError,
)  # fmt: skip


def read_xlsx(content: bytes) -> list[Sheet]:
    """Read all sheets that are not hidden and not empty."""
    try:
        check_xlsx(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and drop-downs that openpyxl does not know
            book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
            try:
                sheets = [
                    Sheet(sheet.title, _rows(sheet))
                    for sheet in book.worksheets
                    if sheet.sheet_state == "visible"
                ]
            finally:
                book.close()
    except _BROKEN as error:
        raise Wrong("file_broken", reason=error) from error
    return [sheet for sheet in sheets if sheet.rows]


def _rows(sheet) -> tuple[tuple[int, tuple[Cell, ...]], ...]:
    """Read the rows of a sheet that have something in them, whatever size the sheet states."""
    sheet.reset_dimensions()
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    before = None
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if number > LAST_ROW:
            raise Wrong("too_many_rows", limit=LAST_ROW)
        if cells is before:  # all rows that the file leaves out are one tuple
            continue
        before = cells
        row = tuple(_cells(cells))
        if filled(row):
            rows.append((number, row))
            check_count(len(rows))
    return tuple(rows)


def _cells(cells: Iterable) -> Iterable[Cell]:
    """Give the cells of a row."""
    for cell in cells:
        kind = getattr(cell, "data_type", "n")
        if cell.value is None:
            yield Cell()
        elif kind == "f":
            yield Cell("=", formula=True)
        else:
            value = cell.value
            known = isinstance(value, str | int | float) or hasattr(value, "year")
            yield Cell(
                value if known else str(value), cell.number_format or "General", error=kind == "e"
            )
