# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading a table from a file: typed rows, and everything that is wrong at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from .cell_values import cell_value
from .cells import Cell, Sheet, filled
from .problems import Problem, Wrong
from .tables import EXAMPLE, Column, Row, Table, heading_key
from .text_file import read_csv
from .together import Placed, check_together
from .values import decimal_mark
from .xlsx import read_xlsx

HEADING_ROWS = 10  # a title and an address above the headings are usual
_OLD_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Result:
    """What a file holds: only rows without a problem, and every problem."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    examples: int = 0  # rows skipped because they are the template's example
    unknown: tuple[str, ...] = ()  # headings that were not read


@dataclass(frozen=True)
class _Layout:
    """Where the columns of a sheet are and which decimal mark its headings suggest."""

    sheet: Sheet
    heading_row: int
    width: int | None  # of the headings; None where cells beside the table are remarks
    places: dict[str, int]
    mark: str
    unknown: tuple[str, ...]
    problems: tuple[Problem, ...]


def read(content: bytes, table: Table) -> Result:
    """Read the rows of `table` from an XLSX or CSV file."""
    try:
        sheets = _sheets(content, table)
    except Wrong as wrong:
        return Result((), (Problem(wrong.code, details=wrong.details),))
    layouts = [layout for sheet in sheets if (layout := _layout(sheet, table))]
    if not layouts:
        columns = ", ".join(column.german for column in table.columns if column.required)
        code = "no_heading" if sheets else "file_empty"
        return Result((), (Problem(code, details={"columns": columns}),))
    problems = [problem for layout in layouts for problem in layout.problems]
    placed: list[Placed] = []
    examples = 0
    for layout in layouts:
        skipped = _read_rows(layout, table, placed, problems)
        examples += skipped
    bad = _check_rows(table, placed, layouts, problems)
    order = {layout.sheet.name: number for number, layout in enumerate(layouts)}
    problems.sort(key=lambda problem: (order[problem.sheet], problem.row))
    rows = tuple(one.row for one in placed if one not in bad)
    unknown = tuple(heading for layout in layouts for heading in layout.unknown)
    return Result(rows, tuple(problems), examples, unknown)


def _sheets(content: bytes, table: Table) -> list[Sheet]:
    """Read the cells by what the file is, whatever it is called."""
    if not content.strip():
        raise Wrong("file_empty")
    if content.startswith(_OLD_XLS):
        raise Wrong("file_protected")
    if content.startswith(b"PK"):
        return read_xlsx(content)
    return read_csv(content, lambda row: _known(row, table))


def _known(row: Iterable[str], table: Table) -> int:
    """Count the columns of the table that a row of headings names."""
    found = (table.headings.get(heading_key(text)) for text in row)
    return len({column[0].name for column in found if column})


def _layout(sheet: Sheet, table: Table) -> _Layout | None:
    """Find the headings of a sheet; None where no row has two of them."""
    first = sheet.rows[:HEADING_ROWS]
    number, cells = max(first, key=lambda row: _known([cell.text for cell in row[1]], table))
    if _known([cell.text for cell in cells], table) < 2:
        return None
    places: dict[str, int] = {}
    problems, unknown, marks = [], [], []
    for place, cell in enumerate(cells):
        known = table.headings.get(heading_key(cell.text))
        if not known:
            unknown += [cell.text] if cell.text else []
            continue
        column, mark = known
        marks.append(mark)
        if column.name in places:
            other = get_column_letter(places[column.name] + 1)
            letter = get_column_letter(place + 1)
            problems.append(
                Problem("double_column", sheet.name, number, letter, cell.text, {"other": other})
            )
        places.setdefault(column.name, place)
    for column in table.columns:
        if column.required and column.name not in places:
            details = {"heading": column.german}
            problems.append(
                Problem(
                    "missing_column", sheet.name, number, heading=column.german, details=details
                )
            )
    mark = max(",.", key=marks.count)
    width = None if sheet.name else len(cells)  # a CSV file has no sheets
    return _Layout(sheet, number, width, places, mark, tuple(unknown), tuple(problems))


def _read_rows(layout: _Layout, table: Table, placed: list[Placed], problems: list[Problem]) -> int:
    """Read the rows below the headings; return how many examples were skipped."""
    sheet, places = layout.sheet, layout.places
    rows = [row for row in sheet.rows if row[0] > layout.heading_row]
    mark = _mark(rows, layout, table)
    first = places.get(table.columns[0].name)
    whole = all(column.name in places for column in table.columns if column.required)
    examples = 0
    for number, cells in rows:
        if first is not None and _cell(cells, first).text.startswith(EXAMPLE):
            examples += 1
            continue
        if layout.width is not None and filled(cells[layout.width :]):
            problems.append(Problem("row_longer", sheet.name, number))
            continue
        typed = {}
        for column in table.columns:
            place = places.get(column.name)
            try:
                typed[column.name] = (
                    None if place is None else cell_value(_cell(cells, place), column, mark)
                )
            except Wrong as wrong:
                problems.append(_problem(wrong, layout, number, column))
        if whole and len(typed) == len(table.columns):
            placed.append(Placed(sheet.name, table.row(row=number, **typed)))
    return examples


def _mark(
    rows: Iterable[tuple[int, tuple[Cell, ...]]], layout: _Layout, table: Table
) -> str | None:
    """Find the decimal mark of the numbers that are stored as text."""
    places = [
        layout.places[column.name]
        for column in table.columns
        if column.kind in ("amount", "percent") and column.name in layout.places
    ]
    values = (_cell(cells, place).value for _number, cells in rows for place in places)
    return decimal_mark((value for value in values if isinstance(value, str)), layout.mark)


def _cell(cells: tuple[Cell, ...], place: int) -> Cell:
    """Give a cell of a row that may be shorter than the headings."""
    return cells[place] if place < len(cells) else Cell()


def _problem(wrong: Wrong, layout: _Layout, number: int, column: Column) -> Problem:
    """Say where something is wrong; a column that is not there has no letter."""
    place = layout.places.get(column.name)
    letter = "" if place is None else get_column_letter(place + 1)
    return Problem(wrong.code, layout.sheet.name, number, letter, column.german, wrong.details)


def _check_rows(
    table: Table, placed: list[Placed], layouts: list[_Layout], problems: list[Problem]
) -> set[Placed]:
    """Add what rows together show to be wrong; return the rows concerned."""
    by_name = {layout.sheet.name: layout for layout in layouts}
    bad = set()
    for one, name, wrong in check_together(table, placed):
        bad.add(one)
        layout = by_name[one.sheet]
        problems.append(_problem(wrong, layout, one.row.row, table.column(name)))
    return bad
