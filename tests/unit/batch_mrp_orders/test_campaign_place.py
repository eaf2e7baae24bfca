# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from planning.campaign.place import Job, cleaning_of, free_time, plan, possible, pushed
from planning.capacity import WorkCentre

DAYS = 60
TABLE = ((0, 3), (5, 0))


def shifts():
    """Eight minutes of work, with a break, out of every twelve."""
    return [
        (12 * day + begin, 12 * day + end) for day in range(DAYS) for begin, end in ((0, 3), (4, 9))
    ]


jobs = st.lists(
    st.builds(
        Job,
        key=st.none(),
        minutes=st.integers(1, 6),
        kind=st.integers(0, 1),
        release=st.integers(0, 40),
        due=st.none() | st.integers(-10, 60),
    ),
    min_size=1,
    max_size=4,
).map(
    lambda rows: [
        Job(number, row.minutes, row.kind, row.release, row.due) for number, row in enumerate(rows)
    ]
)
bookings = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 9)).map(lambda row: (row[0], sum(row))), max_size=3
)


def minute_by_minute(order, booked, ready):
    """Lateness and cleaning of an order, beside the product's own reckoning."""
    working = {minute for begin, end in shifts() for minute in range(begin, end)}
    taken = {minute for begin, end in booked for minute in range(begin, end)}

    def slot(minutes, time):
        while True:
            span = sorted(m for m in working if m >= time)[:minutes]
            clash = [m for m in range(span[0], span[-1] + 1) if m in taken]
            if not clash:
                return span[0], span[-1] + 1
            time = clash[-1] + 1

    time, last, late, cleaned = ready, None, 0, 0
    for job in order:
        minutes = 4 if last is None else TABLE[last][job.kind]
        if minutes:
            time = slot(minutes, time)[1]
        time = slot(job.minutes, max(time, job.release))[1]
        cleaned += minutes
        last = job.kind
        if job.due is not None:
            late += len([m for m in working - taken if job.due <= m < time])
    return late, cleaned


@given(jobs, bookings, st.integers(0, 20))
def test_slots_against_minute_by_minute(rows, booked, ready):
    centre = WorkCentre(shifts(), booked)
    result = plan(rows, TABLE, (4, 4), centre, ready)
    order = [rows[task.key] for task in result.tasks]
    assert sorted(job.key for job in order) == list(range(len(rows)))
    assert result.cost == minute_by_minute(order, booked, ready)
    spans = [
        span
        for task in result.tasks
        for span in (task.cleaning, (task.start, task.end))
        if span is not None
    ]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    for begin, end in booked:
        assert all(end <= span[0] or span[1] <= begin for span in spans)
    for task in result.tasks:
        assert task.start >= max(ready, rows[task.key].release)


@given(jobs, st.integers(0, 20))
def test_proven_means_that_no_order_is_better(rows, ready):
    result = plan(rows, TABLE, (4, 4), WorkCentre(shifts()), ready)
    best = min(minute_by_minute(order, (), ready) for order in permutations(rows))
    assert result.bound <= best
    if result.proven:
        assert result.cost == best


def test_proven_without_bookings():
    rows = [Job(0, 2, 0, 0), Job(1, 2, 1, 0), Job(2, 2, 0, 0)]
    result = plan(rows, TABLE, (4, 4), WorkCentre(shifts()), 0)
    assert result.proven
    assert [task.key for task in result.tasks] == [0, 2, 1]
    assert result.cost == (0, 7)


@given(st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=1, max_size=6))
def test_nothing_stands_before_what_it_waits_for(links):
    rows = [
        Job(key, 1, 0, 0, after=tuple(other for other in after if other > key))
        for key, after in enumerate(links)
    ]
    place = {job.key: index for index, job in enumerate(possible(rows))}
    assert len(place) == len(rows)
    for job in rows:
        assert all(place[other] < place[job.key] for other in job.after if other in place)


def test_runs_that_wait_for_each_other_are_not_lost():
    rows = [Job(0, 1, 0, 0, after=(1,)), Job(1, 1, 0, 0, after=(0,))]
    assert {job.key for job in possible(rows)} == {0, 1}


def test_later_steps_make_room_only_where_they_must():
    filler = WorkCentre([(0, 100)], [(10, 15), (20, 25), (40, 45)])
    steps = [
        ("a", 5, (10, 15), ("kettle",)),
        ("b", 5, (20, 25), ("a",)),
        ("c", 5, (40, 45), ("b",)),
    ]
    moved = pushed(steps, dict.fromkeys("abc", filler), {"kettle": 18})
    assert moved == {"a": (25, 30), "b": (30, 35)}


def test_free_time_leaves_out_what_is_booked():
    centre = WorkCentre([(0, 10), (20, 30)], [(5, 22)])
    assert free_time(centre).spans() == [(0, 5), (22, 30)]
    assert cleaning_of([0, 1, 1, 0], TABLE, (4, 4)) == [4, 3, 0, 5]
