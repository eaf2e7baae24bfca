# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Rounding money, exactly."""

from fractions import Fraction
from math import floor

CENT = Fraction(1, 100)


def to_step(amount: Fraction, step: Fraction = CENT) -> Fraction:
    """Rounded to a step of the currency, halves away from zero, as money is."""
    size = floor(abs(amount) / step + Fraction(1, 2)) * step
    return size if amount >= 0 else -size
