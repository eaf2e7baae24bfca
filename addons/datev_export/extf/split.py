# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Cut a gross amount into rows whose taxes, rounded row by row, add up to a given tax.

DATEV takes the tax out of each row on its own, rounded half up; the ledger may have rounded
per invoice line or per invoice. One row can be off by a cent. As every row rounds by up to
half a cent, two rows can move the sum by one cent either way, and so on.
Amounts are positive whole cents here.
"""

from collections.abc import Iterable
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
    gross: int, tax: int, rate: Decimal, natural: Iterable[int] = ()
) -> list[int] | None:
    """Parts of `gross` whose single taxes sum to `tax`; None if `MAX_PARTS` do not do.

    `natural` are first parts to prefer (say, invoice lines), so that a reader recognises
    the amounts.
    """
    peeled: list[int] = []
    rest, wanted = gross, tax
    while len(peeled) < MAX_PARTS:
        if tax_within(rest, rate) == wanted:
            return [*peeled, rest]
        for first in (*natural, *range(1, min(rest, _SEARCH_CENTS))):
            if 0 < first < rest and (
                tax_within(first, rate) + tax_within(rest - first, rate) == wanted
            ):
                return [*peeled, first, rest - first]
        step = _most_shifting(rate, wanted > tax_within(rest, rate))
        if step >= rest:
            return None
        peeled.append(step)
        rest -= step
        wanted -= tax_within(step, rate)
    return None
