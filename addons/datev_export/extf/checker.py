# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Check the bytes of a Buchungsstapel against the rules of the format.

`check_stack` returns what is wrong, with line and column; an empty list means that every
rule known to this module holds. Rules within one field come from `spec`, rules between
fields are in `rules`.
"""

import re
from collections.abc import Callable

from .chart import Chart
from .model import Problem
from .rules import Values, check_header_rules, check_row_rules
from .spec import (
    BOOKING,
    ENCODING,
    FILE_NAME,
    HEADER,
    MAX_HEADER_LENGTH,
    MAX_ROWS,
    SEPARATOR,
    Column,
    Kind,
)

_FIELD = re.compile(r'"(?:[^"]|"")*"|[^";]*')


def check_name(name: str) -> list[Problem]:
    """DATEV takes files named EXTF_*.csv only."""
    if FILE_NAME.fullmatch(name):
        return []
    return [Problem(0, 0, "file_name", "the name is not EXTF_….csv", name)]


def check_stack(content: bytes, chart: Chart | None = None) -> list[Problem]:
    """Everything that is wrong with a file. `chart` adds the rules on Automatikkonten."""

    def row_rules(number: int, values: Values, header: Values) -> list[Problem]:
        return check_row_rules(number, values, header, chart)

    return check_lines(content, HEADER, BOOKING, check_header_rules, row_rules)


def check_lines(
    content: bytes,
    header_columns: tuple[Column, ...],
    columns: tuple[Column, ...],
    header_rules: Callable[[Values], list[Problem]],
    row_rules: Callable[[int, Values, Values], list[Problem]],
) -> list[Problem]:
    """What is wrong with the bytes, the lines, the single fields and between them."""
    text, problems = _decode(content)
    lines, broken_ends = _lines(text)
    problems += broken_ends
    if len(lines) < 2:
        return [*problems, Problem(1, 0, "too_short", "header or headings are missing")]
    header, found = _check_fields(1, lines[0], header_columns)
    problems += found
    if len(lines[0]) > MAX_HEADER_LENGTH:
        problems.append(Problem(1, 0, "header_length", "the header is too long"))
    problems += header_rules(header)
    if lines[1] != SEPARATOR.join(column.name for column in columns):
        problems.append(Problem(2, 0, "headings", "the headings are not those of the format"))
    if not lines[2:]:
        problems.append(Problem(3, 0, "no_rows", "the file has no rows"))
    if len(lines) - 2 > MAX_ROWS:
        problems.append(Problem(len(lines), 0, "too_many_rows", f"more than {MAX_ROWS} rows"))
    for number, line in enumerate(lines[2:], start=3):
        values, found = _check_fields(number, line, columns)
        problems += found
        problems += row_rules(number, values, header)
    return problems


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes) -> tuple[str, list[Problem]]:
    problems = []
    if not content.isascii() and _is_utf8(content):
        problems.append(Problem(1, 0, "encoding", "the file is UTF-8, not Windows-1252"))
    try:
        return content.decode(ENCODING), problems
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(line, 0, "encoding", "a byte is not Windows-1252"))
        return content.decode(ENCODING, "replace"), problems


def _lines(text: str) -> tuple[list[str], list[Problem]]:
    """Lines without their ends; each must end in CRLF, the last one too."""
    problems = []
    if not text.endswith("\r\n"):
        problems.append(
            Problem(text.count("\n") + 1, 0, "line_end", "the last line does not end in CRLF")
        )
    pieces = text.split("\n")
    if pieces and pieces[-1] == "":
        pieces.pop()
    lines = []
    for number, piece in enumerate(pieces, start=1):
        line = piece.removesuffix("\r")
        if line == piece and number < len(pieces):
            problems.append(Problem(number, 0, "line_end", "a line does not end in CRLF"))
        if "\r" in line:
            problems.append(Problem(number, 0, "control_character", "a lone carriage return"))
        lines.append(line)
    return lines, problems


def _fields(line: str, count: int) -> list[str]:
    """Raw fields with their quotes."""
    fields = line.split(SEPARATOR)
    if len(fields) == count and not any(field.count('"') & 1 for field in fields):
        return fields
    fields, place = [], 0
    while place <= len(line):
        match = _FIELD.match(line, place)
        if match is None or (match.end() < len(line) and line[match.end()] != SEPARATOR):
            # Broken quoting: take the field as it stands, its value is reported below.
            end = line.find(SEPARATOR, place)
            end = len(line) if end < 0 else end
        else:
            end = match.end()
        fields.append(line[place:end])
        place = end + 1
    return fields


def _check_fields(
    number: int, line: str, columns: tuple[Column, ...]
) -> tuple[dict[int, str], list[Problem]]:
    """Values of the filled fields by column number, and what is wrong with single fields."""
    raw = _fields(line, len(columns))
    if len(raw) != len(columns):
        message = f"{len(raw)} columns instead of {len(columns)}"
        return {}, [Problem(number, 0, "column_count", message)]
    values: dict[int, str] = {}
    problems: list[Problem] = []
    for index, field in enumerate(raw):
        column = columns[index]
        if field == column.empty:
            if column.required:
                problems.append(_problem(number, column, "required", "must be filled", ""))
            continue
        value, problem = _unquote(number, column, field)
        values[column.nr] = value
        problems.extend(problem or _check_value(number, column, value))
    return values, problems


def _problem(line: int, column: Column, code: str, message: str, value: str) -> Problem:
    return Problem(line, column.nr, code, f"{column.name}: {message}", value)


def _unquote(number: int, column: Column, field: str) -> tuple[str, list[Problem]]:
    if not column.quoted:
        if '"' in field:
            return field.strip('"'), [
                _problem(number, column, "quoting", "must not be in quotes", field)
            ]
        return field, []
    inner = field[1:-1]
    if len(field) < 2 or field[0] != '"' or field[-1] != '"':
        return field, [_problem(number, column, "quoting", "must be in quotes", field)]
    if '"' in inner.replace('""', ""):
        return inner, [_problem(number, column, "quoting", "has a single quote inside", field)]
    return inner.replace('""', '"'), []


def _check_value(number: int, column: Column, value: str) -> list[Problem]:
    """Length, pattern, allowed values and the zero rule of a filled field."""

    def wrong(code: str, message: str) -> list[Problem]:
        return [_problem(number, column, code, message, value)]

    if column.kind is Kind.EMPTY:
        return wrong("not_empty", "must stay empty")
    if column.zero_is_empty and value.strip("0,") == "":
        return wrong("zero", "a zero must be left empty")
    if column.allowed and value not in column.allowed:
        return wrong("not_allowed", f"must be one of {', '.join(column.allowed)}")
    digits = value.partition(",")[0]
    measured = digits if column.kind in (Kind.NUMBER, Kind.AMOUNT) else value
    if len(measured) > column.length:
        return wrong("too_long", f"longer than {column.length}")
    if not column.allowed and not column.regex.fullmatch(value):
        return wrong("pattern", "is not written as the format wants it")
    return []
