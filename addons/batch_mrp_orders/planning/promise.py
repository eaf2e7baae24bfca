# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""When can a demand be ready: material over all recipe levels, then free capacity.

The rule, root by root in the order of the calls:

1. What the netting (:mod:`.netting`, ``pooled=False``) pegs to stock is there now, to a
   receipt when it arrives, to an open run when the run is done. What is short is there
   when the supplier can deliver; a product that nobody sells makes the root impossible.
2. A planned run begins when all its ingredients are there, in the earliest free slots of
   its operations, one after the other (also where Odoo would allow some side by side).
   It ends with its last operation, but not before its lead time has passed.
3. A batch of an earlier root that is not full takes what fits into it without
   more time, if its ingredients are there when it begins and it is done no later than a
   batch of its own would be.
4. A root with a deadline that it can meet moves its batches as late as the deadline
   allows, so that more urgent goods get the earlier slots; else it keeps the earliest.

Times are whole minutes as in :mod:`.capacity`, durations are rounded up; quantities are
exact and in the product's unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .capacity import Capacity, Interval
from .netting import Key, Peg, Plan, PlannedRun, RunKey
from .quantity import batches_for
from .recipe import Recipe
from .routing import Batch, OpenRun, Options, Routing, Task, end_of


@dataclass(frozen=True, slots=True)
class Taken:
    """Goods that are there or expected, from minute ``at`` on."""

    product: int
    quantity: Fraction
    source: Key
    at: int
    level: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Goods to be bought; ``at`` None means that nobody sells them."""

    product: int
    quantity: Fraction
    at: int | None
    level: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a planned run takes from batches of its own and of others."""

    run: PlannedRun
    consumer: Key
    level: int
    own: tuple[Batch, ...]
    shared: tuple[tuple[Batch, Fraction], ...]

    @property
    def batches(self) -> list[Batch]:
        return [*self.own, *(batch for batch, _taken in self.shared)]

    @property
    def start(self) -> int:
        return min(batch.start for batch in self.batches)

    @property
    def end(self) -> int:
        return max(batch.end for batch in self.batches)


@dataclass(slots=True)
class Outcome:
    """``ready`` None means that no date can be promised; ``missing`` and ``blocked``
    (products without a free slot) say why. ``tasks`` are as early as possible, ``booked``
    are where they stand in the capacity."""

    ready: int | None = None
    taken: list[Taken] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    booked: list[Task] = field(default_factory=list)
    blocked: list[int] = field(default_factory=list)


