# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Cut an amount into rows whose taxes, rounded row by row, add up to a given tax.

DATEV computes the tax of each row on its own, rounded half up; the ledger may have rounded
per invoice line or per invoice. One row can be off by a cent. As every row rounds by up to
half a cent, two rows can move the sum by one cent either way, and so on.
Amounts are positive whole cents here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

# A cut is looked for among these first parts; 19 % and 7 % repeat after 119 and 107 cents.
_SEARCH_CENTS = 240
MAX_PARTS = 12
_SCALE = 1_000


def cents_of(amount: Decimal) -> int:
    """Whole cents; an amount with a fraction of a cent is no ledger amount."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has a fraction of a cent")
    return int(cents)


@dataclass(frozen=True)
class RowTax:
    """Tax of a row at `rate` percent: contained in its amount, or `on_top` of it."""

    rate: Decimal
    on_top: bool = False

    @property
    def fraction(self) -> tuple[int, int]:
        """Numerator and denominator of tax to amount."""
        parts = int(self.rate * _SCALE)
        return parts, 100 * _SCALE + (0 if self.on_top else parts)

    def of(self, amount: int) -> int:
        """Tax of `amount` cents, half a cent rounded up."""
        parts, whole = self.fraction
        return (2 * amount * parts + whole) // (2 * whole)


def tax_within(gross: int, rate: Decimal) -> int:
    """Tax contained in `gross` cents at `rate` percent, half a cent rounded up."""
    return RowTax(rate).of(gross)


def tax_on_top(net: int, rate: Decimal) -> int:
    """Tax on `net` cents at `rate` percent, half a cent rounded up."""
    return RowTax(rate, on_top=True).of(net)


@lru_cache(maxsize=64)
def _most_shifting(kind: RowTax, upwards: bool) -> int:
    """Small amount whose rounded tax exceeds (or misses) the exact tax the most."""
    parts, whole = kind.fraction

    def gain(amount: int) -> int:
        surplus = kind.of(amount) * whole - amount * parts
        return surplus if upwards else -surplus

    return max(range(1, _SEARCH_CENTS + 1), key=gain)


def split_amount(
    amount: int, tax: int, kind: RowTax, natural: Sequence[int] = ()
) -> list[int] | None:
    """Parts of `amount` whose single taxes sum to `tax`; None if `MAX_PARTS` do not do.

    `natural` are the amounts of the lines behind it: preferred as first part, and as the
    whole cut where the ledger rounded line by line, so that a reader recognises them.
    """
    found = _few_parts(amount, tax, kind, natural)
    if found:
        return found
    taxes = sum(kind.of(part) for part in natural)
    if sum(natural) == amount and taxes == tax and all(part > 0 for part in natural):
        return list(natural)
    return _peel(amount, tax, kind)


def _few_parts(
    amount: int, tax: int, kind: RowTax, natural: Sequence[int] = ()
) -> list[int] | None:
    """One part, or two."""
    if kind.of(amount) == tax:
        return [amount]
    for first in (*natural, *range(1, min(amount, _SEARCH_CENTS))):
        if 0 < first < amount and kind.of(first) + kind.of(amount - first) == tax:
            return [first, amount - first]
    return None


def _peel(amount: int, tax: int, kind: RowTax) -> list[int] | None:
    """Cut off small parts that round the most in the wanted direction."""
    peeled: list[int] = []
    rest, wanted = amount, tax
    while len(peeled) < MAX_PARTS:
        step = _most_shifting(kind, wanted > kind.of(rest))
        if step >= rest:
            return None
        peeled.append(step)
        rest -= step
        wanted -= kind.of(step)
        found = _few_parts(rest, wanted, kind)
        if found:
            return [*peeled, *found]
    return None
