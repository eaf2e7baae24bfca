# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Requests allowed in a second and in a sliding day, and the headers that tell about them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from .answers import Refusal

DAY = 86400.0
NAMES = {
    "second": "x-limit-per-second",
    "second_left": "x-remaining-this-second",
    "day": "x-limit-per-day",
    "day_left": "x-remaining-today",
}
# How Etsy has been seen to name them, and what it may come to.
VARIANTS: dict[str, dict[str, str]] = {
    "usual": NAMES,
    "truncated": NAMES | {"second_left": "x-remaining-this-secon"},
    "renamed": {key: name.replace("x-", "x-etsy-quota-", 1) for key, name in NAMES.items()},
    "missing": {},
}


class TooMany(Refusal):
    """A limit is reached; how long to wait."""

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(429, text)
        self.retry_after = max(1, int(-(-seconds // 1)))


@dataclass
class Limits:
    """Both limits of one key."""

    per_second: int = 150
    per_day: int = 100_000
    variant: str = "usual"
    retry_after: bool = True
    # Replaces the values of headers that are sent, to make them unreadable.
    values: dict[str, str] = field(default_factory=dict)
    taken: deque[float] = field(default_factory=deque)
    refused: int = 0

    def take(self, now: float) -> None:
        """Count a request, or refuse it."""
        while self.taken and self.taken[0] <= now - DAY:
            self.taken.popleft()
        if len(self.taken) >= self.per_day:
            self.refused += 1
            raise TooMany("Exceeded daily rate limit", self.taken[0] + DAY - now)
        if self._this_second(now) >= self.per_second:
            self.refused += 1
            raise TooMany("Exceeded per second rate limit", self.taken[-self.per_second] + 1 - now)
        self.taken.append(now)

    def _this_second(self, now: float) -> int:
        count = 0
        for moment in reversed(self.taken):
            if moment <= now - 1:
                break
            count += 1
        return count

    def headers(self, now: float) -> dict[str, str]:
        """What an answer says about the limits."""
        numbers = {
            "second": self.per_second,
            "second_left": max(0, self.per_second - self._this_second(now)),
            "day": self.per_day,
            "day_left": max(0, self.per_day - len(self.taken)),
        }
        names = VARIANTS[self.variant]
        return {names[key]: self.values.get(key, str(numbers[key])) for key in names}
