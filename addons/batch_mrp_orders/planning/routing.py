# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How long runs take on which work centres. Durations are minutes, rounded up."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from .capacity import Interval
from .netting import Key, RunKey

Options = tuple[tuple[int, int], ...]  # (work centre, minutes)


@dataclass(frozen=True, slots=True)
class Station:
    """One work centre that can do an operation.

    ``capacity`` units are done in one ``cycle`` (minutes); ``fixed`` are the minutes to
    set up and to clean.
    """

    centre: int
    capacity: Fraction
    cycle: Fraction
    fixed: Fraction = Fraction(0)

    def minutes(self, quantity: Fraction) -> int:
        return ceil(self.fixed + ceil(quantity / self.capacity) * self.cycle)

    def room(self, quantity: Fraction) -> Fraction:
        """What the last cycle could take besides ``quantity``."""
        return ceil(quantity / self.capacity) * self.capacity - quantity


@dataclass(frozen=True, slots=True)
class Routing:
    """Operations of a recipe in their order, each with its work centre and alternatives,
    and the minutes that a run takes at least."""

    operations: tuple[tuple[Station, ...], ...] = ()
    lead: int = 0

    def options(self, quantity: Fraction) -> tuple[Options, ...]:
        """For each operation the work centres that can do it, and the minutes they need."""
        return tuple(
            tuple((station.centre, station.minutes(quantity)) for station in operation)
            for operation in self.operations
        )


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A confirmed run. ``steps`` are its work orders without a slot (work centre, minutes),
    ``planned`` the span of those that have one, which is booked in the capacity already.
    ``suppliers`` are the runs whose goods it waits for."""

    key: Key
    release: int
    lead: int = 0
    steps: Options = ()
    planned: Interval | None = None
    suppliers: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    centre: int
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Batch:
    """Goods made together. ``steps`` are its tasks without their time, ``room`` is what it
    can take besides."""

    run: RunKey
    start: int
    end: int
    tasks: tuple[Task, ...]
    steps: Options
    room: Fraction


def end_of(tasks: list[Task], ready: int, lead: int) -> int:
    """When goods are done whose ingredients were there in minute ``ready``."""
    start = tasks[0].start if tasks else ready
    return max(tasks[-1].end if tasks else ready, start + lead)
