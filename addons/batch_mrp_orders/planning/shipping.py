# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From the minute goods are ready to the day the customer has them, and back.

Goods leave on the first working minute of the company from the moment they are ready;
the days of transport count working days. Minutes as in :mod:`.capacity`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import date

from .capacity import Interval, merged


class ShippingCalendar:
    """Days on which the company ships, within the horizon of its calendar."""

    def __init__(
        self, working: Iterable[Interval], local_date: Callable[[int], date], days: int
    ) -> None:
        """
        :param working: working time of the company
        :param local_date: the company's calendar day of a minute
        :param days: working days of transport
        """
        self._local_date = local_date
        self._days = max(days, 0)
        last_minutes: dict[date, int] = {}
        for start, end in merged(working):
            for minute in (start, end - 1):  # a night shift ends on another day
                last_minutes[local_date(minute)] = minute
        self._dates = sorted(last_minutes)
        self._last = [last_minutes[day] for day in self._dates]

    def arrival(self, ready: int) -> date | None:
        """The day the customer has goods that are ready in minute ``ready``."""
        index = bisect_left(self._last, ready) + self._days
        return self._dates[index] if index < len(self._dates) else None

    def ship_by(self, due: date) -> date | None:
        """The last day to hand goods over that shall be with the customer on ``due``."""
        index = bisect_right(self._dates, due) - 1 - self._days
        return self._dates[index] if index >= 0 else None

    def deadline(self, day: date) -> int | None:
        """The last minute in which goods may be ready to leave on ``day``."""
        index = bisect_right(self._dates, day) - 1
        return self._last[index] if index >= 0 else None
