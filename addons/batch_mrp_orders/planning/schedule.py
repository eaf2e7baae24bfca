# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Runs on work centres: every run gets slots, finite, none of them twice.

The rule:

1. Runs are placed one after the other, those due first first, each followed by the runs
   that make its ingredients: the more urgent run has the choice.
2. A run is placed as late as its deadline and the runs it supplies allow, but not before
   it may begin (``release``) nor before the runs it waits for are done.
3. If that is not possible, it is placed as early as possible, after its suppliers, which
   are placed as early as possible then, too.
4. A run without a free slot within the horizon is left out; what it supplies is placed as
   if its goods were there.

The steps of a run follow each other as they say; where nothing forbids it, they may run
side by side. A run lasts at least its lead time. Minutes as in :mod:`.capacity`.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

from .capacity import Capacity
from .routing import Options, Task

Key = Hashable


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: the work centres that can do it with the minutes they need, and the
    steps of the run that must be done before."""

    key: Key
    options: Options
    after: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Order:
    """A run to place. ``deadline`` None means that only the runs it supplies set one;
    ``suppliers`` that are not placed together with it are taken to be done."""

    key: Key
    release: int
    deadline: int | None = None
    lead: int = 0
    steps: tuple[Step, ...] = ()
    suppliers: tuple[Key, ...] = ()

    @cached_property
    def sequence(self) -> tuple[Step, ...]:
        """The steps in an order in which they can be done."""
        steps = {step.key: step for step in self.steps}
        sorter = TopologicalSorter({step.key: step.after for step in self.steps})
        return tuple(steps[key] for key in sorter.static_order())

    @cached_property
    def followers(self) -> dict[Key, list[Key]]:
        """The steps that wait for each step."""
        result: dict[Key, list[Key]] = {step.key: [] for step in self.steps}
        for step in self.steps:
            for earlier in step.after:
                result[earlier].append(step.key)
        return result


@dataclass(frozen=True, slots=True)
class Placement:
    """``tasks`` by step."""

    start: int
    end: int
    tasks: Mapping[Key, Task]


def schedule(orders: Iterable[Order], capacity: Capacity) -> dict[Key, Placement]:
    """Place ``orders`` on ``capacity``, which keeps the bookings.

    :param orders: no run may, over its suppliers, wait for itself
    """
    scheduler = _Scheduler({order.key: order for order in orders}, capacity)
    return scheduler.run()


class _Scheduler:
    def __init__(self, orders: Mapping[Key, Order], capacity: Capacity) -> None:
        self.orders = orders
        self.capacity = capacity
        self.placed: dict[Key, Placement] = {}
        self.stuck: set[Key] = set()
        self.users: dict[Key, list[Key]] = {key: [] for key in orders}
        for order in orders.values():
            for supplier in self._suppliers(order):
                self.users[supplier].append(order.key)
        self.due: dict[Key, int | None] = {}

    def run(self) -> dict[Key, Placement]:
        ranks = {key: rank for rank, key in enumerate(self.orders)}
        never = max((order.deadline or 0 for order in self.orders.values()), default=0) + 1

        def urgency(key: Key) -> tuple[int, int]:
            due = self._due(key)
            return (never if due is None else due, ranks[key])

        # Users stand before their suppliers, else a supplier could not aim at their start.
        for key in sorted(self.orders, key=urgency):
            self._place_with_users(key)
        return self.placed

    def _suppliers(self, order: Order) -> list[Key]:
        return [key for key in dict.fromkeys(order.suppliers) if key in self.orders]

    def _due(self, key: Key) -> int | None:
        """The earliest deadline of the run and of all it supplies, over all levels."""
        if key not in self.due:
            own = self.orders[key].deadline
            dues = [own, *(self._due(user) for user in self.users[key])]
            self.due[key] = min((due for due in dues if due is not None), default=None)
        return self.due[key]

    def _place_with_users(self, key: Key) -> None:
        """Place the most urgent run at the top of those that wait for ``key`` first."""
        while key not in self.placed and key not in self.stuck:
            top = key
            while waiting := [user for user in self.users[top] if not self._is_settled(user)]:
                top = min(waiting, key=lambda user: (self._due(user) is None, self._due(user) or 0))
            self._place(top)

    def _is_settled(self, key: Key) -> bool:
        return key in self.placed or key in self.stuck

    # --------------------------------------------------------------- placing
    def _place(self, key: Key) -> None:
        order = self.orders[key]
        limit = self._limit(order)
        placement = None if limit is None else self._latest(order, self._release(order), limit)
        if placement:
            self._book(key, placement)
            for supplier in self._suppliers(order):
                if not self._is_settled(supplier):
                    self._place(supplier)
            if self._release(order) <= placement.start:
                return
            self._unbook(key)
        self._place_early(key)

    def _place_early(self, key: Key) -> None:
        order = self.orders[key]
        for supplier in self._suppliers(order):
            if not self._is_settled(supplier):
                self._place_early(supplier)
        release, limit = self._release(order), self._limit(order)
        placement = None if limit is None else self._latest(order, release, limit)
        placement = placement or self._earliest(order, release)
        if placement:
            self._book(key, placement)
        else:
            self.stuck.add(key)

    def _release(self, order: Order) -> int:
        ends = [self.placed[key].end for key in order.suppliers if key in self.placed]
        return max([order.release, *ends])

    def _limit(self, order: Order) -> int | None:
        """When the goods must be there; None if nobody says so."""
        starts = [self.placed[user].start for user in self.users[order.key] if user in self.placed]
        limits = [*starts, *([] if order.deadline is None else [order.deadline])]
        return min(limits, default=None)

    # ----------------------------------------------------------------- slots
    def _earliest(self, order: Order, release: int) -> Placement | None:
        tasks: dict[Key, Task] = {}
        for step in order.sequence:
            start = max([release, *(tasks[earlier].end for earlier in step.after)])
            slot = self.capacity.first_of(step.options, start)
            if slot is None:
                self._free(tasks.values())
                return None
            centre, (begin, end) = slot
            tasks[step.key] = Task(centre, begin, end)
            # Steps side by side must see each other.
            self.capacity.centres[centre].book((begin, end))
        self._free(tasks.values())
        start = min((task.start for task in tasks.values()), default=release)
        return self._placement(order, start, tasks)

    def _latest(self, order: Order, release: int, limit: int) -> Placement | None:
        """The last slots whose goods are there at ``limit``; None before ``release``."""
        until = limit - order.lead
        tasks: dict[Key, Task] = {}
        for step in reversed(order.sequence):
            followers = [tasks[later].start for later in order.followers[step.key]]
            task = self._last_of(step.options, release, min([until, *followers]))
            if task is None:
                self._free(tasks.values())
                return None
            tasks[step.key] = task
            self.capacity.centres[task.centre].book((task.start, task.end))
        self._free(tasks.values())
        start = min((task.start for task in tasks.values()), default=until)
        return self._placement(order, start, tasks) if start >= release else None

    def _last_of(self, options: Options, start: int, end: int) -> Task | None:
        """Of several work centres the one that can begin last; the first if equal."""
        best: Task | None = None
        for centre, minutes in options:
            slot = self.capacity.centres[centre].latest(minutes, start, end)
            if slot and (best is None or slot[0] > best.start):
                best = Task(centre, *slot)
        return best

    def _placement(self, order: Order, start: int, tasks: Mapping[Key, Task]) -> Placement:
        end = max([start + order.lead, *(task.end for task in tasks.values())])
        return Placement(start, end, tasks)

    def _book(self, key: Key, placement: Placement) -> None:
        self.placed[key] = placement
        for task in placement.tasks.values():
            self.capacity.centres[task.centre].book((task.start, task.end))

    def _unbook(self, key: Key) -> None:
        self._free(self.placed.pop(key).tasks.values())

    def _free(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self.capacity.centres[task.centre].unbook((task.start, task.end))
