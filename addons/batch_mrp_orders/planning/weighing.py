# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Weighing an ingredient: tolerance, how much is still to come, working time.

Quantities are exact and all in one unit, that of the scale.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction


class Judgement(StrEnum):
    """How the sum of the weighings stands to the target."""

    OPEN = "open"
    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(frozen=True)
class Target:
    """What is to be weighed.

    :ivar quantity: target, not negative
    :ivar tolerance: allowed deviation either way, in percent of the target
    """

    quantity: Fraction
    tolerance: Fraction

    @property
    def low(self) -> Fraction:
        return self.quantity * max(100 - self.tolerance, Fraction(0)) / 100

    @property
    def high(self) -> Fraction:
        return self.quantity * (100 + self.tolerance) / 100

    def judge(self, weighed: Fraction) -> Judgement:
        """The limits themselves are within. Nothing weighed is open, unless nothing is due."""
        if weighed > self.high:
            return Judgement.ABOVE
        if weighed >= self.low:
            return Judgement.WITHIN
        return Judgement.BELOW if weighed else Judgement.OPEN

    def missing(self, weighed: Fraction) -> Fraction:
        return max(self.quantity - weighed, Fraction(0))

    def deviation_percent(self, weighed: Fraction) -> Fraction:
        """Deviation in percent of the target; of a target of zero, 100 for anything."""
        if not self.quantity:
            return Fraction(100 if weighed else 0)
        return (weighed - self.quantity) * 100 / self.quantity


def worked_time(events: Iterable[tuple[str, datetime]], until: datetime) -> timedelta:
    """Time a run was worked on.

    :param events: (kind, moment) in order; ``start`` and ``resume`` begin, ``pause`` and
        ``finish`` end, everything else is no matter of time
    :param until: the end of a stretch that is still open
    """
    total, begun = timedelta(0), None
    for kind, moment in events:
        if kind in ("start", "resume") and begun is None:
            begun = moment
        elif kind in ("pause", "finish") and begun is not None:
            total += moment - begun
            begun = None
    return total + (until - begun if begun is not None else timedelta(0))
