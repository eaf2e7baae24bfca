# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Cost centres: a line with percentages becomes lines with one cost centre each, to the cent.

The ledger may distribute a line in two dimensions at once ("30 % to A and X") or in each on
its own ("60 % to A", "100 % to X"); the parts of the second kind are multiplied out. What is
not distributed has no cost centre.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from .model import CostShare, EntryLine
from .split import cents_of

_ALL = Fraction(100)
Cost = tuple[str, str]


def cost_weights(shares: Iterable[CostShare]) -> dict[Cost, Fraction] | None:
    """Percent per cost centre, in sum 100; None if a dimension is distributed twice."""
    together: dict[Cost, Fraction] = {}
    single: tuple[dict[str, Fraction], dict[str, Fraction]] = ({}, {})
    for share in shares:
        percent = Fraction(share.percent)
        if percent <= 0:
            return None
        if share.first and share.second:
            place = (share.first, share.second)
            together[place] = together.get(place, Fraction(0)) + percent
        elif share.first or share.second:
            own, name = single[not share.first], share.first or share.second
            own[name] = own.get(name, Fraction(0)) + percent
    rest = _ALL - sum(together.values())
    for own in single:
        left = rest - sum(own.values())
        if left < 0:
            return None
        if left:
            own[""] = left
    if rest:
        for first, one in single[0].items():
            for second, other in single[1].items():
                place = (first, second)
                together[place] = together.get(place, Fraction(0)) + one * other / rest
    return together


def distribute(amount: int, weights: Iterable[Fraction]) -> list[int]:
    """Whole parts of `amount` in proportion to `weights`; the largest remainders round up."""
    shares = list(weights)
    total = sum(shares)
    exact = [abs(amount) * share / total for share in shares]
    parts = [floor(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for index in by_remainder[: abs(amount) - sum(parts)]:
        parts[index] += 1
    return [part if amount >= 0 else -part for part in parts]


def split_by_cost(line: EntryLine) -> list[EntryLine] | None:
    """Parts of `line`, one for each cost centre; None if its shares make no sense."""
    if not line.shares:
        return [line]
    weights = cost_weights(line.shares)
    if weights is None:
        return None
    cents = distribute(cents_of(line.balance), weights.values())
    foreign = distribute(cents_of(line.foreign), weights.values())
    return [
        replace(
            line,
            balance=Decimal(part) / 100,
            foreign=Decimal(abroad) / 100,
            shares=(),
            cost=cost,
        )
        for cost, part, abroad in zip(weights, cents, foreign, strict=True)
        if part
    ]
