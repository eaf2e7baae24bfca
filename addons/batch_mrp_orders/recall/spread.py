# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which lots a recall is about: what was made from suspicious lots, over all levels."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from typing import Protocol


class Step(Protocol):
    """``lot_id`` was made from ``parent_id``; None if the goods are not tracked.

    The steps of ``tracing.genealogy`` are such.
    """

    @property
    def parent_id(self) -> int: ...
    @property
    def lot_id(self) -> int | None: ...


def affected_lots(
    roots: Iterable[int], steps: Iterable[Step], cleared: Collection[int]
) -> dict[int, tuple[int, Step]]:
    """Lots made from ``roots``, by the nearest way that passes no cleared lot.

    What was found harmless harms nothing that is made of it; what is also made from another
    affected lot stays affected.

    :return: the level and the last step by lot, nearest first, without the roots
    """
    edges: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        if step.lot_id is not None:
            edges[step.parent_id].append(step)
    found: dict[int, tuple[int, Step]] = {}
    roots = list(roots)
    seen = set(roots)
    todo = deque((root, 0) for root in roots)
    while todo:
        lot, level = todo.popleft()
        if lot in cleared:
            continue
        for step in edges[lot]:
            if step.lot_id not in seen:
                seen.add(step.lot_id)
                found[step.lot_id] = (level + 1, step)
                todo.append((step.lot_id, level + 1))
    return found
