# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Amounts split to the cent: the parts add up to the whole, whatever the weights."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

CENT = Fraction(1, 100)


def split(amount: Fraction, weights: Sequence[Fraction], step: Fraction = CENT) -> list[Fraction]:
    """Split by weights; steps that are left over go to the parts cut off most, earlier ones first.

    Weights that are not positive bear nothing; where none is positive, all bear the same.

    :raises ValueError: for an amount that is not made of whole steps, or nothing to split among
    """
    steps = amount / step
    if steps.denominator != 1 or not weights:
        raise ValueError(f"{amount} cannot be split among {len(weights)} in steps of {step}")
    usable = [max(weight, Fraction(0)) for weight in weights]
    total = sum(usable)
    if not total:
        usable, total = [Fraction(1)] * len(weights), Fraction(len(weights))
    exact = [abs(steps) * weight / total for weight in usable]
    whole = [floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in order[: int(abs(steps)) - sum(whole)]:
        whole[index] += 1
    sign = 1 if steps >= 0 else -1
    return [sign * part * step for part in whole]
