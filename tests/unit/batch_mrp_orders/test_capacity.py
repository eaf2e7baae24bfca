# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Free slots: against an oracle that walks minute by minute."""

from hypothesis import given, settings
from hypothesis import strategies as st

from planning.capacity import Capacity, WorkCentre, WorkingTime, merged

HORIZON = 80
INTERVALS = st.lists(
    st.tuples(st.integers(0, HORIZON), st.integers(0, 20)).map(
        lambda pair: (pair[0], min(pair[0] + pair[1], HORIZON))
    ),
    max_size=8,
)


def minutes_of(intervals):
    return {minute for start, end in intervals for minute in range(start, end)}


def walk(working, booked, needed, first):
    """End of a task that begins in minute ``first``; None if it cannot."""
    if first not in working:
        return None
    left, minute = needed, first
    while minute < HORIZON:
        if minute in booked:
            return None
        if minute in working:
            left -= 1
            if not left:
                return minute + 1
        minute += 1
    return None


def slots(working, booked, needed):
    """All slots there are, by their first minute."""
    return [
        (first, end)
        for first in range(HORIZON)
        if (end := walk(working, booked, needed, first)) is not None
    ]


@settings(max_examples=600)
@given(INTERVALS, INTERVALS, st.integers(1, 25), st.integers(0, HORIZON))
def test_earliest_slot_equals_walking_minute_by_minute(working, booked, needed, start):
    found = WorkCentre(working, booked).earliest(needed, start)
    possible = [
        slot for slot in slots(minutes_of(working), minutes_of(booked), needed) if slot[0] >= start
    ]
    assert found == (possible[0] if possible else None)


@settings(max_examples=600)
@given(INTERVALS, INTERVALS, st.integers(1, 25), st.integers(0, HORIZON), st.integers(0, HORIZON))
def test_latest_slot_equals_walking_minute_by_minute(working, booked, needed, start, end):
    found = WorkCentre(working, booked).latest(needed, start, end)
    possible = [
        slot
        for slot in slots(minutes_of(working), minutes_of(booked), needed)
        if slot[0] >= start and slot[1] <= end
    ]
    assert found == (possible[-1] if possible else None)


@given(INTERVALS, st.integers(0, HORIZON), st.integers(0, HORIZON))
def test_working_minutes_are_counted_exactly(intervals, start, end):
    working = minutes_of(intervals)
    time = WorkingTime(intervals)
    assert time.between(start, end) == len(working & set(range(start, end)))
    assert time.next_minute(start) == min(
        (minute for minute in working if minute >= start), default=None
    )


@given(INTERVALS)
def test_merged_keeps_the_minutes_and_leaves_gaps(intervals):
    result = merged(intervals)
    assert minutes_of(result) == minutes_of(intervals)
    assert all(earlier[1] < later[0] for earlier, later in zip(result, result[1:], strict=False))


@given(INTERVALS, INTERVALS, st.integers(1, 10), st.integers(0, HORIZON))
def test_booking_and_freeing_leaves_all_as_it_was(working, booked, needed, start):
    centre = WorkCentre(working, booked)
    before = centre.earliest(needed, start)
    if before:
        centre.book(before)
        assert centre.earliest(needed, start) != before
        centre.unbook(before)
    centre.unbook((-2, -1))
    assert centre.earliest(needed, start) == before


def test_a_task_pauses_over_night_but_no_other_comes_in_between():
    days = [(0, 8), (24, 32), (48, 56)]
    assert WorkCentre(days).earliest(10, 3) == (3, 29)
    assert WorkCentre(days, [(26, 27)]).earliest(10, 3) == (27, 53)


def test_the_alternative_that_is_done_first_is_taken():
    capacity = Capacity({1: WorkCentre([(0, 100)], [(0, 50)]), 2: WorkCentre([(0, 100)])})
    assert capacity.first_of([(1, 10), (2, 30)], 0) == (2, (0, 30))
    assert capacity.first_of([(1, 10), (2, 60)], 0) == (1, (50, 60))
    assert capacity.first_of([(1, 200)], 0) is None
