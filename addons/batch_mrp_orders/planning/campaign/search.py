# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Improving an order of runs, always in the same way: the same input, the same order.

It begins with campaigns: as long as nothing comes later than by due date, runs that need no
cleaning follow each other. A round then looks at all moves of a run, or of neighbours without
cleaning between them, to another place. What a move saves in cleaning is known without costing
the order; the moves that save most are costed first, and the first that makes the order better
is done. Where runs are late they also try earlier places, whatever cleaning that takes.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sequence import Problem

Order = tuple[int, ...]
MOST_STEPS = 300_000


def improve(problem: "Problem", starts: Sequence[Order]) -> Order:
    """The best order reached from ``starts``, all of it in about ``MOST_STEPS`` steps."""
    begins = dict.fromkeys([_campaigns(problem, starts[0]), *starts])
    best = min(begins, key=problem.cost)
    return _descend(problem, best)


def _campaigns(problem: "Problem", order: Order) -> Order:
    """Always the run that needs the least cleaning, unless the others, taken in ``order``
    after it, came later than they do without it: then the next in ``order``."""
    done: Order = ()
    rest = list(order)
    late, _cleaned = problem.cost(order)
    time, so_far = problem.start, 0
    last: int | None = None
    while rest:
        firsts: dict[int, int] = {}
        for index in rest:
            firsts.setdefault(problem.runs[index].kind, index)
        # Sorting keeps the order among runs with the same cleaning.
        for index in sorted(firsts.values(), key=lambda i: problem.before(last, i)):
            end, more, _minutes = problem.step(time, last, index)
            others = [other for other in rest if other != index]
            if so_far + more + problem.cost_from(end, index, others)[0] <= late:
                break
        else:
            index = rest[0]
            end, more, _minutes = problem.step(time, last, index)
            others = rest[1:]
        done, rest, time, last, so_far = (*done, index), others, end, index, so_far + more
    return done


def _descend(problem: "Problem", order: Order) -> Order:
    cost, steps, count = problem.cost(order), 0, len(order)
    while steps < MOST_STEPS:
        steps += count * count
        for other in _neighbours(problem, order, late=cost[0] > 0):
            steps += count
            if (better := problem.cost(other)) < cost:
                order, cost = other, better
                break
            if steps >= MOST_STEPS:
                return order
        else:
            return order
    return order


def _neighbours(problem: "Problem", order: Order, late: bool) -> Iterator[Order]:
    saving = sorted(_savings(problem, order))
    for saved, begin, end, place in saving:
        if saved < 0:
            yield _moved(order, begin, end, place)
    if late:
        for _saved, begin, end, place in saving:
            if place < begin:
                yield _moved(order, begin, end, place)


def _savings(problem: "Problem", order: Order) -> Iterator[tuple[int, int, int, int]]:
    """(change of cleaning, begin, end, place) of moving ``order[begin:end]`` to ``place``."""
    count = len(order)

    def between(left: int, right: int) -> int:
        """Cleaning between the runs at two places, -1 for what is in the kettle before."""
        if right >= count:
            return 0
        return problem.before(None if left < 0 else order[left], order[right])

    edges = [between(i - 1, i) for i in range(count + 1)]
    for begin, end in _blocks(edges, count):
        gap = between(begin - 1, end) - edges[begin] - edges[end]
        for place in range(count + 1):
            if not begin <= place <= end:
                joined = between(place - 1, begin) + between(end - 1, place) - edges[place]
                yield gap + joined, begin, end, place


def _blocks(edges: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Single runs, and all that stand together without cleaning between them."""
    begin = 0
    for index in range(count):
        yield index, index + 1
        if edges[index + 1] or index + 1 == count:
            if index > begin:
                yield begin, index + 1
            begin = index + 1


def _moved(order: Order, begin: int, end: int, place: int) -> Order:
    block = order[begin:end]
    if place < begin:
        return order[:place] + block + order[place:begin] + order[end:]
    return order[:begin] + order[end:place] + block + order[place:]
