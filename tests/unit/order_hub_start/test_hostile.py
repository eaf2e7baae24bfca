# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Files made to harm."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from start import cells
from start.reader import read
from start.tables import LOTS, PRODUCTS
from tests.unit.order_hub_start.files import make_csv, make_xlsx, with_member

SHEET = "xl/worksheets/sheet1.xml"
GOOD = make_xlsx([["Artikelnummer", "Bezeichnung"], ["1", "A"]])
DTD = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def only_code(content: bytes) -> str:
    """Give the code of the one problem of a file from which no row is read."""
    result = read(content, PRODUCTS)
    assert result.rows == ()
    assert [bool(problem.what() and problem.instead()) for problem in result.problems] == [True]
    return result.problems[0].code


def declared(member: bytes) -> bytes:
    """Put a document type definition behind the XML declaration."""
    return member.replace(b"?>", b"?>" + DTD, 1)


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_document_type_definitions_are_refused(name: str) -> None:
    assert len(read(GOOD, PRODUCTS).rows) == 1
    assert only_code(with_member(GOOD, name, declared)) == "file_markup"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "cp037"):
        hidden = with_member(GOOD, name, lambda m, e=encoding: declared(m).decode().encode(e))
        assert only_code(hidden) == "file_markup"
    far = with_member(GOOD, name, lambda m: m.replace(b"?>", b"?><!--" + b"x" * 262_100 + b"-->"))
    assert only_code(with_member(far, name, lambda m: m.replace(b"-->", b"-->" + DTD))) == (
        "file_markup"
    )


def test_bombs_are_refused() -> None:
    assert only_code(with_member(GOOD, SHEET, lambda m: b" " * 2**22)) == "file_bomb"
    buffer = BytesIO(GOOD)
    with ZipFile(buffer, "a", ZIP_DEFLATED) as archive:
        for number in range(2001):
            archive.writestr(f"{number}.xml", "")
    assert only_code(buffer.getvalue()) == "file_bomb"
    assert only_code(b"PK" + bytes(cells.MAX_BYTES)) == "file_large"
    assert only_code(b"a;" * cells.MAX_BYTES) == "file_large"


def test_rows_far_below_and_cells_far_right() -> None:
    far = with_member(GOOD, SHEET, lambda m: m.replace(b'r="2"', b'r="99999999999"'))
    assert only_code(far) == "too_many_rows"
    wide = make_xlsx([["Artikelnummer", "Bezeichnung", *[""] * 16_000, "Z"], ["1", "A"]])
    assert [row.name for row in read(wide, PRODUCTS).rows] == ["A"]
    many = make_csv([["SKU", "Name"], *[["1", "A"]] * (cells.MAX_ROWS + 1)])
    assert only_code(many) == "too_many_rows"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_protected"),
     (b"PK\x03\x04", "file_broken"), (bytes(100), "file_other"), (b"\xff\xfea", "file_broken"),
     (b"%PDF-1.7\n1 0 obj", "no_heading")],
)  # fmt: skip
def test_other_files(content: bytes, code: str) -> None:
    assert only_code(content) == code


def test_an_archive_of_something_else() -> None:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr("content.xml", "<a/>")
    assert only_code(buffer.getvalue()) == "file_other"


def test_an_endless_text_is_refused() -> None:
    # Which of the two depends on the limit that the process has set for the csv module.
    assert only_code(b'SKU;Name\n1;"' + b"x" * 140_000) in ("too_long", "file_broken")


def test_strange_texts_in_cells() -> None:
    rows = [["SKU", "Name", "E"], ["1", "a\x07b", ""], ["2", "x" * 1001, ""], ["3", "\ue000", ""]]
    codes = [problem.code for problem in read(make_csv(rows), PRODUCTS).problems]
    assert codes == ["control", "too_long", "control"]


def test_a_directory_that_points_before_the_file() -> None:
    place = GOOD.rindex(b"PK\x05\x06") + 17  # where the directory begins, second byte of four
    damaged = GOOD[:place] + bytes([GOOD[place] + 1]) + GOOD[place + 1 :]
    assert only_code(damaged) == "file_broken"


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.integers(0, len(GOOD)))
def test_damaged_files_never_crash(place: int, byte: int, cut: int) -> None:
    damaged = GOOD[:place] + bytes([byte]) + GOOD[place + 1 :]
    for content in (damaged, GOOD[:cut]):
        for problem in read(content, PRODUCTS).problems:
            assert problem.what() and problem.instead()


@given(st.binary(max_size=200))
def test_any_bytes_never_crash(content: bytes) -> None:
    for start in (b"", b"Artikelnummer;Menge;MHD\n"):
        for problem in read(start + content, LOTS).problems:
            assert problem.what() and problem.instead()


@settings(max_examples=60)
@given(st.data())
def test_damaged_xml_never_crashes(data: st.DataObject) -> None:
    def change(member: bytes) -> bytes:
        place = data.draw(st.integers(0, len(member) - 1))
        return member[:place] + data.draw(st.binary(max_size=4)) + member[place + 1 :]

    name = data.draw(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml"]))
    for problem in read(with_member(GOOD, name, change), PRODUCTS).problems:
        assert problem.what() and problem.instead()
