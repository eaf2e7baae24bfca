# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Nutrition declaration: computed from the recipe, rounded as the Commission's guidance says.

Regulation (EU) No 1169/2011, Articles 30 to 35: the values of 100 g, among others
calculated from the known values of the ingredients used (Article 31 (4) b).
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .composition import Composer

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Nutrition:
    """Values of 100 g: energy in kJ and kcal, the others in grams."""

    energy_kj: Fraction = ZERO
    energy_kcal: Fraction = ZERO
    fat: Fraction = ZERO
    saturates: Fraction = ZERO
    carbohydrate: Fraction = ZERO
    sugars: Fraction = ZERO
    protein: Fraction = ZERO
    salt: Fraction = ZERO

    def plus(self, other: "Nutrition", weight: Fraction) -> "Nutrition":
        """With ``weight`` grams of ``other`` added for each gram of this."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Nutrition(*(mine + weight * theirs for mine, theirs in pairs))


@dataclass(frozen=True, slots=True)
class Computed:
    """``nutrition`` is None when ``missing`` names ingredients without values."""

    nutrition: Nutrition | None
    missing: frozenset[int] = frozenset()


def compute(product: int, composer: Composer, given: Mapping[int, Nutrition]) -> Computed:
    """Nutrition of ``product``: as ``given``, else from the mixing bowl of its recipe.

    Given values win on every level. Water that is lost takes no nutrients with it, so
    that the values of what stays rise.
    """
    known = {key: Computed(value) for key, value in given.items()}
    return _compute(product, composer, known, frozenset())


def _compute(
    product: int, composer: Composer, known: dict[int, Computed], trail: frozenset[int]
) -> Computed:
    if product in known:
        return known[product]
    if product not in composer.mixes or product in trail:
        return Computed(None, frozenset({product}))
    total, missing = Nutrition(), frozenset[int]()
    bowl, _lost = composer.in_bowl(product)
    for part, weight in bowl:
        found = _compute(part, composer, known, trail | {product})
        missing |= found.missing
        if found.nutrition:
            total = total.plus(found.nutrition, weight)
    known[product] = Computed(None if missing or not bowl else total, missing)
    return known[product]


@dataclass(frozen=True, slots=True)
class Rounded:
    """A value as it is printed; ``below`` puts "<" before it."""

    value: Decimal
    below: bool = False


@dataclass(frozen=True, slots=True)
class Rounding:
    """From ``coarse_from`` on in steps of ``coarse``, below in ``fine`` ones; up to
    ``negligible`` it counts as less than ``stated``."""

    coarse_from: Fraction
    coarse: Decimal
    fine: Decimal
    negligible: Fraction
    stated: Decimal

    def apply(self, value: Fraction) -> Rounded:
        if value == 0:
            return Rounded(Decimal(0))
        if value <= self.negligible:
            return Rounded(self.stated, below=True)
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        step = self.coarse if value >= self.coarse_from else self.fine
        return Rounded(exact.quantize(step, rounding=ROUND_HALF_UP))


# European Commission, Guidance document for competent authorities on tolerances for the
# nutrient values declared on a label (December 2012), table 4.
ENERGY = Rounding(ZERO, Decimal(1), Decimal(1), ZERO, Decimal(0))
GRAMS = Rounding(Fraction(10), Decimal(1), Decimal("0.1"), Fraction(1, 2), Decimal("0.5"))
SATURATES = Rounding(Fraction(10), Decimal(1), Decimal("0.1"), Fraction(1, 10), Decimal("0.1"))
SALT = Rounding(Fraction(1), Decimal("0.1"), Decimal("0.01"), Fraction(125, 10000), Decimal("0.01"))
ROUNDING = {
    "energy_kj": ENERGY,
    "energy_kcal": ENERGY,
    "fat": GRAMS,
    "saturates": SATURATES,
    "carbohydrate": GRAMS,
    "sugars": GRAMS,
    "protein": GRAMS,
    "salt": SALT,
}


def rounded(nutrition: Nutrition) -> dict[str, Rounded]:
    """The values by name as they are printed."""
    return {name: rule.apply(getattr(nutrition, name)) for name, rule in ROUNDING.items()}
