# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Making the files that the tests read."""

import csv
import io
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook


def make_csv(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    """Make a CSV file."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)


def make_xlsx(rows: list[list], formats: dict[tuple[int, int], str] | None = None) -> bytes:
    """Make a sheet; text that begins with “=” becomes a formula."""
    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    sheet = book.add_worksheet("Daten")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            shape = (formats or {}).get((number, place))
            style = [book.add_format({"num_format": shape})] if shape else []
            sheet.write(number, place, value, *style)
    book.close()
    return buffer.getvalue()


def with_member(content: bytes, name: str, change) -> bytes:
    """Replace one member of an XLSX file by what `change` makes of it."""
    buffer = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(buffer, "w", ZIP_DEFLATED) as new:
        for info in old.infolist():
            member = old.read(info.filename)
            new.writestr(info.filename, change(member) if info.filename == name else member)
    return buffer.getvalue()
