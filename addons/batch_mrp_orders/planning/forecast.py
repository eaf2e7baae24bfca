# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Sales forecast by month, its error in the past, and how much to make to stock.

The forecast of a month is what was sold in the same month a year before, times the growth
since then: the last three whole months against the same three a year before, at least half
and at most double. Where the history is shorter, it is the mean of the last three months.
"""

from calendar import monthrange
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor, log10

from .quantity import batches_for

Month = tuple[int, int]  # (year, month)

RECENT = 3
GROWTH_LIMITS = (Fraction(1, 2), Fraction(2))


def shifted(month: Month, months: int) -> Month:
    """The month so many months later."""
    years, index = divmod(month[1] - 1 + months, 12)
    return month[0] + years, index + 1


def forecast(sales: Mapping[Month, Fraction], target: Month, known_until: Month) -> Fraction | None:
    """What will be sold in ``target``, judged by the months before ``known_until``.

    :param sales: quantity by month; a month that is not in it had no sales
    :return: None without any month of history
    """
    known = [month for month in sales if month < known_until]
    if not known:
        return None
    first = min(known)
    recent = [shifted(known_until, -number) for number in range(1, RECENT + 1)]
    recent = [month for month in recent if month >= first]
    sold = sum((sales.get(month, Fraction(0)) for month in recent), Fraction(0))
    year_before = shifted(target, -12)
    if len(recent) == RECENT and shifted(recent[-1], -12) >= first and year_before < known_until:
        before = sum((sales.get(shifted(month, -12), Fraction(0)) for month in recent), Fraction(0))
        if before > 0:
            growth = min(max(sold / before, GROWTH_LIMITS[0]), GROWTH_LIMITS[1])
            return sales.get(year_before, Fraction(0)) * growth
    return sold / len(recent)


def backtest_error(sales: Mapping[Month, Fraction], target: Month) -> Fraction | None:
    """Error of the forecast for the same month last year, as a share of what was sold.

    The forecast is made as it would have been then, from the months before alone.
    """
    month = shifted(target, -12)
    actual = sales.get(month, Fraction(0))
    expected = forecast(sales, month, month)
    if expected is None or actual <= 0:
        return None
    return abs(expected - actual) / actual


def per_day(quantity: Fraction, month: Month) -> Fraction:
    return quantity / monthrange(*month)[1]


def suggested_minimum(daily: Fraction, lead_days: Fraction, error: Fraction | None) -> Fraction:
    """Stock that lasts until goods ordered now are there; the error in the past, up to as
    much again, is the safety."""
    return daily * lead_days * (1 + min(error or Fraction(0), Fraction(1)))


def rounded_up(quantity: Fraction, figures: int = 2) -> Fraction:
    """``quantity`` with so many figures, rounded up: what is guessed is not told to the gram."""
    if quantity <= 0:
        return Fraction(0)
    step = Fraction(10) ** (floor(log10(quantity)) + 1 - figures)
    return ceil(quantity / step) * step


def quantity_to_make(
    wanted: Fraction, batch_size: Fraction | None, sellable: Fraction | None
) -> Fraction:
    """``wanted`` in full batches, but no more than ``sellable`` before it expires.

    Full batches are rounded up as long as they can be sold, else down; None means no limit.
    """
    if wanted <= 0:
        return Fraction(0)
    total = sum(batches_for(wanted, batch_size), Fraction(0))
    if sellable is None or total <= sellable:
        return total
    sellable = max(sellable, Fraction(0))
    return sellable if batch_size is None else floor(sellable / batch_size) * batch_size
