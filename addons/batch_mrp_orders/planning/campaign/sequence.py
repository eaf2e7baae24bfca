# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The order of runs on one work centre: due dates first, then the least cleaning.

The work centre does one thing at a time: cleaning as soon as the last run is done, then the
next run, not before its materials are there (``release``). Times are whole minutes in which
it works. The cost of an order is (weighted lateness, cleaning), the first before the second:
lateness is the sum of the minutes after ``due``, each run's times its ``weight``.

* Up to ``EXACT_UP_TO`` runs: dynamic programming over (runs done, last run). Of the ways to
  the same such state all are kept of which none is better in time, lateness and cleaning; a
  way that cannot beat the best known order is dropped. O(2^n · n² · k) steps for k ways kept.
* Above: local search, see :mod:`.search`: O(k · n²) for the first order of k kinds, then O(n²)
  moves a round, each costed in O(n), at most ``MOST_STEPS`` steps. Never worse than the order by
  due date nor the one given.

``Result.bound`` is a cost which no order can be below.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from .search import improve

Key = Hashable
Cost = tuple[int, int]
EXACT_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Run:
    """``kind`` is the row and column of the run in the table of cleaning times."""

    key: Key
    minutes: int
    kind: int
    release: int = 0
    due: int | None = None
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """``cleaning[a][b]`` minutes from kind a to kind b; ``initial[b]`` from what is in it now."""

    runs: tuple[Run, ...]
    cleaning: tuple[tuple[int, ...], ...]
    initial: tuple[int, ...]
    start: int = 0

    def before(self, last: int | None, index: int) -> int:
        """Cleaning before the run ``index`` after the run ``last``."""
        kind = self.runs[index].kind
        return self.initial[kind] if last is None else self.cleaning[self.runs[last].kind][kind]

    def cost(self, order: Iterable[int]) -> Cost:
        """Weighted lateness and cleaning of runs by index."""
        return self.cost_from(self.start, None, order)

    def cost_from(self, time: int, last: int | None, order: Iterable[int]) -> Cost:
        """The same for what follows the run ``last``, which ends at ``time``."""
        late, cleaned = 0, 0
        for index in order:
            time, more, minutes = self.step(time, last, index)
            late, cleaned, last = late + more, cleaned + minutes, index
        return late, cleaned

    def step(self, time: int, last: int | None, index: int) -> tuple[int, int, int]:
        """The end of run ``index``, its lateness and the cleaning before it."""
        run, minutes = self.runs[index], self.before(last, index)
        end = max(time + minutes, run.release) + run.minutes
        late = 0 if run.due is None else run.weight * max(end - run.due, 0)
        return end, late, minutes


@dataclass(frozen=True, slots=True)
class Result:
    order: tuple[int, ...]
    cost: Cost
    bound: Cost
    exact: bool


def solve(problem: Problem, exact_up_to: int = EXACT_UP_TO) -> Result:
    """The best order found; the best there is with at most ``exact_up_to`` runs."""
    count = len(problem.runs)
    starts = [by_due_date(problem.runs), tuple(range(count))]
    best = improve(problem, starts)
    cost = problem.cost(best)
    bound = lower_bound(problem)
    if cost == bound:
        return Result(best, cost, bound, True)
    if count <= exact_up_to:
        best = _exact(problem, best)
        cost = problem.cost(best)
        return Result(best, cost, cost, True)
    return Result(best, cost, bound, False)


def by_due_date(runs: Sequence[Run]) -> tuple[int, ...]:
    """The order by due date, runs without one last."""

    def rank(index: int) -> tuple[bool, int, int]:
        due = runs[index].due
        return due is None, due or 0, index

    return tuple(sorted(range(len(runs)), key=rank))


def lower_bound(problem: Problem) -> Cost:
    """A cost no order is below.

    Lateness: each run by itself, begun as early as it may. Cleaning: each kind is reached from
    another one, or from what is in the kettle now, at least once; its further runs follow
    whatever is cheapest. That counts each run's own change-over once, so no order has less.
    """
    late = sum(
        max(max(problem.start, run.release) + run.minutes - run.due, 0) * run.weight
        for run in problem.runs
        if run.due is not None
    )
    counts: dict[int, int] = {}
    for run in problem.runs:
        counts[run.kind] = counts.get(run.kind, 0) + 1
    cleaned = 0
    for kind, count in counts.items():
        others = [problem.cleaning[other][kind] for other in counts if other != kind]
        reached = min([problem.initial[kind], *others])
        cleaned += reached + (count - 1) * min(reached, problem.cleaning[kind][kind])
    return late, cleaned


# A way to a state: its cost so far, the end of its last run, and the runs in their order.
Way = tuple[int, int, int, tuple[int, ...]]


def _exact(problem: Problem, known: tuple[int, ...]) -> tuple[int, ...]:
    """The best of all orders; ``known`` if none is better."""
    count = len(problem.runs)
    best, order = problem.cost(known), known
    # What the runs that are still to come add at least.
    least = [
        min([problem.before(None, i), *(problem.before(j, i) for j in range(count) if j != i)])
        for i in range(count)
    ]
    layer: dict[tuple[int, int | None], list[Way]] = {(0, None): [(0, 0, problem.start, ())]}
    for _position in range(count):
        following: dict[tuple[int, int | None], list[Way]] = {}
        for (done, last), ways in layer.items():
            for index in range(count):
                if done >> index & 1:
                    continue
                state = done | 1 << index
                rest = sum(least[i] for i in range(count) if not state >> i & 1)
                for late, cleaned, time, path in ways:
                    end, more, minutes = problem.step(time, last, index)
                    if (late + more, cleaned + minutes + rest) < best:
                        way = (late + more, cleaned + minutes, end, (*path, index))
                        _keep(following.setdefault((state, index), []), way)
        layer = following
    for ways in layer.values():
        for late, cleaned, _time, path in ways:
            if (late, cleaned) < best:
                best, order = (late, cleaned), path
    return order


def _keep(ways: list[Way], way: Way) -> None:
    """Add ``way`` unless another is as good in everything; drop what it is as good as."""
    if any(all(a <= b for a, b in zip(other[:3], way[:3], strict=True)) for other in ways):
        return
    ways[:] = [
        other for other in ways if not all(a <= b for a, b in zip(way[:3], other[:3], strict=True))
    ]
    ways.append(way)
