# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How much of what was shipped has come back."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Shipped:
    """Goods that went to a customer.

    :param unit: the unit in which the quantities are; units are never added up
    :param quantity: what was shipped
    :param returned: what has come back of it
    """

    unit: Hashable
    quantity: Fraction
    returned: Fraction


def recovery_rate(rows: Iterable[Shipped]) -> Fraction | None:
    """Share of the shipped goods that has come back, None if nothing was shipped.

    Kilograms and pieces cannot be added: with several units it is the share of the one
    that is furthest behind, so that 1 means that everything is back.
    """
    shipped: dict[Hashable, Fraction] = defaultdict(Fraction)
    returned: dict[Hashable, Fraction] = defaultdict(Fraction)
    for row in rows:
        shipped[row.unit] += row.quantity
        returned[row.unit] += row.returned
    shares = [returned[unit] / total for unit, total in shipped.items() if total > 0]
    return min(shares) if shares else None
