# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What of a refund has to be credited, and which tax money without a position carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .money import CENT, ZERO, prorate, round_money, split


@dataclass(frozen=True)
class RefundedLine:
    """One position of a refund beside what the books know of its order line.

    ``kept`` pieces stay with the customer or are still to come, ``invoiced`` ones are on
    posted invoices, ``credited`` ones on credit notes. ``whole`` lines (shipping) count by
    amount, not by pieces.
    """

    line_id: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    kept: Decimal
    invoiced: Decimal
    credited: Decimal
    whole: bool = False


@dataclass(frozen=True)
class Credit:
    """One line of a credit note. ``line_id`` is empty for money without a position."""

    line_id: str
    quantity: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class TaxGroup:
    """What was charged with the same taxes: gross, and the amount of each tax."""

    gross: Decimal
    taxes: Mapping[int, Decimal] = field(default_factory=dict)


def credit_of(line: RefundedLine, unit: Decimal = CENT) -> Credit | None:
    """The part of a refunded position that was invoiced and is not to be paid any more.

    Goods refunded before they were shipped were mostly never invoiced: then there is
    nothing to credit.
    """
    if line.whole:
        quantity = line.quantity if line.invoiced > 0 else ZERO
    else:
        too_much = line.invoiced - line.credited - line.kept
        quantity = min(max(too_much, ZERO), line.quantity)
    if not quantity:
        return None
    if quantity == line.quantity:
        return Credit(line.line_id, quantity, line.net, line.tax)
    tax = prorate(line.tax, quantity, line.quantity, unit)
    gross = prorate(line.net + line.tax, quantity, line.quantity, unit)
    return Credit(line.line_id, quantity, gross - tax, tax)


def spread(
    amount: Decimal, groups: Mapping[str, TaxGroup], unit: Decimal = CENT
) -> dict[str, tuple[Decimal, dict[int, Decimal]]]:
    """Money given back for nothing in particular lowers what was charged: each group of
    equal taxes by its share, with the tax in it (a later change of the consideration).

    Returns net amount and taxes for each group with a share.
    """
    names = [name for name, group in groups.items() if group.gross > 0]
    parts = split(amount, [groups[name].gross for name in names], unit)
    found = {}
    for name, part in zip(names, parts, strict=True):
        if part:
            group = groups[name]
            taxes = {
                key: round_money(part * tax / group.gross, unit) for key, tax in group.taxes.items()
            }
            found[name] = (part - sum(taxes.values(), ZERO), taxes)
    return found
