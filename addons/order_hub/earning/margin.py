# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The margin of order lines, to the cent.

    margin = revenue - goods - fees of the channel - fees of the payment - shipping

Each amount comes in whole steps of the currency, rounded once, on the line or on the order; what
belongs to a whole order is split over its lines so that nothing is lost. Whatever lines are grouped
by, their sums agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .share import CENT, split

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Line:
    """Of an order: net revenue and cost in company currency; ``bears`` what the order has to pay.

    A line for shipping or a discount bears no fees, as long as there are goods.
    """

    revenue: Fraction
    cost: Fraction
    bears: bool = True


@dataclass(frozen=True, slots=True)
class Shared:
    """Amounts of a whole order. ``credit`` is revenue that no line has, usually negative."""

    channel_fees: Fraction = ZERO
    payment_fees: Fraction = ZERO
    shipping: Fraction = ZERO
    credit: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class Margin:
    """A line with its part of everything, in whole steps of the currency."""

    revenue: Fraction
    cost: Fraction
    channel_fees: Fraction
    payment_fees: Fraction
    shipping: Fraction

    @property
    def amount(self) -> Fraction:
        return self.revenue - self.cost - self.channel_fees - self.payment_fees - self.shipping


def margins(lines: Sequence[Line], shared: Shared, step: Fraction = CENT) -> list[Margin]:
    """The margin of each line of an order, in the same order."""
    if not lines:
        return []
    weights = [line.revenue if line.bears else ZERO for line in lines]
    if not any(weight > 0 for weight in weights):
        weights = [Fraction(line.bears) for line in lines]
    parts = [
        split(amount, weights, step)
        for amount in (shared.credit, shared.channel_fees, shared.payment_fees, shared.shipping)
    ]
    return [
        Margin(line.revenue + credit, line.cost, channel, payment, ship)
        for line, credit, channel, payment, ship in zip(lines, *parts, strict=True)
    ]