class Promiser:
    """Promises the roots of plans one after the other on one capacity."""

    def __init__(
        self,
        capacity: Capacity,
        routings: Mapping[int, Routing],
        arrivals: Mapping[Key, int],
        purchases: Mapping[int, int],
        now: int,
    ) -> None:
        """
        :param routings: by product id
        :param arrivals: minute a supply is there; one not named is there now
        :param purchases: minute a product can be there if it is ordered now
        """
        self.capacity = capacity
        self.routings = routings
        self.arrivals = arrivals
        self.purchases = purchases
        self.now = now
        self._pegs: dict[Key, list[Peg]] = {}
        self._short: dict[Key, list[Missing]] = {}
        self._runs: dict[RunKey, PlannedRun] = {}
        self._rooms: dict[int, list[Batch]] = defaultdict(list)
        self._open: dict[Key, OpenRun] = {}
        self._open_outcomes: dict[Key, Outcome | None] = {}

    # ---------------------------------------------------------------- input
    def load(self, plan: Plan) -> None:
        """Take up ``plan``; the roots of an earlier one must have been promised."""
        self._pegs, self._short = defaultdict(list), defaultdict(list)
        self._runs = {run.key: run for run in plan.runs}
        for peg in plan.pegs:
            self._pegs[peg.need.consumer].append(peg)
        for need in plan.shortages:
            self._short[need.consumer].append(
                Missing(
                    need.product, need.quantity, self.purchases.get(need.product), len(need.path)
                )
            )

    def place_open_runs(self, runs: Iterable[OpenRun]) -> None:
        """Give the open runs of the loaded plan their slots, those to begin first first."""
        self._open = {run.key: run for run in runs}
        for run in sorted(self._open.values(), key=lambda run: run.release):
            self._finish_open_run(run.key)

    def finish(self, key: Key) -> int | None:
        """When an open run is done; None if its material cannot be had."""
        outcome = self._finish_open_run(key)
        return outcome.ready if outcome else self.now

    # ------------------------------------------------------------- promising
    def promise(self, root: Key, deadline: int | None = None) -> Outcome:
        outcome = Outcome()
        outcome.ready = self._gather(root, outcome)
        outcome.tasks = self._tasks_of(outcome)
        if deadline is not None and outcome.ready is not None and outcome.ready < deadline:
            self._move_late(outcome, deadline)
        outcome.booked = self._tasks_of(outcome)
        for made in outcome.made:
            self._rooms[made.run.recipe.product] += [batch for batch in made.own if batch.room > 0]
        return outcome

    def forget(self, outcomes: Iterable[Outcome]) -> None:
        """Take back promises: free their slots and what they took of other batches."""
        for outcome in outcomes:
            for made in outcome.made:
                self._unbook(made.own)
                rooms = self._rooms[made.run.recipe.product]
                self._rooms[made.run.recipe.product] = [
                    batch for batch in rooms if batch not in made.own
                ]
                for batch, taken in made.shared:
                    batch.room += taken

    def release(self, centre: int, interval: Interval) -> None:
        """Free a booking that was made from outside."""
        self.capacity.centres[centre].unbook(interval)

    def _tasks_of(self, outcome: Outcome) -> list[Task]:
        return [task for made in outcome.made for batch in made.own for task in batch.tasks]

    def _gather(self, consumer: Key, outcome: Outcome) -> int | None:
        """When all that ``consumer`` needs is there; None if something cannot be had.

        Everything is looked at even so: all that is missing shall be named.
        """
        times: list[int | None] = [self.now]
        for peg in self._pegs.get(consumer, ()):
            level = len(peg.need.path)
            if isinstance(peg.source, RunKey):
                times.append(self._make(self._runs[peg.source], consumer, level, outcome))
                continue
            at = self._arrival(peg.source, outcome)
            times.append(at)
            if at is not None:
                outcome.taken.append(Taken(peg.need.product, peg.quantity, peg.source, at, level))
        for missing in self._short.get(consumer, ()):
            outcome.missing.append(missing)
            times.append(missing.at)
        if None in times:
            return None
        return max(time for time in times if time is not None)

    def _arrival(self, source: Key, outcome: Outcome) -> int | None:
        if source not in self._open:
            return max(self.arrivals.get(source, self.now), self.now)
        run = self._finish_open_run(source)
        if run is None:
            return self.now
        outcome.missing += [missing for missing in run.missing if missing not in outcome.missing]
        return run.ready

    def _finish_open_run(self, key: Key) -> Outcome | None:
        """None only while the run itself is being looked at (it supplies itself)."""
        if key in self._open_outcomes:
            return self._open_outcomes[key]
        self._open_outcomes[key] = None
        run, outcome = self._open[key], Outcome()
        gathered = self._gather(key, outcome)
        supplied = [self._arrival(supplier, outcome) for supplier in run.suppliers]
        self._open_outcomes[key] = outcome
        if gathered is None or None in supplied:
            return outcome
        begin = max(run.release, gathered, *(time for time in supplied if time is not None))
        if run.planned and begin <= run.planned[0]:
            begin = run.planned[1]
        chain = self._chain(tuple((step,) for step in run.steps), begin)
        if chain is None:
            return outcome
        for task in chain:
            self.capacity.centres[task.centre].book((task.start, task.end))
        start = chain[0].start if chain else max(run.release, gathered)
        outcome.ready = max(chain[-1].end if chain else begin, start + run.lead)
        outcome.booked = chain
        return outcome

    # ---------------------------------------------------------------- making
    def _make(self, run: PlannedRun, consumer: Key, level: int, outcome: Outcome) -> int | None:
        ready = self._gather(run.key, outcome)
        if ready is None:
            return None
        routing = self.routings.get(run.recipe.product, Routing(lead=run.recipe.days * 24 * 60))
        shared, rest = self._share(run, routing, ready)
        own: list[Batch] = []
        for quantity in batches_for(rest, run.recipe.batch_size):
            needed = min(rest, quantity)
            batch = self._place(run, routing, quantity, needed, ready)
            if batch is None:
                outcome.blocked.append(run.recipe.product)
                self._unbook(own)
                for other, taken in shared:
                    other.room += taken
                return None
            own.append(batch)
            rest -= needed
        made = Made(run, consumer, level, tuple(own), tuple(shared))
        outcome.made.append(made)
        return made.end

    def _share(
        self, run: PlannedRun, routing: Routing, ready: int
    ) -> tuple[list[tuple[Batch, Fraction]], Fraction]:
        """Fill open batches of the recipe; what they take, and the rest of the quantity."""
        rest, used = run.quantity, []
        for batch in sorted(self._rooms[run.recipe.product], key=lambda batch: batch.end):
            if not rest or batch.start < ready or not batch.room:
                continue
            alone = self._first_batch(run.recipe, routing, rest, ready)
            if alone is not None and alone < batch.end:
                break
            taken = min(rest, batch.room)
            batch.room -= taken
            rest -= taken
            used.append((batch, taken))
        return used, rest

    def _first_batch(
        self, recipe: Recipe, routing: Routing, quantity: Fraction, ready: int
    ) -> int | None:
        """When a batch of its own for ``quantity``, or its first one, would be done."""
        size = batches_for(quantity, recipe.batch_size)[0]
        chain = self._chain(routing.options(size), ready)
        if chain is None:
            return None
        return end_of(chain, ready, routing.lead)

    def _place(
        self, run: PlannedRun, routing: Routing, quantity: Fraction, needed: Fraction, ready: int
    ) -> Batch | None:
        options = routing.options(quantity)
        chain = self._chain(options, ready)
        if chain is None:
            return None
        self._book(chain)
        start = chain[0].start if chain else ready
        room = quantity - needed
        if run.recipe.batch_size is None and chain:
            room = min(
                station.room(quantity)
                for operation, task in zip(routing.operations, chain, strict=True)
                for station in operation
                if station.centre == task.centre
            )
        end = end_of(chain, ready, routing.lead)
        steps = tuple(
            (task.centre, dict(choices)[task.centre])
            for choices, task in zip(options, chain, strict=True)
        )
        return Batch(run.key, start, end, tuple(chain), steps, room)

    def _chain(self, operations: tuple[Options, ...], start: int) -> list[Task] | None:
        """Earliest slots for ``operations`` one after the other; None beyond the horizon."""
        tasks = []
        for options in operations:
            slot = self.capacity.first_of(options, start)
            if slot is None:
                return None
            centre, (begin, start) = slot
            tasks.append(Task(centre, begin, start))
        return tasks

    def _book(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self.capacity.centres[task.centre].book((task.start, task.end))

    def _unbook(self, batches: Iterable[Batch]) -> None:
        for batch in batches:
            for task in batch.tasks:
                self.capacity.centres[task.centre].unbook((task.start, task.end))

    # ------------------------------------------------------------ moving late
    def _move_late(self, outcome: Outcome, deadline: int) -> None:
        """Move the batches of ``outcome`` as late as the deadline and their users allow."""
        batches = [batch for made in outcome.made for batch in made.own]
        before = [(batch.start, batch.end, batch.tasks) for batch in batches]
        self._unbook(batches)
        begins: dict[Key, int] = {}
        moved: list[Batch] = []
        for made in reversed(outcome.made):  # users stand behind what they use
            limit = begins.get(made.consumer, deadline)
            for batch in made.own:
                if not self._place_late(batch, limit, self._lead(made)):
                    self._unbook(moved)
                    for kept, (start, end, tasks) in zip(batches, before, strict=True):
                        kept.start, kept.end, kept.tasks = start, end, tasks
                        self._book(tasks)
                    return
                moved.append(batch)
            begins[made.run.key] = made.start

    def _lead(self, made: Made) -> int:
        routing = self.routings.get(made.run.recipe.product)
        return routing.lead if routing else made.run.recipe.days * 24 * 60

    def _place_late(self, batch: Batch, limit: int, lead: int) -> bool:
        """Book ``batch`` in the last slots whose goods are ready at ``limit``."""
        tasks: list[Task] = []
        until = limit - lead
        for centre, minutes in reversed(batch.steps):
            slot = self.capacity.centres[centre].latest(minutes, batch.start, until)
            if slot is None:
                return False
            until, end = slot
            tasks.insert(0, Task(centre, until, end))
        if until < batch.start:
            return False
        batch.tasks, batch.start = tuple(tasks), until
        batch.end = end_of(tasks, until, lead)
        self._book(tasks)
        return True
