# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read a list of personal accounts: a table with headings, or DATEV's Debitoren/Kreditoren.

Columns are found by their headings, in any order. Rows keep their line numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MAX_ROWS = 100_000
_NUMBER = re.compile(r"([0-9]{1,9})(?:\.0+)?")
_SAMPLE = 4_096
# Field -> headings, in small letters without signs.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "konto",
        "kontonummer",
        "personenkonto",
        "debitor",
        "kreditor",
        "debitorennummer",
        "kreditorennummer",
        "debitorenkonto",
        "kreditorenkonto",
        "account",
        "account number",
        "number",
        "nummer",
    ),
    "name": (
        "name",
        "bezeichnung",
        "beschriftung",
        "kontobezeichnung",
        "kontobeschriftung",
        "firma",
        "kunde",
        "lieferant",
        "name adressattyp unternehmen",
        "company",
        "contact",
        "kurzbezeichnung",
    ),
    "last_name": ("nachname", "name adressattyp natürl person", "last name"),
    "first_name": ("vorname", "vorname adressattyp natürl person", "first name"),
    "ref": (
        "kundennummer",
        "lieferantennummer",
        "kunden nr",
        "kunden lief nr",
        "referenz",
        "reference",
        "ref",
    ),
    "vat": ("ust idnr", "ustid", "ust id", "eu ustid", "umsatzsteuer id", "vat", "tax id"),
    "state": ("eu land",),
    "email": ("email", "e mail", "mail"),
}


@dataclass(frozen=True)
class NumberRow:
    """A personal account of the list, and what tells whose it is."""

    line: int
    number: int
    name: str = ""
    ref: str = ""
    vat: str = ""
    email: str = ""


class UnreadableList(ValueError):
    """The file is no list of accounts: a code, the line, and what stands there."""

    def __init__(self, code: str, line: int = 0, value: str = ""):
        super().__init__(code)
        self.code, self.line, self.value = code, line, value


def read_csv(content: bytes) -> list[NumberRow]:
    """Rows of a CSV file: UTF-8 or Windows-1252; semicolon, comma or TAB."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise UnreadableList("no_list")
    head = text[:_SAMPLE].splitlines() or [""]
    separator = max(";,\t", key=lambda mark: max(line.count(mark) for line in head[:2]))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise UnreadableList("no_list") from None
    return read_table(rows)


def read_table(rows: Iterable[Sequence[object]]) -> list[NumberRow]:
    """Rows of a table; the headings are in the first line that has a number column."""
    places: dict[str, int] = {}
    found: list[NumberRow] = []
    for line, cells in enumerate(rows, start=1):
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if not places:
            places = _places(texts)
            continue
        if not any(texts):
            continue
        if len(found) >= MAX_ROWS:
            raise UnreadableList("too_many", line)
        row = _row(line, texts, places)
        if row:
            found.append(row)
    if not places:
        raise UnreadableList("no_heading")
    if not found:
        raise UnreadableList("empty")
    return found


def _places(cells: Sequence[str]) -> dict[str, int]:
    known = {name: field for field, names in HEADINGS.items() for name in names}
    places: dict[str, int] = {}
    for column, cell in enumerate(cells):
        heading = " ".join(re.sub(r"[^\w]+", " ", cell.lower()).split())
        if heading in known:
            places.setdefault(known[heading], column)
    return places if "number" in places else {}


def _row(line: int, texts: Sequence[str], places: Mapping[str, int]) -> NumberRow | None:
    values = {
        field: " ".join(texts[column].split())
        for field, column in places.items()
        if column < len(texts)
    }
    number = _NUMBER.fullmatch(values.get("number", ""))
    if not number:
        raise UnreadableList("no_number", line, values.get("number", "")[:40])
    person = " ".join(filter(None, (values.get("first_name", ""), values.get("last_name", ""))))
    vat = re.sub(r"[^0-9A-Za-z]", "", values.get("vat", "")).upper()
    if vat[:1].isdigit():
        # DATEV keeps the country apart from the number.
        vat = values.get("state", "").upper() + vat
    return NumberRow(
        line=line,
        number=int(number[1]),
        name=values.get("name", "") or person,
        ref=values.get("ref", ""),
        vat=vat,
        email=values.get("email", "").lower(),
    )
