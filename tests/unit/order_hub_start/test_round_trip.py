# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From a template that somebody filled in to the rows that are read."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from start.reader import read
from start.tables import EXAMPLE, LOTS, PRODUCTS, TABLES, Table, heading_key
from start.template import make_template
from tests.unit.order_hub_start.files import make_csv, make_xlsx

tables = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
references = st.text("ABCXYZ0123456789-/", min_size=1, max_size=12)
names = st.text("abcäöüßÄÖÜ éXYZ&", min_size=1, max_size=30).filter(str.strip)


def filled_template(table: Table, row: list) -> bytes:
    """Write a row below the example of a template."""
    book = openpyxl.load_workbook(BytesIO(make_template(table)))
    sheet = book.worksheets[0]
    for place, value in enumerate(row, start=1):
        sheet.cell(3, place, value).number_format = sheet.cell(2, place).number_format
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@tables
def test_template_is_read_and_its_example_skipped(table: Table) -> None:
    result = read(make_template(table), table)
    assert (result.rows, result.problems, result.examples, result.unknown) == ((), (), 1, ())


@tables
def test_example_is_a_right_row(table: Table) -> None:
    example = [str(table.columns[0].example).removeprefix(f"{EXAMPLE}-")]
    example += [column.example for column in table.columns[1:]]
    result = read(filled_template(table, example), table)
    assert result.problems == ()
    assert [row.row for row in result.rows] == [3]
    filled = {column.name for column in table.columns if column.example != ""}
    assert all(getattr(result.rows[0], name) is not None for name in filled)


@tables
def test_template_helps(table: Table) -> None:
    sheet = openpyxl.load_workbook(BytesIO(make_template(table))).worksheets[0]
    assert all(sheet.cell(1, place).comment for place in range(1, len(table.columns) + 1))
    lists = sum(bool(column.choices) for column in table.columns)
    assert len(sheet.data_validations.dataValidation) == lists


@tables
def test_no_heading_means_two_columns(table: Table) -> None:
    owner: dict[str, str] = {}
    for column in table.columns:
        for heading in (column.german, column.english, column.name, *column.others):
            assert owner.setdefault(heading_key(heading), column.name) == column.name, heading


@settings(max_examples=30)
@given(st.dictionaries(references.map(str.upper), st.tuples(names, st.integers(0, 10**8)),
                       min_size=1, max_size=8),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
       st.sampled_from(";,\t|"))  # fmt: skip
def test_csv_round_trip(rows: dict, encoding: str, delimiter: str) -> None:
    cents = {key: (name, Decimal(amount) / 100) for key, (name, amount) in rows.items()}
    content = [["Artikel-Nr.", "Bezeichnung", "VK netto", "Farbe"]]
    for key, (name, price) in cents.items():
        german = f"{price:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
        content.append([key, name, german, "x"])
    result = read(make_csv(content, encoding, delimiter), PRODUCTS)
    assert result.problems == ()
    assert result.unknown == ("Farbe",)
    assert {row.reference: (row.name, row.price) for row in result.rows} == {
        key: (" ".join(name.split()), price) for key, (name, price) in cents.items()
    }


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 10**7), st.dates(date(1990, 1, 1), date(2100, 1, 1))),
                min_size=1, max_size=6))  # fmt: skip
def test_xlsx_round_trip(rows: list) -> None:
    content = [["Product Reference", "Lot", "Quantity", "Best Before"]]
    content += [[f"P{i}", f"C{i}", number / 1000, day] for i, (number, day) in enumerate(rows)]
    result = read(make_xlsx(content), LOTS)
    assert result.problems == ()
    assert [(row.quantity, row.best_before) for row in result.rows] == [
        (Decimal(number) / 1000, day) for number, day in rows
    ]
