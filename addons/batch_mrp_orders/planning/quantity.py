# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Exact quantities: from the floats of the database and back."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, log10


def readable_decimals(value: float, most: int = 6) -> int:
    """Decimals with which a computed quantity is shown.

    Three (grams of a kilogram) tell enough, and below one as many as the first three
    figures need, so that small amounts do not read as nothing; never more than ``most``.
    """
    size = abs(value)
    if not size or size >= 1:
        return min(3, most)
    return min(max(3, 2 - floor(log10(size))), most)


def exact(value: float | int | str | Decimal | Fraction) -> Fraction:
    """The number a person would read in ``value``.

    A float is taken by its shortest decimal form, so that ``0.1`` is one tenth
    and not the nearest binary fraction.
    """
    if isinstance(value, float):
        return Fraction(Decimal(repr(value)))
    return Fraction(value)


def batches_for(
    quantity: Fraction, batch_size: Fraction | None, minimum: Fraction | None = None
) -> list[Fraction]:
    """Batch quantities that together make at least ``quantity``.

    Without a batch size one batch makes exactly what is needed, but never less than
    ``minimum``; with one, only full batches are made.

    :raises ValueError: for a batch size that is not positive
    """
    if quantity <= 0:
        return []
    if batch_size is None:
        return [max(quantity, minimum or quantity)]
    if batch_size <= 0:
        raise ValueError(f"batch size must be positive, got {batch_size}")
    return [batch_size] * ceil(quantity / batch_size)
