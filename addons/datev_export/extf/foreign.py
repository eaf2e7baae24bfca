# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Amounts in a foreign currency: what a receivable is abroad is spread over its rows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .cost import distribute
from .items import Item
from .model import BookingRow

_RATE_DIGITS = Decimal("0.000001")
# The column for the rate has four places before the comma; with six behind it, a smaller rate
# would not tell the amounts. Without a rate the amounts count, which are given both ways.
_LOWEST_RATE, _HIGHEST_RATE = Decimal("0.01"), Decimal(9999)


@dataclass(slots=True)
class Draft:
    """A row in the making. `cents` is signed as the carrier's amount; the carrier is the item
    whose foreign amount the row shows, if any."""

    row: BookingRow
    cents: int
    carrier: Item | None


def carrier_of(items: Sequence[Item], personal: Sequence[bool]) -> Item | None:
    """The item in a foreign currency: a personal account, else money, else any."""
    ranked = [
        (not own, not item.counter, index)
        for index, (item, own) in enumerate(zip(items, personal, strict=True))
        if item.currency
    ]
    return items[min(ranked)[2]] if ranked else None


def foreign_values(drafts: Sequence[Draft]) -> dict[int, dict]:
    """Currency, foreign amount and rate by place of the row.

    The amounts of the rows of one carrier sum to what the carrier has in the ledger. Where
    that is not possible with amounts above zero, its rows stay in EUR.
    """
    rows_of: dict[int, list[int]] = defaultdict(list)
    for index, draft in enumerate(drafts):
        if draft.carrier is not None:
            rows_of[id(draft.carrier)].append(index)
    values: dict[int, dict] = {}
    for places in rows_of.values():
        carrier = drafts[places[0]].carrier
        assert carrier is not None  # only rows with one are grouped
        values.update(_values_of(carrier, places, drafts))
    return values


def _values_of(carrier: Item, places: list[int], drafts: Sequence[Draft]) -> dict[int, dict]:
    cents = [drafts[place].cents for place in places]
    if sum(cents) != carrier.total or not carrier.foreign:
        return {}
    amounts = distribute(carrier.foreign, [Fraction(part, carrier.total) for part in cents])
    if any(amount * part <= 0 for amount, part in zip(amounts, cents, strict=True)):
        return {}
    rate = (Decimal(carrier.foreign) / carrier.total).quantize(_RATE_DIGITS, ROUND_HALF_UP)
    usable = rate if _LOWEST_RATE <= rate <= _HIGHEST_RATE else None
    return {
        place: {
            "currency": carrier.currency,
            "foreign": Decimal(abs(amount)) / 100,
            "rate": usable,
        }
        for place, amount in zip(places, amounts, strict=True)
    }
