# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From a recipe as it is written down to what one unit of its output takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .recipe import Component, Recipe
from .scaling import gross


@dataclass(frozen=True, slots=True)
class Unit:
    """``factor`` says how many of the reference unit of its kind it is (kg: 1000 g)."""

    factor: Fraction
    is_mass: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """``quantity`` of ``product``, net and in ``unit``; the product is kept in ``stock_unit``."""

    product: int
    quantity: Fraction
    unit: Unit
    stock_unit: Unit
    loss_percent: Fraction = Fraction(0)
    min_days: int = 0

    @property
    def ratio(self) -> Fraction:
        """How many units of the product one unit of the line is."""
        return self.unit.factor / self.stock_unit.factor


@dataclass(frozen=True, slots=True)
class Formula:
    """The head of a recipe: it makes ``quantity`` in ``unit`` of a product that is kept
    in ``stock_unit``.

    ``digits`` are the decimals of quantities, ``weighing_step`` the step of the scale
    in grams; ``batch_size`` and ``minimum`` are in ``unit``. None stands for "not set".
    """

    id: int
    quantity: Fraction
    unit: Unit
    stock_unit: Unit
    digits: int
    yield_percent: Fraction = Fraction(100)
    is_kit: bool = False
    batch_size: Fraction | None = None
    minimum: Fraction | None = None
    weighing_step: Fraction | None = None
    days: int = 0
    valid_until: date | None = None

    @property
    def ratio(self) -> Fraction:
        """How many units of the product one unit of the recipe is."""
        return self.unit.factor / self.stock_unit.factor

    @property
    def output(self) -> Fraction:
        """What the recipe makes, in the product's unit."""
        return self.quantity * self.ratio

    def gross(self, line: Line) -> Fraction:
        """Quantity of ``line`` for the whole recipe with loss and yield, in the line's unit."""
        if self.is_kit:
            return line.quantity
        return gross(line.quantity, line.loss_percent, self.yield_percent)

    def component(self, line: Line) -> Component:
        """``line`` for one unit of output."""
        weighed = not self.is_kit and self.unit.is_mass and line.unit.is_mass
        return Component(
            product=line.product,
            quantity=self.gross(line) * line.ratio / self.output,
            # Both the line's unit and the one the product is stocked in must know it.
            step=max(line.ratio, Fraction(1)) / 10**self.digits,
            mass=line.stock_unit.factor if weighed else None,
            min_days=line.min_days,
        )

    def recipe(
        self,
        product: int,
        lines: Iterable[Line],
        by_products: Iterable[Line] = (),
        successor: Recipe | None = None,
    ) -> Recipe:
        """The recipe as the engine nets it; lines of nothing are left out."""
        return Recipe(
            id=self.id,
            product=product,
            components=tuple(self.component(line) for line in lines if line.quantity),
            batch_size=None if self.batch_size is None else self.batch_size * self.ratio,
            days=self.days,
            is_kit=self.is_kit,
            minimum=None if self.minimum is None else self.minimum * self.ratio,
            weighing_step=self.weighing_step,
            valid_until=self.valid_until,
            successor=successor,
            by_products=tuple(
                Component(line.product, line.quantity * line.ratio / self.output)
                for line in by_products
                if line.quantity > 0
            ),
        )
