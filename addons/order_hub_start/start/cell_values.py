# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From a cell to the value of its column."""

import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from . import values, words
from .cells import MAX_TEXT, Cell
from .problems import Wrong
from .tables import Column

TEXT_LIMIT = 1_000
_CHECKED: dict[str, Callable[[str], str]] = {
    "barcode": words.parse_barcode,
    "vat": words.parse_vat,
    "email": words.parse_email,
    "country": words.parse_country,
    "account": words.parse_account,
}
Typed = str | int | Decimal | date | None


def cell_value(cell: Cell, column: Column, mark: str | None) -> Typed:
    """Read a cell as its column wants it; raise Wrong. None is an empty cell."""
    if cell.formula:
        raise Wrong("formula")
    if cell.error:
        raise Wrong("cell_error", value=cell.text)
    if not cell.text:
        if column.required:
            raise Wrong("missing", example=shown_example(column))
        return None
    if column.kind in ("amount", "percent", "days"):
        return _number(cell, column, mark)
    if column.kind == "date":
        return _date(cell)
    text = _text(cell)
    if column.choices:
        return words.parse_choice(text, column.choices)
    return _CHECKED.get(column.kind, str)(text)


def shown_example(column: Column) -> str:
    """Write the example of a column as a German would."""
    if isinstance(column.example, date):
        return values.show(column.example)
    if column.kind == "percent":
        return "19 %"
    return str(column.example or column.german).replace(
        ".", "," if column.kind == "amount" else "."
    )


def _text(cell: Cell) -> str:
    """Give a text on one line without what cannot be seen."""
    if isinstance(cell.value, date):
        return values.show(values.from_date(cell.value))
    if len(cell.text) > min(TEXT_LIMIT, MAX_TEXT):
        raise Wrong("too_long", limit=TEXT_LIMIT)
    text = " ".join(cell.text.split())
    if any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in text):
        raise Wrong("control")
    return text


def _number(cell: Cell, column: Column, mark: str | None) -> Decimal | int:
    """Read an amount, a percentage or a period; none of them is below zero."""
    value = cell.value
    if isinstance(value, bool | date):
        raise Wrong("not_number", value=cell.text)
    if isinstance(value, str):
        number = _written_number(value, column.kind, mark)
    else:
        number = values.from_float(value)
        if column.kind == "percent":
            # A cell formatted as a percentage shows 0.19 as 19 %.
            number = number * 100 if "%" in cell.format else values.bare_percent(number)
        elif column.kind == "days":
            number = int(number)
    if number < 0:
        raise Wrong("negative")
    if column.positive and not number:
        raise Wrong("not_positive")
    return number


def _written_number(text: str, kind: str, mark: str | None) -> Decimal | int:
    """Read a number that is stored as text."""
    if kind == "percent":
        return values.parse_percent(text, mark)
    return values.parse_days(text, mark) if kind == "days" else values.parse_number(text, mark)


def _date(cell: Cell) -> date:
    """Read a date, stored as one or as text."""
    if isinstance(cell.value, date):
        return values.from_date(cell.value)
    if isinstance(cell.value, str):
        return values.parse_date(cell.value)
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        raise values.date_number(cell.value)
    raise Wrong("not_date", value=cell.text)
