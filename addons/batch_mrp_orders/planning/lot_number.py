# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Lot numbers by a pattern such as ``{product}-{yy}{doy}-{seq:2}``.

What stands in braces is a part, all else is printed as it is. The running number counts within
all that stands around it: with the day in the pattern it starts anew every day, with the
product in it every product has its own.
"""

import re
from dataclasses import dataclass
from datetime import date

PART = re.compile(r"\{([^{}]*)\}")
SEQUENCE = re.compile(r"seq(?::([1-9]))?")
SEQUENCE_DIGITS = 3
CALENDAR_DAY = {"mm", "dd", "doy"}
KNOWN = ("product", "yyyy", "yy", "mm", "dd", "doy", "ww", "seq")


class PatternError(ValueError):
    """The pattern cannot be used; ``reason`` says why, ``part`` where.

    Reasons: ``unknown`` part, ``brace`` without its partner, ``sequence`` missing or there
    twice, ``week`` together with a month or a day.
    """

    def __init__(self, reason: str, part: str = "") -> None:
        super().__init__(f"{reason}: {part}")
        self.reason = reason
        self.part = part


@dataclass(frozen=True, slots=True)
class LotPattern:
    """A pattern that has been checked; use :func:`parse_pattern`."""

    before: str
    digits: int
    after: str

    def render(self, product_code: str, day: date, number: int) -> str:
        """The lot number of the ``number``-th lot."""
        return f"{number:0{self.digits}d}".join(self._around(product_code, day))

    def stem(self, product_code: str, day: date) -> str:
        """What lots share that are counted together."""
        return "{seq}".join(self._around(product_code, day))

    def matches(self, name: str, product_code: str, day: date) -> bool:
        """Whether ``name`` could be a number of this pattern."""
        before, after = self._around(product_code, day)
        return bool(
            re.fullmatch(rf"{re.escape(before)}\d{{{self.digits},}}{re.escape(after)}", name)
        )

    def _around(self, product_code: str, day: date) -> tuple[str, str]:
        # The year of a week is not always that of its days: 1 January 2027 is in week 2026-53.
        by_week = "{ww}" in self.before + self.after
        year, week, _weekday = day.isocalendar()
        year = year if by_week else day.year
        values = {
            "product": product_code,
            "yyyy": f"{year:04d}",
            "yy": f"{year % 100:02d}",
            "mm": f"{day.month:02d}",
            "dd": f"{day.day:02d}",
            "doy": f"{day.timetuple().tm_yday:03d}",
            "ww": f"{week:02d}",
        }
        before, after = (
            PART.sub(lambda found: values[found[1]], text) for text in (self.before, self.after)
        )
        return before, after


def parse_pattern(pattern: str) -> LotPattern:
    """Check a pattern.

    :raises PatternError: with the reason
    """
    rest = PART.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise PatternError("brace")
    names = PART.findall(pattern)
    for name in names:
        if name not in KNOWN and not SEQUENCE.fullmatch(name):
            raise PatternError("unknown", name)
    sequences = [found for name in names if (found := SEQUENCE.fullmatch(name))]
    if len(sequences) != 1:
        raise PatternError("sequence")
    if "ww" in names and CALENDAR_DAY & set(names):
        raise PatternError("week")
    sequence = sequences[0]
    before, after = pattern.split("{" + sequence[0] + "}")
    return LotPattern(before, int(sequence[1] or SEQUENCE_DIGITS), after)
