# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which deliveries are picked in one walk through the warehouse.

Deliveries of one group (operation type, carrier, due day) come into batches that keep the
limits. Those of nothing but the same product are neighbours: they are fetched in one go, packed
without sorting, and fill whole batches of their own before the rest is mixed with others.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery to pick. ``group`` is what must not be mixed; ``single`` is the product if there
    is only one; ``rank`` is the order in which deliveries are due; ``weight`` in one unit for all.
    """

    id: int
    group: Hashable
    lines: int
    weight: Decimal
    single: int | None
    rank: tuple


@dataclass(frozen=True, slots=True)
class Limits:
    """What a batch holds at most; 0 is no limit."""

    deliveries: int = 0
    lines: int = 0
    weight: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries in the order of their boxes; ``single`` is the product if they have but one."""

    group: Hashable
    deliveries: tuple[int, ...]
    single: int | None


def plan_batches(
    deliveries: Iterable[Delivery], limits: dict[Hashable, Limits], *, singles: bool = True
) -> list[Batch]:
    """Batches of all deliveries, by group in the order in which their first one is due."""
    groups: dict[Hashable, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda one: (one.rank, one.id)):
        groups.setdefault(delivery.group, []).append(delivery)
    return [
        batch
        for group, members in groups.items()
        for batch in _plan_group(group, members, limits.get(group, Limits()), singles)
    ]


def _plan_group(
    group: Hashable, members: list[Delivery], limits: Limits, singles: bool
) -> list[Batch]:
    alike: dict[int, list[Delivery]] = {}
    if singles:
        for one in members:
            if one.single is not None:
                alike.setdefault(one.single, []).append(one)
    batches, rest = [], []
    for product, same in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0])):
        *full, last = _fill(same, limits)
        batches += [_batch(group, part, product) for part in full]
        rest.append(last)
    together = {one.id for part in rest for one in part}
    whole = {one_id for batch in batches for one_id in batch.deliveries}
    mixed = [one for part in rest for one in part]
    mixed += [one for one in members if one.id not in together | whole]
    for part in _fill(mixed, limits):
        products = {one.single for one in part}
        batches.append(_batch(group, part, products.pop() if len(products) == 1 else None))
    return batches


def _fill(members: list[Delivery], limits: Limits) -> list[list[Delivery]]:
    """Parts in the order given, none beyond the limits unless a delivery is so by itself."""
    parts: list[list[Delivery]] = []
    lines, weight = 0, Decimal(0)
    for one in members:
        full = parts and (
            (limits.deliveries and len(parts[-1]) >= limits.deliveries)
            or (limits.lines and lines + one.lines > limits.lines)
            or (limits.weight and weight + one.weight > limits.weight)
        )
        if not parts or full:
            parts.append([])
            lines, weight = 0, Decimal(0)
        parts[-1].append(one)
        lines += one.lines
        weight += one.weight
    return parts


def _batch(group: Hashable, part: list[Delivery], single: int | None) -> Batch:
    return Batch(group, tuple(one.id for one in part), single)
