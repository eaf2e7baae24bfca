# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a product consists of, by weight and over all levels of its recipe.

Regulation (EU) No 1169/2011, Article 18 and Annex VII: ingredients stand in descending
order of their weight as recorded at the time of their use in the manufacture, that is in
the mixing bowl. Water and volatile products stand by their weight in the finished product,
which is what is left of them after the loss.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction


class Handling(Enum):
    """How an ingredient is declared."""

    OWN = "own"  # under its name
    COMPOUND = "compound"  # under its name, its ingredients in brackets
    PARTS = "parts"  # as the ingredients it is made from
    AID = "aid"  # not at all: a processing aid


@dataclass(frozen=True, slots=True)
class Mix:
    """One recipe: ``parts`` are products with their grams in the mixing bowl.

    ``output`` is the weight of the finished product in grams where the loss is
    evaporation, None where what is lost has the composition of the whole (what stays in
    the kettle): then it changes no share.
    """

    parts: tuple[tuple[int, Fraction], ...]
    output: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An ingredient as it is declared: grams of it for one gram of what it is in.

    More than one gram is possible where water was lost. ``parts`` are the ingredients of
    a compound, for one gram of the compound.
    """

    product: int
    weight: Fraction
    parts: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Composer:
    """Takes products apart.

    A product without an entry in ``handling`` is declared as its parts when it has a
    recipe in ``mixes``, else under its name. ``volatile`` are water and what evaporates
    with it.
    """

    mixes: Mapping[int, Mix]
    handling: Mapping[int, Handling] = field(default_factory=dict)
    volatile: AbstractSet[int] = frozenset()
    known: dict[int, tuple[Entry, ...]] = field(default_factory=dict)

    def entries(self, product: int) -> tuple[Entry, ...]:
        """The ingredients of ``product`` in descending order of weight.

        A product that is, over its recipes, an ingredient of itself is not taken apart
        where it comes back.
        """
        return self._expand(product, frozenset())

    def get_handling(self, product: int) -> Handling:
        default = Handling.PARTS if product in self.mixes else Handling.OWN
        return self.handling.get(product, default)

    def in_bowl(self, product: int) -> tuple[list[tuple[int, Fraction]], Fraction]:
        """What is declared of the recipe: grams for one gram of finished product, and
        how many grams of water are lost for it."""
        mix = self.mixes[product]
        bowl = [
            (part, grams)
            for part, grams in mix.parts
            if grams > 0 and self.get_handling(part) is not Handling.AID
        ]
        total = sum((grams for _part, grams in bowl), Fraction(0))
        whole = mix.output or total
        lost = max(total - whole, Fraction(0))
        return [(part, grams / whole) for part, grams in bowl], lost / whole if whole else lost

    def _expand(self, product: int, trail: frozenset[int]) -> tuple[Entry, ...]:
        if product not in self.mixes or product in trail:
            return ()
        if product not in self.known:
            self.known[product] = self._take_apart(product, trail | {product})
        return self.known[product]

    def _take_apart(self, product: int, trail: frozenset[int]) -> tuple[Entry, ...]:
        bowl, lost = self.in_bowl(product)
        found: list[Entry] = []
        for part, weight in bowl:
            handling = self.get_handling(part)
            if handling is Handling.OWN or part not in self.mixes or part in trail:
                found.append(Entry(part, weight))
            elif handling is Handling.COMPOUND:
                found.append(Entry(part, weight, self._expand(part, trail)))
            else:
                found += [
                    replace(entry, weight=weight * entry.weight)
                    for entry in self._expand(part, trail)
                ]
        return descending(self._without_lost_water(add_up(found), lost))

    def _without_lost_water(self, entries: list[Entry], lost: Fraction) -> list[Entry]:
        water = sum((e.weight for e in entries if e.product in self.volatile), Fraction(0))
        if not lost or not water:
            return entries
        left = max(1 - lost / water, Fraction(0))
        return [
            replace(entry, weight=entry.weight * left) if entry.product in self.volatile else entry
            for entry in entries
        ]


def add_up(
    entries: Iterable[Entry], key: Callable[[Entry], Hashable] = lambda entry: entry.product
) -> list[Entry]:
    """Entries with the same ``key`` become one with the sum of their weights."""
    sums: dict[Hashable, Entry] = {}
    for entry in entries:
        seen = sums.get(key(entry))
        sums[key(entry)] = (
            replace(seen, weight=seen.weight + entry.weight, parts=seen.parts or entry.parts)
            if seen
            else entry
        )
    return list(sums.values())


def descending(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """By weight; what weighs the same keeps its order. What is used up is left out."""
    present = [entry for entry in entries if entry.weight > 0]
    return tuple(sorted(present, key=lambda entry: -entry.weight))
