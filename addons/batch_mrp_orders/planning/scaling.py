# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Scaling a recipe to a batch: what goes in, to the smallest step of the scale.

The rule for the ingredients of one batch:

1. Gross is net divided by what is left after the loss of the ingredient and by the
   yield of the recipe.
2. An ingredient that is not weighed (pieces, litres) is rounded up to the smallest
   quantity its unit knows, as Odoo does.
3. Weighed ingredients are rounded together by the largest remainder: each gets its
   full steps, the steps that are missing to the rounded total go to those with the
   largest rest. The sum of the parts is the rounded sum, whatever their number.
4. A scale with a coarser step (1 g, 10 g) is used for ingredients of at least
   ``COARSE_FROM`` steps; smaller ones are weighed finely, so that no spice is
   rounded away, and the coarse ones make up the total.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

COARSE_FROM = 10
PERCENT = Fraction(100)


class Part(Protocol):
    """One ingredient line of a recipe.

    ``quantity`` for one unit of output, gross; ``step`` the smallest quantity its
    unit knows, None when it is not rounded; ``mass`` what one unit weighs in grams,
    None when the ingredient is not weighed.
    """

    @property
    def quantity(self) -> Fraction: ...

    @property
    def step(self) -> Fraction | None: ...

    @property
    def mass(self) -> Fraction | None: ...


def gross(net: Fraction, loss_percent: Fraction, yield_percent: Fraction) -> Fraction:
    """What must go in so that ``net`` counts in the finished goods.

    :raises ValueError: when nothing would be left
    """
    if not 0 <= loss_percent < PERCENT:
        raise ValueError(f"a loss must be at least 0 and below 100 %, got {loss_percent}")
    if yield_percent <= 0:
        raise ValueError(f"a yield must be positive, got {yield_percent}")
    return net / (1 - loss_percent / PERCENT) / (yield_percent / PERCENT)


def round_up(value: Fraction, step: Fraction | None) -> Fraction:
    """The smallest multiple of ``step`` that is not less than ``value``."""
    return value if step is None else ceil(value / step) * step


def round_half_up(value: Fraction, step: Fraction) -> Fraction:
    """The multiple of ``step`` nearest to ``value``; half a step goes up."""
    return floor(value / step + Fraction(1, 2)) * step


def largest_remainder(
    values: Sequence[Fraction], step: Fraction, total: Fraction
) -> list[Fraction]:
    """``values`` in full steps that sum up to ``total``, a multiple of ``step``.

    Steps that are missing to the total go to the largest rests, the first of equal
    ones first.

    :raises ValueError: when the total is not within one step a value of their sum
    """
    parts = [floor(value / step) for value in values]
    missing = total / step - sum(parts)
    if missing.denominator != 1 or not 0 <= missing <= len(parts):
        raise ValueError(f"{total} cannot be made of {len(parts)} parts in steps of {step}")
    by_rest = sorted(range(len(parts)), key=lambda n: (parts[n] - values[n] / step, n))
    for number in by_rest[: int(missing)]:
        parts[number] += 1
    return [part * step for part in parts]


def scale_parts(
    parts: Sequence[Part], output: Fraction, weighing_step: Fraction | None = None
) -> list[Fraction]:
    """Quantities of ``parts`` for a batch of ``output``, each in its own unit.

    :param weighing_step: smallest step of the scale in grams; None weighs as finely
        as the units allow
    """
    exact = [part.quantity * output for part in parts]
    quantities = [
        round_up(quantity, part.step) if part.mass is None else quantity
        for part, quantity in zip(parts, exact, strict=True)
    ]
    weighed = [number for number, part in enumerate(parts) if part.mass is not None]
    if not weighed:
        return quantities
    fine = max(_mass_step(parts[number]) for number in weighed)
    masses = [exact[number] * _mass(parts[number]) for number in weighed]
    for number, mass in zip(weighed, _weigh(masses, fine, weighing_step), strict=True):
        quantities[number] = mass / _mass(parts[number])
    return quantities


def _mass(part: Part) -> Fraction:
    return part.mass or Fraction(1)


def _mass_step(part: Part) -> Fraction:
    return (part.step or Fraction(1, 10**6)) * _mass(part)


def _weigh(masses: list[Fraction], fine: Fraction, coarse: Fraction | None) -> list[Fraction]:
    """Round masses together; the sum is off by at most half a step of the scale used."""
    if coarse is None or coarse <= fine:
        return largest_remainder(masses, fine, round_half_up(sum(masses, Fraction(0)), fine))
    small = [n for n, mass in enumerate(masses) if mass < COARSE_FROM * coarse]
    large = [n for n, mass in enumerate(masses) if mass >= COARSE_FROM * coarse]
    result = dict(zip(small, _weigh([masses[n] for n in small], fine, None), strict=True))
    rest = sum(masses, Fraction(0)) - sum(result.values(), Fraction(0))
    if large:
        total = round_half_up(rest, coarse)
        parts = largest_remainder([masses[n] for n in large], coarse, total)
        result.update(zip(large, parts, strict=True))
    return [result[n] for n in range(len(masses))]
