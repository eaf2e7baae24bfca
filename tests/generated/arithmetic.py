# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Whole cents and exact fractions: nothing here is shared with what is tested."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves away from zero."""
    if value < 0:
        return -half_up(-value)
    return int(value + Fraction(1, 2))


def tax_in(amount: int, rate: Fraction, *, gross: bool) -> int:
    """Tax in (or on) an amount of cents."""
    return half_up(amount * rate / (1 + rate) if gross else amount * rate)


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder: parts that sum to the amount."""
    total = sum(weights)
    if not total:
        return [amount, *([0] * (len(weights) - 1))]
    exact = [Fraction(amount * weight, total) for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in order[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def share(amount: int, part: int, whole: int) -> int:
    """Rounded share of some pieces."""
    return half_up(Fraction(amount * part, whole))


def text(cents: int) -> str:
    """Cents as the interface writes an amount."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
