# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Amounts split to the cent: the parts add up to the whole, whatever the weights."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

CENT = Fraction(1, 100)


def to_step(amount: Fraction, step: Fraction = CENT) -> Fraction:
    """Rounded to a step of the currency, halves away from zero, as money is."""
    size = floor(abs(amount) / step + Fraction(1, 2)) * step
    return size if amount >= 0 else -size


def split(amount: Fraction, weights: Sequence[Fraction], step: Fraction = CENT) -> list[Fraction]:
    """Split by weights; steps that are left over go to the parts cut off most, earlier ones first.

    Weights that are not positive bear nothing; where none is positive, all bear the same.

    :raises ValueError: if there is nothing to split among
    """
    if not weights:
        raise ValueError("nothing to split among")
    usable = [max(weight, Fraction(0)) for weight in weights]
    total = sum(usable)
    if not total:
        usable, total = [Fraction(1)] * len(weights), Fraction(len(weights))
    steps = to_step(amount, step) / step
    exact = [abs(steps) * weight / total for weight in usable]
    whole = [floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in order[: int(abs(steps)) - sum(whole)]:
        whole[index] += 1
    sign = 1 if steps >= 0 else -1
    return [sign * part * step for part in whole]
