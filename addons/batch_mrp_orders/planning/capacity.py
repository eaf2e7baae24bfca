# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Capacity of work centres: working time, what is booked, and free slots in it.

Times are whole minutes since the epoch (UTC), intervals half-open: ``(start, end)``
holds the minutes ``start`` to ``end - 1``.

The rule of a slot is Odoo's own (``mrp.workcenter._get_first_available_slot``): a
task may pause while the work centre does not work (night, break, holiday), but once
it has begun no other task comes in between. So the span from its first to its last
minute holds exactly the needed number of working minutes and no booked minute.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same minutes as sorted, disjoint intervals that do not touch."""
    result: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


class WorkingTime:
    """The working minutes of a calendar, countable in logarithmic time."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        spans = merged(intervals)
        self._spans = spans
        self._starts = [start for start, _end in spans]
        self._ends = [end for _start, end in spans]
        self._before = [0]  # working minutes before each span, and all of them at the end
        for start, end in spans:
            self._before.append(self._before[-1] + end - start)

    def spans(self) -> list[Interval]:
        """The working time as intervals that do not touch."""
        return self._spans

    def _count_before(self, minute: int) -> int:
        """Working minutes before ``minute``."""
        index = bisect_right(self._starts, minute) - 1
        if index < 0:
            return 0
        return self._before[index] + min(minute, self._ends[index]) - self._starts[index]

    def _minute(self, number: int) -> int | None:
        """The working minute with ``number`` others before it; None beyond the horizon."""
        if not 0 <= number < self._before[-1]:
            return None
        index = bisect_right(self._before, number) - 1
        return self._starts[index] + number - self._before[index]

    def between(self, start: int, end: int) -> int:
        """Working minutes in ``[start, end)``."""
        return max(self._count_before(end) - self._count_before(start), 0)

    def next_minute(self, start: int) -> int | None:
        """The first working minute from ``start`` on."""
        return self._minute(self._count_before(start))

    def span_from(self, start: int, minutes: int) -> Interval | None:
        """From the first to after the last of ``minutes`` working minutes after ``start``."""
        first = self._count_before(start)
        begin, last = self._minute(first), self._minute(first + minutes - 1)
        return None if begin is None or last is None else (begin, last + 1)

    def span_to(self, end: int, minutes: int) -> Interval | None:
        """From the first to after the last of ``minutes`` working minutes before ``end``."""
        after = self._count_before(end)
        begin, last = self._minute(after - minutes), self._minute(after - 1)
        return None if begin is None or last is None else (begin, last + 1)


class WorkCentre:
    """Working time of one work centre and the tasks booked on it."""

    def __init__(self, working: Iterable[Interval], booked: Iterable[Interval] = ()) -> None:
        self.working = WorkingTime(working)
        self._booked = sorted(interval for interval in booked if interval[0] < interval[1])

    @property
    def booked(self) -> list[Interval]:
        return self._booked

    def book(self, interval: Interval) -> None:
        if interval[0] < interval[1]:
            insort(self._booked, interval)

    def unbook(self, interval: Interval) -> None:
        """Free one booking of exactly ``interval``; nothing happens if there is none."""
        index = bisect_left(self._booked, interval)
        if self._booked[index : index + 1] == [interval]:
            del self._booked[index]

    def gaps(self, start: int) -> Iterator[tuple[int, int | None]]:
        """Spans without booking from ``start`` on; None stands for no end."""
        for begin, end in self._booked:
            if end <= start:
                continue
            if begin > start:
                yield start, begin
            start = max(start, end)
        yield start, None

    def earliest(self, minutes: int, start: int) -> Interval | None:
        """The first slot of ``minutes`` from ``start`` on; None beyond the horizon."""
        if minutes <= 0:
            return start, start
        for begin, end in self.gaps(start):
            slot = self.working.span_from(begin, minutes)
            if slot is None:
                return None
            if end is None or slot[1] <= end:
                return slot
        return None

    def latest(self, minutes: int, start: int, end: int) -> Interval | None:
        """The last slot of ``minutes`` within ``[start, end)``; None if there is none."""
        if minutes <= 0:
            return (end, end) if start <= end else None
        gaps = [
            (begin, end if stop is None else min(stop, end)) for begin, stop in self.gaps(start)
        ]
        for begin, stop in reversed(gaps):
            if begin < stop and self.working.between(begin, stop) >= minutes:
                return self.working.span_to(stop, minutes)
        return None


class Capacity:
    """All work centres, by id."""

    def __init__(self, centres: Mapping[int, WorkCentre]) -> None:
        self.centres = centres

    def first_of(
        self, options: Iterable[tuple[int, int]], start: int
    ) -> tuple[int, Interval] | None:
        """Of several (work centre, minutes), the one that is done first; the first if equal."""
        best: tuple[int, Interval] | None = None
        for centre, minutes in options:
            slot = self.centres[centre].earliest(minutes, start)
            if slot and (best is None or slot[1] < best[1][1]):
                best = centre, slot
        return best
