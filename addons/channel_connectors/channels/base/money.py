# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Exact money: everything in ``Decimal``, rounded half up, nothing lost in a split."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


def round_money(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """Round to a multiple of ``unit``, commercially (half away from zero)."""
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def prorate(amount: Decimal, part: Decimal, whole: Decimal, unit: Decimal = CENT) -> Decimal:
    """Share of ``amount`` that ``part`` out of ``whole`` pieces carry, rounded.

    Differences of successive values add up: for any cut of the whole into
    parts, the sum of ``prorate(end) - prorate(start)`` is ``amount`` to the cent.
    """
    if not whole:
        return ZERO
    return round_money(amount * part / whole, unit)


def split(amount: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Split ``amount`` by ``weights`` (largest remainder): the parts sum to ``amount``.

    Weights are not negative. Without any weight the first part takes all. Each
    part is less than one unit away from its exact share. ``amount`` has to be a
    multiple of ``unit``.
    """
    if not weights:
        if amount:
            raise ValueError("an amount cannot be split into no parts")
        return []
    total = sum(weights, ZERO)
    if not total:
        return [amount] + [ZERO] * (len(weights) - 1)
    sign = -1 if amount < 0 else 1
    units = abs(amount) / unit
    shares = [units * weight / total for weight in weights]
    floors = [share.quantize(Decimal(1), rounding=ROUND_FLOOR) for share in shares]
    missing = int(units - sum(floors, ZERO))
    by_remainder = sorted(range(len(shares)), key=lambda i: (floors[i] - shares[i], i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return [sign * floor * unit for floor in floors]


def discount_percent(gross: Decimal, net: Decimal) -> Decimal:
    """Discount in percent with two digits that leads from ``gross`` nearest to ``net``."""
    if not gross:
        return ZERO
    return round_money((gross - net) * 100 / gross, CENT)
