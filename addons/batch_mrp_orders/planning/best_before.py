# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""How long the goods of a run keep.

They keep for the recipe's shelf life, counted from the day they were made. Where the recipe
says so, they keep no longer than any of the lots that went into them, less a margin in days.
An expiry is the first day on which the goods may no longer be used.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class ShelfLife:
    """What a recipe says about its goods.

    :param days: from the day of production; None where nothing is said
    :param margin: days by which the goods expire before the first ingredient does;
        None where ingredients do not limit them
    """

    days: int | None
    margin: int | None = None


@dataclass(frozen=True, slots=True)
class IngredientLot:
    """A lot that went into a run, with its own expiry."""

    lot: int
    expires: date


@dataclass(frozen=True, slots=True)
class Expiry:
    """First day on which goods may no longer be used, and the lot that makes it so early."""

    day: date
    limited_by: int | None = None


def expiry_of(
    produced: date, shelf_life: ShelfLife, ingredients: Iterable[IngredientLot]
) -> Expiry | None:
    """Expiry of goods made on ``produced``; None where nothing limits them.

    Of ingredients that expire on the same day the one with the lower number is named. An
    ingredient that expires too early makes goods that have expired when they are made: that
    is said, not hidden.
    """
    own = None if shelf_life.days is None else produced + timedelta(days=shelf_life.days)
    if shelf_life.margin is not None:
        first = min(ingredients, key=lambda lot: (lot.expires, lot.lot), default=None)
        if first is not None:
            limit = first.expires - timedelta(days=shelf_life.margin)
            if own is None or limit < own:
                return Expiry(limit, first.lot)
    return None if own is None else Expiry(own)


def earliest(expiries: Iterable[Expiry]) -> Expiry | None:
    """Expiry of a lot that several runs have made: that of its oldest goods."""
    return min(expiries, key=lambda expiry: expiry.day, default=None)
