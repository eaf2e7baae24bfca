# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which stock will expire before it is likely to be sold or used.

Every day open orders take their goods first, then what is sold or used beside them. Each takes
what expires first among the goods that keep long enough for it. Quantities are exact, in the
product's unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .forecast import Month, forecast, per_day, shifted


@dataclass(frozen=True, slots=True)
class Stock:
    """A lot on hand; ``last_day`` is the first day on which it may no longer be used."""

    lot: int
    last_day: date
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Order:
    """An open order, or an open run's need, of goods that must keep ``min_days`` longer."""

    day: date
    quantity: Fraction
    min_days: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` until the day before ``end`` so much is sold or used every day."""

    first: date
    end: date
    per_day: Fraction


def _month_start(month: Month) -> date:
    return date(month[0], month[1], 1)


def expected_periods(
    sales: Mapping[Month, Fraction], orders: Iterable[Order], today: date, until: date
) -> list[Period]:
    """What will be sold beside the open orders, month by month, until ``until``.

    The forecast of a month includes its orders: only the rest is still to come, spread evenly
    over its days. Of the current month the days that are left count, with the overdue orders.
    """
    current = (today.year, today.month)
    ordered: dict[Month, Fraction] = {}
    for order in orders:
        day = max(order.day, today)
        month = (day.year, day.month)
        ordered[month] = ordered.get(month, Fraction(0)) + order.quantity
    periods = []
    month = current
    while _month_start(month) < until:
        first, end = max(_month_start(month), today), _month_start(shifted(month, 1))
        days = (end - first).days
        expected = per_day(forecast(sales, month, current) or Fraction(0), month) * days
        rest = max(expected - ordered.get(month, Fraction(0)), Fraction(0))
        if rest:
            periods.append(Period(first, end, rest / days))
        month = shifted(month, 1)
    return periods


def left_over(
    today: date,
    stock: Sequence[Stock],
    orders: Sequence[Order],
    periods: Sequence[Period],
    min_days: int = 0,
) -> dict[int, Fraction]:
    """What is left of each lot when it expires, by lot; lots that are used up are left out.

    Between two days on which something changes, a day is like the other: their demand is taken
    in one step.

    :param min_days: days the goods must keep for demand without an order
    """
    waiting = sorted(stock, key=lambda lot: (lot.last_day, lot.lot))
    left = {lot.lot: lot.quantity for lot in waiting}
    margin = timedelta(days=min_days)
    due: dict[date, list[Order]] = {}
    for order in orders:
        due.setdefault(max(order.day, today), []).append(order)

    def take(quantity: Fraction, after: date) -> None:
        for lot in waiting:
            if quantity <= 0:
                return
            if lot.last_day > after:
                part = min(quantity, left[lot.lot])
                left[lot.lot] -= part
                quantity -= part

    end = max((lot.last_day for lot in waiting), default=today)
    turns = {today, end, *due}
    turns |= {day for period in periods for day in (period.first, period.end)}
    turns |= {lot.last_day - margin for lot in waiting} | {lot.last_day for lot in waiting}
    days = sorted(day for day in turns if today <= day <= end)
    for day, following in zip(days, days[1:], strict=False):
        for order in sorted(due.get(day, ()), key=lambda order: (order.min_days, order.quantity)):
            take(order.quantity, day + timedelta(days=order.min_days))
        for period in periods:
            if period.first <= day < period.end:
                take(period.per_day * (following - day).days, day + margin)
    return {lot: quantity for lot, quantity in left.items() if quantity > 0}
