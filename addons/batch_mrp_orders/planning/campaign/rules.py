# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which cleaning stands between two runs on one work centre.

A kettle has the residue of its last run, and of that one only: what a change-over without
cleaning lets pass is taken to do no harm further on, either. All rules that apply to a
change-over are met by one cleaning, the longest; it needs a release if one of them does.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import Enum

Key = Hashable


class Basis(Enum):
    """What a rule looks at."""

    ALLERGEN = "allergen"  # the last run has an allergen that the next must not have
    COLOUR = "colour"  # the last run is of a stronger colour than the next
    FAMILY = "family"  # from one family of products to another


@dataclass(frozen=True, slots=True)
class Content:
    """What is in the kettle, as far as the next run may mind."""

    allergens: frozenset[int] = frozenset()
    colour: int = 0
    family: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """``minutes`` of cleaning; ``allergen``, ``from_family`` and ``to_family`` None for any."""

    key: Key
    basis: Basis
    minutes: int
    release: bool = False
    allergen: int | None = None
    from_family: int | None = None
    to_family: int | None = None

    def applies(self, last: Content, following: Content) -> bool:
        if self.basis is Basis.ALLERGEN:
            left = last.allergens - following.allergens
            return bool(left) if self.allergen is None else self.allergen in left
        if self.basis is Basis.COLOUR:
            return last.colour > following.colour
        return (
            last.family != following.family
            and self.from_family in (None, last.family)
            and self.to_family in (None, following.family)
        )


@dataclass(frozen=True, slots=True)
class Cleaning:
    """``reasons`` are the keys of the rules that ask for it."""

    minutes: int = 0
    release: bool = False
    reasons: tuple[Key, ...] = ()


def cleaning_between(last: Content | None, following: Content, rules: Iterable[Rule]) -> Cleaning:
    """The cleaning before ``following``; none where nobody knows of a last run."""
    if last is None:
        return Cleaning()
    met = [rule for rule in rules if rule.applies(last, following)]
    return Cleaning(
        minutes=max((rule.minutes for rule in met), default=0),
        release=any(rule.release for rule in met),
        reasons=tuple(rule.key for rule in met),
    )
