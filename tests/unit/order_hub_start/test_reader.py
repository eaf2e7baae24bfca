# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is wrong, where, and all of it at once."""

import pytest

from start.reader import Result, read
from start.tables import LOTS, PARTNERS, PRODUCTS, RECIPES
from tests.unit.order_hub_start.files import make_csv, make_xlsx


def places(result: Result) -> list[tuple[int, str, str]]:
    """Give row, column and code of each problem; each has its two sentences."""
    assert all(problem.what() and problem.instead() for problem in result.problems)
    return [(problem.row, problem.column, problem.code) for problem in result.problems]


def test_all_problems_at_once() -> None:
    rows = [["Unsere Artikel"], [], ["Art.-Nr.", "Name", "EAN", "Einheit", "VK", "MwSt"]]
    rows += [["1", "", "123", "Eimer", "zwölf", "0,19"], ["2", "Öl", "", "l", "1.234", "7 %"]]
    result = read(make_csv(rows, "cp1252"), PRODUCTS)
    assert places(result) == [
        (4, "B", "missing"), (4, "C", "not_barcode"), (4, "D", "not_choice"),
        (4, "E", "not_number"), (4, "F", "ambiguous_percent"),
    ]  # fmt: skip
    assert [(row.row, row.reference, row.price, row.vat) for row in result.rows] == [
        (5, "2", 1234, 7)
    ]


def test_numbers_of_a_spreadsheet() -> None:
    rows = [["Artikelnummer", "Name", "EAN", "USt.-Satz", "Haltbarkeit"]]
    rows += [[42, "A", 4006381333931, 0.19, 365], [7, "B", "", 0.19, "x"], [8, "C", "", 19, 3]]
    result = read(make_xlsx(rows, {(1, 0): "00000", (1, 3): "0%"}), PRODUCTS)
    assert places(result) == [(3, "D", "ambiguous_percent"), (3, "E", "not_days")]
    assert [(row.reference, row.barcode, row.vat) for row in result.rows] == [
        ("00042", "4006381333931", 19), ("8", None, 19),
    ]  # fmt: skip


def test_formulas_are_never_evaluated() -> None:
    rows = [["Artikelnummer", "Name", "VK"], ["1", '=HYPERLINK("http://x")', "=1+1"]]
    expected = [(2, "B", "formula"), (2, "C", "formula")]
    assert places(read(make_xlsx(rows), PRODUCTS)) == expected
    assert places(read(make_csv(rows), PRODUCTS)) == expected
    kept = read(make_csv([["Artikelnummer", "Name"], ['="007"', "Bond"]]), PRODUCTS)
    assert [row.reference for row in kept.rows] == ["007"]


def test_headings() -> None:
    assert places(read(make_csv([["a", "b"], ["1", "2"]]), PRODUCTS)) == [(0, "", "no_heading")]
    assert places(read(make_csv([["Name", "EAN"], ["A", "12"]]), PRODUCTS)) == [
        (1, "", "missing_column"), (2, "B", "not_barcode"),
    ]  # fmt: skip
    double = make_csv([["SKU", "Name", "Artikelnummer"], ["1", "A", "2"]])
    assert places(read(double, PRODUCTS)) == [(1, "C", "double_column")]
    assert places(read(b" \n", PRODUCTS)) == [(0, "", "file_empty")]


def test_rows_together() -> None:
    lots = [["Artikelnummer", "Charge", "Menge", "MHD"], ["A", "1", "5", "12.2026"]]
    lots += [["a", "1", "6", "1.1.27"], ["A", "2", "-1", ""], ["B", "", "1", "1.1.2027"]]
    assert places(read(make_csv(lots), LOTS)) == [
        (3, "A", "double_key"), (4, "C", "negative"), (5, "B", "needs"),
    ]  # fmt: skip
    partners = [["Nummer", "Firma", "PLZ", "Land"], ["1", "A", "1067", ""], ["2", "B", "1010", "A"]]
    result = read(make_csv(partners), PARTNERS)
    assert places(result) == [(2, "C", "not_postcode")]
    assert [row.country for row in result.rows] == ["AT"]
    products = [["SKU", "Name", "Hauptartikel", "Variante"], ["1", "A", "0", ""]]
    assert places(read(make_csv(products), PRODUCTS)) == [(2, "D", "needs")]


def recipe(*lines: tuple[str, ...]) -> bytes:
    """Make a file of recipes."""
    heading = ["Produkt", "Ausbeute", "Art", "Zutat", "Menge", "Arbeitsschritt", "Minuten"]
    return make_csv([heading, *map(list, lines)])


def test_recipes() -> None:
    right = recipe(
        ("A", "10", "Zutat", "B", "2,5", "", ""), ("B", "1", "Zutat", "C", "1", "", ""),
        ("A", "10", "Zutat", "C", "1", "", ""), ("A", "10", "Arbeitsgang", "", "", "Rühren", "5"),
    )  # fmt: skip
    result = read(right, RECIPES)
    assert result.problems == ()
    assert [row.kind for row in result.rows] == ["component"] * 3 + ["step"]
    wrong = recipe(
        ("A", "10", "Zutat", "B", "0", "", ""), ("A", "9", "Zutat", "", "1", "", ""),
        ("A", "10", "Zutat", "X", "1", "", ""), ("A", "10", "Schritt", "X", "1", "", ""),
    )  # fmt: skip
    assert places(read(wrong, RECIPES)) == [
        (2, "E", "not_positive"), (3, "D", "needs"), (4, "B", "differs"), (5, "C", "not_choice"),
    ]  # fmt: skip


@pytest.mark.parametrize("length", [1, 2, 3000])
def test_recipes_in_a_circle(length: int) -> None:
    lines = [(f"P{i}", "1", "Zutat", f"P{(i + 1) % length}", "1", "", "") for i in range(length)]
    result = read(recipe(*lines), RECIPES)
    assert [problem.code for problem in result.problems] == ["circle"]
    assert str(result.problems[0].details["path"]).count("→") == length


def test_other_encodings() -> None:
    rows = [["Artikelnummer", "Name", "Größe"], ["1", "Öl für Füße, süß", "2"]]
    for encoding in ("cp850", "mac_roman", "cp1252", "utf-8"):
        result = read(make_csv(rows, encoding), PRODUCTS)
        assert [row.name for row in result.rows] == ["Öl für Füße, süß"], encoding
    stated = read(b"sep=|\r\nSKU|Name\r\n1|A\r\n2|\r\n", PRODUCTS)
    assert places(stated) == [(4, "B", "missing")]


def test_a_decimal_comma_between_commas_is_not_read_as_two_cells() -> None:
    result = read(b'SKU,Name,VK\n1,A,12,50\n2,B,7\n3,C,"7,50"\n', PRODUCTS)
    assert places(result) == [(2, "", "row_longer")]
    assert [row.reference for row in result.rows] == ["2", "3"]
