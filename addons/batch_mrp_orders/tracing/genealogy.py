# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From the links between what was used and what was made to a genealogy by levels.

A *use* says that one line of goods was used to make another. Production links every line it
uses with every line it makes: where a run makes several lots, nobody knows which part of an
ingredient went into which. So a *step*, all uses between two lots in one operation, counts
each line once, and says what the operation took and made of the two lots, not what share of
the one is in the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


class Direction(Enum):
    """Upstream is what a lot was made of, downstream is what was made of it."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


@dataclass(frozen=True, slots=True)
class Goods:
    """A line of goods used or made; ``lot`` is None for goods that are not tracked.

    ``quantity`` is in ``uom``, the unit of the product.
    """

    line: int
    lot: int | None
    product: int
    uom: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Use:
    """``used`` went into ``made`` in a run, or came out of it when it was taken apart.

    An operation that is neither, a repair, has no ``run`` and no ``unbuild``.
    """

    used: Goods
    made: Goods
    run: int | None
    unbuild: int | None
    date: datetime

    def ends(self, direction: Direction) -> tuple[Goods, Goods]:
        """The end nearer to the root, then the farther one."""
        if direction is Direction.DOWNSTREAM:
            return self.used, self.made
        return self.made, self.used


@dataclass(frozen=True, slots=True)
class Step:
    """One step away from ``root_id``: from ``parent_id`` to ``lot_id`` in one operation.

    ``level`` is 1 for the direct neighbours of the root. ``lot_id`` is None for goods that are
    not tracked: there the trail ends, which is a *gap*. ``quantity`` is what the operation
    took (upstream) or made (downstream) of the lot, ``parent_quantity`` what it made or took of
    the parent; each in the unit of its product. ``date`` is when it was last done.
    """

    root_id: int
    level: int
    parent_id: int
    lot_id: int | None
    product_id: int
    uom_id: int
    quantity: Decimal
    parent_quantity: Decimal
    run_id: int | None
    unbuild_id: int | None
    date: datetime

    @property
    def is_gap(self) -> bool:
        """Whether nobody can tell what became of the goods, or where they came from."""
        return self.lot_id is None


def trace(roots: Sequence[int], uses: Iterable[Use], direction: Direction) -> list[Step]:
    """The steps of each root, the nearest first.

    Every lot is left once, at its shortest distance from the root: goods that went round in
    a circle (rework, taken apart) end there. A lot that is reached on several ways has a
    step for each of them.
    """
    neighbours: dict[int, dict[tuple, list[Use]]] = defaultdict(lambda: defaultdict(list))
    for use in uses:
        near, far = use.ends(direction)
        if near.lot is not None:
            operation = (use.run, use.unbuild, far.lot, far.product)
            neighbours[near.lot][operation].append(use)
    return [step for root in roots for step in _walk(root, neighbours, direction)]


def _walk(
    root: int, neighbours: dict[int, dict[tuple, list[Use]]], direction: Direction
) -> list[Step]:
    steps, seen, frontier, level = [], {root}, [root], 0
    while frontier:
        level += 1
        reached: dict[int, None] = {}
        for parent in frontier:
            for uses in neighbours.get(parent, {}).values():
                step = _step(root, level, uses, direction)
                steps.append(step)
                if step.lot_id is not None:
                    reached[step.lot_id] = None
        frontier = [lot for lot in reached if lot not in seen]
        seen.update(frontier)
    return steps


def _step(root: int, level: int, uses: list[Use], direction: Direction) -> Step:
    near, far = uses[0].ends(direction)
    ends = [use.ends(direction) for use in uses]
    return Step(
        root_id=root,
        level=level,
        parent_id=near.lot or root,
        lot_id=far.lot,
        product_id=far.product,
        uom_id=far.uom,
        quantity=_total(end for _near, end in ends),
        parent_quantity=_total(end for end, _far in ends),
        run_id=uses[0].run,
        unbuild_id=uses[0].unbuild,
        date=max(use.date for use in uses),
    )


def _total(goods: Iterable[Goods]) -> Decimal:
    """Sum over the lines, each counted once."""
    return sum({item.line: item.quantity for item in goods}.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the tree of a root: the root itself (no ``step``) or a step away from it.

    ``parent`` is the position of its parent in the list of nodes. What is reached on several
    ways is a node each time, and goes on below the first of them.
    """

    root_id: int
    level: int
    parent: int | None
    lot_id: int | None
    step: Step | None = None


def grow(roots: Sequence[int], steps: Iterable[Step]) -> list[Node]:
    """The trees of ``roots``, each node followed by what hangs on it."""
    below: dict[tuple[int, int], list[Step]] = defaultdict(list)
    for step in steps:
        below[step.root_id, step.parent_id].append(step)
    nodes: list[Node] = []
    for root in roots:
        todo = [Node(root, 0, None, root)]
        while todo:
            node = todo.pop()
            position = len(nodes)
            nodes.append(node)
            # The steps of a lot hang where it is reached first: they have one level more.
            hanging = below.get((root, node.lot_id or 0), [])
            if hanging and hanging[0].level == node.level + 1:
                del below[root, node.lot_id or 0]
                todo.extend(
                    Node(root, step.level, position, step.lot_id, step)
                    for step in reversed(hanging)
                )
    return nodes
