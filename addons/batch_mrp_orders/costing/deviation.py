# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Why a run cost more or less than its recipe says: price, usage, time, yield.

The recipe's cost is that of the good quantity that came out; what the run cost beyond it is split,
without a rest:

    price  (price paid - planned price) x quantity taken
    usage  (quantity taken - quantity planned for the run) x planned price
    time   work - work planned for the run, with overhead
    yield  planned cost of the run - planned cost of the good quantity

All of it without what by-products bear. What they bear more or less than planned,
because none came out for example, belongs to the yield.
"""

from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One product of a run: what was planned for the size of the run, and what was taken."""

    planned_quantity: Fraction
    planned_price: Fraction
    quantity: Fraction
    amount: Fraction

    @property
    def planned_amount(self) -> Fraction:
        return self.planned_quantity * self.planned_price

    @property
    def price_deviation(self) -> Fraction:
        return self.amount - self.quantity * self.planned_price

    @property
    def usage_deviation(self) -> Fraction:
        return (self.quantity - self.planned_quantity) * self.planned_price


@dataclass(frozen=True, slots=True)
class Plan:
    """A run beside its recipe. Shares and the overhead rate are parts of one."""

    ingredients: tuple[Ingredient, ...]
    planned_output: Fraction
    good: Fraction
    planned_work: Fraction = ZERO
    work: Fraction = ZERO
    overhead_rate: Fraction = ZERO
    planned_share: Fraction = ZERO
    share: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class Deviation:
    """Positive is dearer than planned."""

    planned: Fraction
    price: Fraction
    usage: Fraction
    time: Fraction
    yielded: Fraction

    @property
    def total(self) -> Fraction:
        return self.price + self.usage + self.time + self.yielded


def deviation(plan: Plan) -> Deviation:
    """Split what a run cost beside the planned cost of its good quantity."""
    burden = 1 + plan.overhead_rate
    borne = 1 - plan.share
    gross = sum((item.planned_amount for item in plan.ingredients), burden * plan.planned_work)
    planned = ZERO
    if plan.planned_output > 0:
        planned = gross * (1 - plan.planned_share) * plan.good / plan.planned_output
    return Deviation(
        planned=planned,
        price=borne * sum((item.price_deviation for item in plan.ingredients), ZERO),
        usage=borne * sum((item.usage_deviation for item in plan.ingredients), ZERO),
        time=borne * burden * (plan.work - plan.planned_work),
        yielded=gross * (1 - plan.share) - planned,
    )
