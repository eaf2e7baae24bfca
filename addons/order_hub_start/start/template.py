# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Making the empty spreadsheet of a table: German headings, an example row, notes, drop-downs."""

from io import BytesIO

from xlsxwriter import Workbook

from .tables import Column, Table

ROWS = 5_000  # rows that get drop-downs and formats
_FORMATS = {"amount": "#,##0.00##", "percent": "0.00##%", "date": "dd.mm.yyyy", "days": "0"}
_HINTS = (
    "Eine Zeile je Eintrag. Spalten mit * müssen ausgefüllt sein, alle anderen dürfen fehlen.",
    "Die graue Beispielzeile wird nicht eingelesen; Sie können sie stehen lassen oder löschen.",
    "Zahlen: 1.234,56. Datum: 31.12.2026. Keine Formeln: Spalten als Werte einfügen.",
    "Nummern, EAN und PLZ sind als Text formatiert, damit führende Nullen erhalten bleiben.",
)


def make_template(table: Table) -> bytes:
    """Make the template of a table."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(buffer, options)
    sheet = book.add_worksheet(table.title)
    for place, column in enumerate(table.columns):
        _write_column(book, sheet, place, column)
    sheet.freeze_panes(1, 1)
    notes = book.add_worksheet("Hinweise")
    notes.set_column(0, 0, 26)
    notes.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
    for number, hint in enumerate(_HINTS):
        notes.write_string(number, 1, hint)
    for number, column in enumerate(table.columns, start=len(_HINTS) + 1):
        notes.write_string(number, 0, column.german, book.add_format({"bold": True}))
        notes.write_string(number, 1, _note(column))
    book.close()
    return buffer.getvalue()


def _write_column(book: Workbook, sheet, place: int, column: Column) -> None:
    """Write heading, note, example and drop-down of a column."""
    shape = {"num_format": _FORMATS.get(column.kind, "@")}
    color = "#1F5C7A" if column.required else "#5B7F95"
    heading = {"bold": True, "font_color": "white", "bg_color": color, "border": 1}
    text = column.german + (" *" if column.required else "")
    sheet.set_column(place, place, max(14, len(text) + 3), book.add_format(shape))
    sheet.write_string(0, place, text, book.add_format(heading))
    sheet.write_comment(0, place, _note(column), {"x_scale": 2})
    grey = book.add_format({**shape, "font_color": "#808080", "italic": True})
    if shape["num_format"] == "@":
        sheet.write_string(1, place, str(column.example), grey)
    elif column.kind == "date":
        sheet.write_datetime(1, place, column.example, grey)
    elif column.example != "":
        sheet.write_number(1, place, column.example, grey)
    if column.choices:
        names = [names[0] for names in column.choices.values()]
        # Other words for the same are read as well, so the list warns and does not forbid.
        sheet.data_validation(
            1, place, ROWS, place,
            {"validate": "list", "source": names, "error_type": "warning",
             "error_title": column.german, "error_message": "Bitte aus der Liste wählen."},
        )  # fmt: skip


def _note(column: Column) -> str:
    """Say what belongs into a column."""
    parts = ["Pflichtfeld." if column.required else "", column.note]
    if column.choices:
        parts.append("Möglich: " + ", ".join(names[0] for names in column.choices.values()))
    return " ".join(part for part in parts if part) or column.english
