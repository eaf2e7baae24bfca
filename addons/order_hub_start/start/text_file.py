# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading CSV: the character set and the delimiter are found out."""

import csv
import io
import re
from collections.abc import Callable

from .cells import MAX_BYTES, MAX_COLUMNS, MAX_TEXT, Cell, Sheet, check_count, filled
from .problems import Wrong

DELIMITERS = ";,\t|"
_MARKED = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ONE_BYTE = ("cp1252", "cp850", "mac_roman", "latin-1")  # the last one takes any byte
_GERMAN = frozenset("äöüÄÖÜß€éè°–")
_KEPT_TEXT = re.compile(r'="([^"]*)"')  # how programs keep leading zeros in a CSV


def decode(content: bytes) -> str:
    """Decode by the mark at the start, else as UTF-8, else in what gives most German letters."""
    for mark, encoding in _MARKED:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise Wrong("file_broken", reason=error) from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        sample = bytes(byte for byte in content if byte > 127)[:10_000]
    return content.decode(max(_ONE_BYTE, key=lambda encoding: _german(sample, content, encoding)))


def _german(sample: bytes, content: bytes, encoding: str) -> int:
    """Count the letters of German; -1 where the bytes are not of this encoding."""
    try:
        content.decode(encoding)
        return sum(char in _GERMAN for char in sample.decode(encoding))
    except UnicodeDecodeError:
        return -1


def read_csv(content: bytes, known: Callable[[list[str]], int]) -> list[Sheet]:
    """Read a CSV file; `known` counts the headings it knows in a row, to choose the delimiter."""
    if len(content) > MAX_BYTES:
        raise Wrong("file_large", limit=MAX_BYTES // 2**20)
    text = decode(content)
    if "\x00" in text:
        raise Wrong("file_other")
    first, _newline, rest = text.partition("\n")
    stated = re.fullmatch(r"sep=(.)\r?", first)
    if stated:
        # The line counts as a row of the file.
        text = "\n" + rest
    delimiter = stated[1] if stated else _delimiter(text, known)
    rows = tuple(_rows(text, delimiter))
    return [Sheet("", rows)] if rows else []


def _delimiter(text: str, known: Callable[[list[str]], int]) -> str:
    """Choose the delimiter that gives most known headings, then most columns, in the first rows."""
    lines = text[:100_000].splitlines(keepends=True)[:10]

    def rank(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return (-1, 0)
        return max(((known(row), len(row)) for row in rows), default=(0, 0))

    return max(DELIMITERS, key=rank)


def _rows(text: str, delimiter: str):
    """Give the rows that have something in them with the number a spreadsheet shows."""
    count = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, values in enumerate(reader, start=1):
            row = tuple(_cell(value) for value in values[:MAX_COLUMNS])
            if filled(row):
                count += 1
                check_count(count)
                yield number, row
    except csv.Error as error:  # also a field above csv.field_size_limit()
        raise Wrong("file_broken", reason=error) from error


def _cell(value: str) -> Cell:
    """Make a cell; what begins with “=” is a formula, unless it only keeps leading zeros."""
    value = value.strip()
    if match := _KEPT_TEXT.fullmatch(value):
        return Cell(match[1])
    if value.startswith("="):
        return Cell("=", formula=True)
    return Cell(value[: MAX_TEXT + 1] or None)
