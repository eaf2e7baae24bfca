# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Taxes of orders whose channel tells none: prices contain them, the goods have the rates.

Freight and gift wrapping share the fate of the goods they come with (a supply that goes with
another one is taxed like it, in Germany UStAE 3.10 (5)): with goods of several rates each rate
gets its part of the price. Rates are fractions, amounts contain the tax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from .money import CENT, ZERO, round_money, split
from .order import Line, LineKind, OrderData, Refund, RefundLine, Tax

Rates = tuple[Decimal, ...]
# Kinds of lines that are taxed like the goods they come with.
ACCESSORIES = (LineKind.SHIPPING, LineKind.FEE)


def included_taxes(gross: Decimal, rates: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Amounts of taxes that a price contains: all of them on the same net amount."""
    total = sum(rates, ZERO)
    if not total:
        return [ZERO] * len(rates)
    return split(round_money(gross * total / (1 + total), unit), list(rates), unit)


def with_home_rates(order: OrderData, rates: Mapping[str, Rates]) -> OrderData:
    """The order with the rates its goods have at home, by the id of the line; amounts are
    left open. Lines that come with the goods are divided by their rates.
    """
    lines: list[Line] = []
    goods = [li for li in order.lines if li.kind not in ACCESSORIES and li.external_id in rates]
    worth: dict[Rates, Decimal] = {}
    # Nothing is sent or wrapped for a download, unless there is nothing else.
    for line in [li for li in goods if not li.is_digital] or goods:
        key = rates[line.external_id]
        worth[key] = worth.get(key, ZERO) + line.amount
    for line in order.lines:
        if line.kind in ACCESSORIES:
            lines += _divided(line, worth)
        else:
            lines.append(replace(line, taxes=_open_taxes(rates.get(line.external_id, ()))))
    return replace(order, lines=tuple(lines))


def _open_taxes(rates: Rates) -> tuple[Tax, ...]:
    return tuple(Tax(ZERO, ZERO, at_home=rate) for rate in rates)


def _divided(line: Line, worth: Mapping[Rates, Decimal]) -> list[Line]:
    """The line once for each combination of rates, by what the goods with it are worth."""
    if len(worth) < 2:
        return [replace(line, taxes=_open_taxes(rates)) for rates in worth] or [line]
    keys = sorted(worth)
    weights = [worth[key] for key in keys]
    amounts = split(line.amount, weights)
    prices = split(line.unit_price, weights)
    found = []
    for rates, amount, price in zip(keys, amounts, prices, strict=True):
        percents = "+".join(f"{(rate * 100).normalize():f}" for rate in rates)
        found.append(
            replace(
                line,
                external_id=f"{line.external_id}/{percents}",
                unit_price=price,
                amount=amount,
                taxes=_open_taxes(rates),
            )
        )
    return found


def with_taxes(order: OrderData, rates: Mapping[str, Rates]) -> OrderData:
    """The order with the taxes it has where it goes: one rate for each open tax of a line."""
    lines = tuple(_taxed(line, rates[line.external_id]) for line in order.lines)
    order = replace(order, lines=lines)
    order = replace(order, tax_total=order.computed_tax)
    return replace(order, refunds=tuple(_named(refund, order) for refund in order.refunds))


def _taxed(line: Line, rates: Rates) -> Line:
    amounts = included_taxes(line.amount, rates)
    return replace(
        line,
        taxes=tuple(
            replace(tax, rate=rate, amount=amount)
            for tax, rate, amount in zip(line.taxes, rates, amounts, strict=True)
        ),
    )


def _named(refund: Refund, order: OrderData) -> Refund:
    """A refund of all there is, with all positions. Of less nobody knows what it was for."""
    if refund.lines or len(order.refunds) > 1 or refund.total != order.total:
        return refund
    lines = tuple(
        RefundLine(line.external_id, line.quantity, order.line_net(line), line.tax_total)
        for line in order.lines
    )
    return replace(refund, lines=lines)
