# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From an order of runs to times on a work centre, with the cleaning between them.

:mod:`.sequence` finds the order in minutes in which the work centre is free. Here the runs of
that order get slots in its calendar, by the rule of :mod:`..capacity`: cleaning as soon as the
last run is done, then the run, not before its materials are there nor before the runs whose goods
it takes are done. Times are minutes since the epoch; lateness counts minutes in which the work
centre is free of anything else, so that it is the same before and after.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..capacity import Interval, WorkCentre, WorkingTime
from .sequence import Cost, Problem, Run, solve

Key = Hashable


@dataclass(frozen=True, slots=True)
class Job:
    """A run to order; ``after`` are the jobs that must be done before it."""

    key: Key
    minutes: int
    kind: int
    release: int
    due: int | None = None
    after: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """When a job is done, the cleaning before it, and by how much it is late."""

    key: Key
    start: int
    end: int
    late: int
    cleaning: Interval | None = None
    cleaning_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Campaign:
    """``proven`` if no order has less lateness, and none as late has less cleaning;
    ``bound`` is (lateness, cleaning) below which no order is."""

    tasks: tuple[Task, ...]
    bound: Cost
    proven: bool

    @property
    def cost(self) -> Cost:
        return (
            sum(task.late for task in self.tasks),
            sum(task.cleaning_minutes for task in self.tasks),
        )


class NoTimeError(Exception):
    """There is no free time for a job within the horizon."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


def free_time(centre: WorkCentre) -> WorkingTime:
    """The working time of ``centre`` in which nothing is booked."""
    free: list[Interval] = []
    for start, end in centre.working.spans():
        for begin, stop in centre.gaps(start):
            if begin >= end:
                break
            free.append((begin, end if stop is None else min(stop, end)))
    return WorkingTime(free)


def plan(
    jobs: Sequence[Job],
    cleaning: Sequence[Sequence[int]],
    initial: Sequence[int],
    centre: WorkCentre,
    ready: int,
) -> Campaign:
    """Order ``jobs`` and give them slots on ``centre`` from ``ready`` on, which are booked.

    :param cleaning: minutes from one kind of job to the other
    :param initial: minutes from what is in the work centre at ``ready``
    """
    free = free_time(centre)
    problem = Problem(
        runs=tuple(
            Run(
                key=job.key,
                minutes=job.minutes,
                kind=job.kind,
                release=free.between(ready, job.release),
                due=None if job.due is None else _distance(free, ready, job.due),
            )
            for job in jobs
        ),
        cleaning=tuple(tuple(row) for row in cleaning),
        initial=tuple(initial),
    )
    result = solve(problem)
    order = possible([jobs[index] for index in result.order])
    tasks = place(order, cleaning, initial, centre, free, ready)
    campaign = Campaign(tuple(tasks), result.bound, False)
    # With bookings between them the slots may be later than the search has reckoned.
    proven = result.exact and campaign.cost <= result.cost
    return Campaign(campaign.tasks, result.bound, proven)


def possible(jobs: Iterable[Job]) -> list[Job]:
    """``jobs`` in their order, but none before those it comes after."""
    waiting = list(jobs)
    here = {job.key for job in waiting}
    done: list[Job] = []
    placed: set[Key] = set()
    while waiting:
        # Runs that wait for each other cannot be helped: then the first one goes.
        following = next(
            (job for job in waiting if all(k in placed or k not in here for k in job.after)),
            waiting[0],
        )
        waiting.remove(following)
        done.append(following)
        placed.add(following.key)
    return done


def place(
    jobs: Sequence[Job],
    cleaning: Sequence[Sequence[int]],
    initial: Sequence[int],
    centre: WorkCentre,
    free: WorkingTime,
    ready: int,
) -> list[Task]:
    """Slots of ``jobs`` one after the other; ``centre`` keeps the bookings."""
    tasks: list[Task] = []
    ends: dict[Key, int] = {}
    time, last = ready, None
    for job in jobs:
        minutes = initial[job.kind] if last is None else cleaning[last.kind][job.kind]
        slot = _book(centre, minutes, time, job) if minutes else None
        release = max([job.release, *(ends[key] for key in job.after if key in ends)])
        start, end = _book(centre, job.minutes, max(slot[1] if slot else time, release), job)
        late = lateness(free, job.due, end)
        tasks.append(Task(job.key, start, end, late, slot, minutes))
        ends[job.key] = time = end
        last = job
    return tasks


def lateness(free: WorkingTime, due: int | None, end: int) -> int:
    """Free minutes from ``due`` to ``end``."""
    return 0 if due is None else free.between(due, end)


def _distance(free: WorkingTime, start: int, end: int) -> int:
    return free.between(start, end) - free.between(end, start)


def _book(centre: WorkCentre, minutes: int, time: int, job: Job) -> Interval:
    slot = centre.earliest(minutes, time)
    if slot is None:
        raise NoTimeError(job.key)
    centre.book(slot)
    return slot


def cleaning_of(
    kinds: Sequence[int], cleaning: Sequence[Sequence[int]], initial: Sequence[int]
) -> list[int]:
    """Minutes of cleaning before each of ``kinds`` in this order."""
    minutes = []
    last: int | None = None
    for kind in kinds:
        minutes.append(initial[kind] if last is None else cleaning[last][kind])
        last = kind
    return minutes


def pushed(
    steps: Sequence[tuple[Key, int, Interval, tuple[Key, ...]]],
    centres: Mapping[Key, WorkCentre],
    ends: dict[Key, int],
) -> dict[Key, Interval]:
    """New slots of later steps that began before what they wait for is done.

    :param steps: (key, minutes, slot so far, keys of what it waits for), in their order
    :param centres: the work centre of each step, where its slot is booked
    :param ends: when what they may wait for is done; those of the steps are added
    """
    moved: dict[Key, Interval] = {}
    for key, minutes, slot, after in steps:
        earliest = max([slot[0], *(ends[other] for other in after if other in ends)])
        if earliest > slot[0]:
            centres[key].unbook(slot)
            later = centres[key].earliest(minutes, earliest)
            if later is None:
                raise NoTimeError(key)
            centres[key].book(later)
            moved[key] = slot = later
        ends[key] = slot[1]
    return moved
