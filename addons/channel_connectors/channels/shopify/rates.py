# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Freight that shares the rates of the goods: one line of the shop, several for the books.

In Germany freight is taxed like the goods it brings, so with goods of two rates a shop may
charge both on one shipping line. Each rate then holds for a part of the price, and only as
lines of their own do they report the right base. Rates that add up on the whole price, as
state and county taxes do, stay on one line.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ..base.money import CENT, ZERO, split
from ..base.order import Line, Refund, RefundLine, Tax


def _base(tax: Tax) -> Decimal:
    """Net amount a tax is on; nothing for a tax of zero."""
    return tax.amount / tax.rate if tax.rate else ZERO


def is_shared(line: Line, *, gross: bool) -> bool:
    """True if each tax of the line is on a part of it only."""
    net = line.amount - line.tax_total if gross else line.amount
    return len(line.taxes) > 1 and any(
        abs(net * tax.rate - tax.amount) > CENT * 2 for tax in line.taxes
    )


def split_by_rate(line: Line, *, gross: bool) -> list[Line]:
    """The line, or one for each rate; together they are the line to the cent."""
    if not is_shared(line, gross=gross):
        return [line]
    bases = [_base(tax) for tax in line.taxes]
    weights = [base + tax.amount for base, tax in zip(bases, line.taxes, strict=True)]
    amounts = split(line.amount, weights if gross else bases)
    prices = split(line.unit_price, weights if gross else bases)
    return [
        replace(
            line,
            external_id=f"{line.external_id}/{tax.rate}",
            title=f"{line.title} ({tax.rate * 100:f} %)",
            unit_price=price,
            amount=amount,
            taxes=(tax,),
        )
        for tax, amount, price in zip(line.taxes, amounts, prices, strict=True)
    ]


def split_refund(refund: Refund, parts: dict[str, list[Line]], *, gross: bool) -> Refund:
    """The refund with its lines split as the lines they give back."""
    found: list[RefundLine] = []
    for line in refund.lines:
        lines = parts.get(line.line_external_id, [])
        if len(lines) < 2:
            found.append(line)
            continue
        totals = [part.amount if gross else part.amount + part.tax_total for part in lines]
        taxes = split(line.tax, [part.tax_total for part in lines])
        amounts = split(line.gross, totals)
        for part, amount, tax in zip(lines, amounts, taxes, strict=True):
            found.append(
                replace(line, line_external_id=part.external_id, net=amount - tax, tax=tax)
            )
    return replace(refund, lines=tuple(found))
