# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where an order stands between quotation and done, from its documents only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction


class Stage(IntEnum):
    """Stages of open goods; the least advanced one decides for the order."""

    TO_PLAN = 1
    PLANNED = 2
    MATERIALS_RESERVED = 3
    IN_PRODUCTION = 4
    READY = 5


@dataclass(frozen=True, slots=True)
class Progress:
    """What happened to one order line, in the product's unit.

    ``reserved`` is set aside for the customer and not shipped; ``allocated``
    holds the quantities promised by runs together with the stage of the run.
    """

    ordered: Fraction
    delivered: Fraction
    reserved: Fraction
    allocated: tuple[tuple[Fraction, Stage], ...] = field(default=())

    @property
    def open(self) -> Fraction:
        return max(self.ordered - self.delivered, Fraction(0))

    @property
    def stage(self) -> Stage | None:
        """The least advanced part of what is still open; None when all is shipped."""
        if not self.open:
            return None
        missing = self.open - self.reserved
        if missing <= 0:
            return Stage.READY
        if sum(quantity for quantity, _stage in self.allocated) < missing:
            return Stage.TO_PLAN
        return min((stage for quantity, stage in self.allocated if quantity), default=Stage.READY)


def production_status(
    lines: Sequence[Progress],
    *,
    confirmed: bool,
    cancelled: bool,
    blocked: bool,
    delivered: bool,
    settled: bool,
    held: bool = False,
) -> str:
    """Status of an order.

    :param lines: progress of the lines that have goods to ship
    :param blocked: somebody must look at the order before it is planned
    :param delivered: the carrier has handed over every shipment
    :param settled: everything is invoiced and paid
    :param held: the goods are made, but must not leave
    """
    if cancelled:
        return "cancelled"
    if not confirmed:
        return "blocked" if blocked else "quotation"
    open_stages = [stage for line in lines if (stage := line.stage) is not None]
    if not open_stages:
        return _closed_status(bool(lines), delivered, settled)
    if blocked:
        return "blocked"
    stage = min(open_stages)
    if stage is Stage.READY and held:
        return "blocked"
    if stage is Stage.READY and any(line.delivered > 0 for line in lines):
        return "partially_shipped"
    return stage.name.lower()


def _closed_status(has_goods: bool, delivered: bool, settled: bool) -> str:
    if settled:
        return "done"
    return "delivered" if delivered or not has_goods else "shipped"
