# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Cut a gross amount into rows whose taxes, rounded row by row, add up to a given tax.

DATEV takes the tax out of each row on its own, rounded half up; the ledger may have rounded
per invoice line or per invoice. One row can be off by a cent. As every row rounds by up to
half a cent, two rows can move the sum by one cent either way, and so on.
Amounts are positive whole cents here.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

# A cut is looked for among these first parts; 19 % and 7 % repeat after 119 and 107 cents.
_SEARCH_CENTS = 240
MAX_PARTS = 12
_SCALE = 1_000


def tax_within(gross: int, rate: Decimal) -> int:
    """Tax contained in `gross` cents at `rate` percent, half a cent rounded up."""
    parts = int(rate * _SCALE)
    whole = 100 * _SCALE + parts
    return (2 * gross * parts + whole) // (2 * whole)


def tax_on_top(net: int, rate: Decimal) -> int:
    """Tax on `net` cents at `rate` percent, half a cent rounded up."""
    whole = 100 * _SCALE
    return (2 * net * int(rate * _SCALE) + whole) // (2 * whole)


@lru_cache(maxsize=64)
def _most_shifting(rate: Decimal, upwards: bool) -> int:
    """Small gross amount whose rounded tax exceeds (or misses) the exact tax the most."""
    parts = int(rate * _SCALE)
    whole = 100 * _SCALE + parts

    def gain(gross: int) -> int:
        surplus = tax_within(gross, rate) * whole - gross * parts
        return surplus if upwards else -surplus

    return max(range(1, _SEARCH_CENTS + 1), key=gain)


def split_gross(
    gross: int, tax: int, rate: Decimal, natural: Sequence[int] = ()
) -> list[int] | None:
    """Parts of `gross` whose single taxes sum to `tax`; None if `MAX_PARTS` do not do.

    `natural` are the gross amounts of the lines behind it: preferred as first part, and as
    the whole cut where the ledger rounded line by line, so that a reader recognises them.
    """
    found = _few_parts(gross, tax, rate, natural)
    if found:
        return found
    taxes = sum(tax_within(part, rate) for part in natural)
    if sum(natural) == gross and taxes == tax and all(part > 0 for part in natural):
        return list(natural)
    return _peel(gross, tax, rate)


def _few_parts(
    gross: int, tax: int, rate: Decimal, natural: Sequence[int] = ()
) -> list[int] | None:
    """One part, or two."""
    if tax_within(gross, rate) == tax:
        return [gross]
    for first in (*natural, *range(1, min(gross, _SEARCH_CENTS))):
        if 0 < first < gross and (tax_within(first, rate) + tax_within(gross - first, rate) == tax):
            return [first, gross - first]
    return None


def _peel(gross: int, tax: int, rate: Decimal) -> list[int] | None:
    """Cut off small parts that round the most in the wanted direction."""
    peeled: list[int] = []
    rest, wanted = gross, tax
    while len(peeled) < MAX_PARTS:
        step = _most_shifting(rate, wanted > tax_within(rest, rate))
        if step >= rest:
            return None
        peeled.append(step)
        rest -= step
        wanted -= tax_within(step, rate)
        found = _few_parts(rest, wanted, rate)
        if found:
            return [*peeled, *found]
    return None
