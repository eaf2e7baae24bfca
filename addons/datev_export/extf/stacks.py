# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Cut booked entries into files: one calendar month each, at most 99,999 rows.

Opening balances and year-end entries have stacks of their own. An entry is never cut in two.
Which entry a line of a file belongs to is kept beside the file, so that the proof can name it.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from .model import OPENING, YEAR_END, BookedEntry, StackHeader
from .spec import MAX_ROWS
from .writer import write_stack

FIRST_ROW_LINE = 3
# The label of a stack takes no umlauts.
_LABELS = {"": "Buchungen", OPENING: "EB-Werte", YEAR_END: "Jahresabschluss"}
_YEAR_END_TYPE = "2"


@dataclass(frozen=True)
class StackFile:
    """A finished file; `entries[i]` is the entry of line `i + 3`."""

    first_day: date
    last_day: date
    part: int
    content: bytes
    entries: tuple[int, ...]
    stack: str = ""

    def entry_of(self, line: int) -> int:
        """Entry of a line, 0 for header and headings."""
        index = line - FIRST_ROW_LINE
        return self.entries[index] if 0 <= index < len(self.entries) else 0


def _chunks(booked: Iterable[BookedEntry], limit: int) -> Iterator[list[BookedEntry]]:
    chunk: list[BookedEntry] = []
    count = 0
    for entry in booked:
        if chunk and count + len(entry.rows) > limit:
            yield chunk
            chunk, count = [], 0
        chunk.append(entry)
        count += len(entry.rows)
    if chunk:
        yield chunk


def fiscal_year_start(day: date, last_day: int, last_month: int) -> date:
    """First day of the fiscal year of `day`, for years that end on the given day."""

    def year_end(year: int) -> date:
        return date(year, last_month, min(last_day, calendar.monthrange(year, last_month)[1]))

    end = year_end(day.year if day <= year_end(day.year) else day.year + 1)
    return date.fromordinal(year_end(end.year - 1).toordinal() + 1)


def make_files(
    booked: Iterable[BookedEntry],
    header: StackHeader,
    year_end: tuple[int, int],
    limit: int = MAX_ROWS,
) -> list[StackFile]:
    """Files for entries in the order of their days. `header` gives what is common to all;
    `year_end` is day and month of the end of the fiscal year."""
    files = []
    months: dict[tuple[int, int, str], list[BookedEntry]] = defaultdict(list)
    for entry in booked:
        if entry.rows:
            day = entry.entry.day
            months[day.year, day.month, entry.entry.stack].append(entry)
    for (year, month, stack), group in sorted(months.items()):
        first = max(header.first_day, date(year, month, 1))
        last = min(header.last_day, date(year, month, calendar.monthrange(year, month)[1]))
        for part, chunk in enumerate(_chunks(group, limit), start=1):
            rows = [row for entry in chunk for row in entry.rows]
            own = replace(
                header,
                first_day=first,
                last_day=last,
                fiscal_year_start=fiscal_year_start(first, *year_end),
                label=f"{_LABELS[stack]} {month:02d}-{year}",
                booking_type=_YEAR_END_TYPE if stack == YEAR_END else header.booking_type,
            )
            content = write_stack(own, rows)
            entries = tuple(row.entry for row in rows)
            files.append(StackFile(first, last, part, content, entries, stack))
    return files
