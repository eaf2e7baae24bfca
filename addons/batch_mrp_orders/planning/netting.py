# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Multi-level netting: which demand is covered by what, and what must be made.

The rule, product by product from the finished goods down to the raw materials:

1. Needs are served in the order of their due date (then in the order given).
2. Stock on hand is used first, what expires first before the rest, then expected
   supplies (open runs with surplus, receipts) in the order of their dates. Goods
   that have expired on the due date serve nobody, and goods that do not keep as long
   after it as the need asks for serve others only.
3. What remains, and what is made to a customer's own wishes, is made if the product
   has a recipe; the run's ingredients become needs of their own, due when the run
   starts, and its by-products are supplies for products that come later.
4. What can neither be taken nor made is a shortage.

Every unit of need is pegged to exactly one supply, run or shortage.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from .quantity import batches_for
from .recipe import Recipe, product_levels
from .scaling import round_up

Key = Hashable


@dataclass(frozen=True, slots=True)
class Demand:
    """``quantity`` of ``product`` wanted on ``due`` by the consumer ``key``.

    The goods must keep for ``min_days`` after that day; goods that are made for the
    demand are taken to do so. Goods made to the customer's own wishes are
    ``personal``: nothing on hand or planned is like them, and their run makes nothing
    for others.
    """

    key: Key
    product: int
    quantity: Fraction
    due: date
    min_days: int = 0
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """Goods nobody else has a claim on.

    ``available`` None means on hand. ``expires`` is the first day on which the
    goods are no longer good; None means they keep.
    """

    key: Key
    product: int
    quantity: Fraction
    available: date | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A demand, or a part of one carried down through the recipes.

    ``consumer`` is the demand or planned run that takes the goods, ``root`` the
    demand at the top, ``path`` the products from the top down to this one.
    """

    consumer: Key
    product: int
    quantity: Fraction
    due: date
    root: Key
    path: tuple[int, ...]
    min_days: int = 0
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Peg:
    """``quantity`` of a need is covered by ``source`` (a supply or planned run)."""

    need: Need
    source: Key
    quantity: Fraction
    available: date | None


@dataclass(frozen=True, slots=True)
class RunKey:
    """Names a planned run within one plan."""

    index: int


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run to make: ``quantity`` is the full batch, ``needed`` what is pegged."""

    key: RunKey
    recipe: Recipe
    quantity: Fraction
    needed: Fraction
    due: date

    @property
    def start(self) -> date:
        return self.due - timedelta(days=self.recipe.days)


@dataclass(slots=True)
class Plan:
    """Result of :func:`net`. Runs stand in an order in which consumers come
    before their suppliers (finished goods first). ``kits`` are the needs that were
    replaced by the needs of their parts."""

    pegs: list[Peg] = field(default_factory=list)
    runs: list[PlannedRun] = field(default_factory=list)
    shortages: list[Need] = field(default_factory=list)
    kits: list[Need] = field(default_factory=list)


def net(
    demands: Iterable[Demand],
    supplies: Iterable[Supply],
    recipes: Mapping[int, Recipe],
    *,
    pooled: bool,
) -> Plan:
    """Net ``demands`` against ``supplies`` over all levels of ``recipes``.

    :param recipes: by product id
    :param pooled: True plans runs: needs of a product share runs of full
        batches. False checks material: each need is exploded on its own and
        without batch rounding, so that every shortage belongs to one demand.
    :raises CyclicRecipeError: naming the products of the cycle
    """
    return _Netting(supplies, recipes, pooled).run(demands)


class _Netting:
    def __init__(
        self, supplies: Iterable[Supply], recipes: Mapping[int, Recipe], pooled: bool
    ) -> None:
        self.recipes = recipes
        self.pooled = pooled
        self.plan = Plan()
        self.needs: dict[int, list[Need]] = defaultdict(list)
        self.netted: set[int] = set()
        self.supplies: dict[int, list[Supply]] = defaultdict(list)
        for supply in supplies:
            self.supplies[supply.product].append(supply)

    def run(self, demands: Iterable[Demand]) -> Plan:
        for demand in demands:
            self._add_need(
                Need(
                    consumer=demand.key,
                    product=demand.product,
                    quantity=demand.quantity,
                    due=demand.due,
                    root=demand.key,
                    path=(demand.product,),
                    min_days=demand.min_days,
                    personal=demand.personal,
                )
            )
        for product in product_levels(list(self.needs), self.recipes):
            self._net_product(product)
        return self.plan

    def _add_need(self, need: Need) -> None:
        if need.quantity > 0:
            self.needs[need.product].append(need)

    def _net_product(self, product: int) -> None:
        self.netted.add(product)
        needs = sorted(self.needs.pop(product, []), key=lambda need: need.due)
        recipe = self.recipes.get(product)
        if recipe and recipe.is_kit:
            for need in needs:
                self._explode_kit(recipe.version_for(need.due), need)
            return
        personal = [need for need in needs if need.personal and recipe]
        common = [need for need in needs if not (need.personal and recipe)]
        uncovered = self._cover(common, self._supplies_of(product))
        if recipe:
            for need in personal:
                version = recipe.version_for(need.due)
                quantity = max(need.quantity, version.minimum or need.quantity)
                self._start_run(version, quantity, [need])
            self._make(recipe, uncovered)
        else:
            self.plan.shortages += uncovered

    def _supplies_of(self, product: int) -> list[Supply]:
        return sorted(
            self.supplies.get(product, []),
            key=lambda supply: (supply.available or date.min, supply.expires or date.max),
        )

    def _cover(self, needs: list[Need], supplies: list[Supply]) -> list[Need]:
        """Peg needs, earliest due first, to supplies; return what is left."""
        left = []
        rest = [(supply, supply.quantity) for supply in supplies if supply.quantity > 0]
        for need in needs:
            missing = need.quantity
            remaining = []
            for supply, quantity in rest:
                if supply.expires and supply.expires <= need.due:
                    continue  # later needs cannot use it either
                taken = min(missing, quantity) if _keeps(supply, need) else Fraction(0)
                if taken:
                    self.plan.pegs.append(Peg(need, supply.key, taken, supply.available))
                    missing -= taken
                if quantity > taken:
                    remaining.append((supply, quantity - taken))
            rest = remaining
            if missing:
                left.append(_part(need, missing))
        return left

    def _make(self, recipe: Recipe, needs: list[Need]) -> None:
        if not self.pooled:
            for need in needs:
                self._start_run(recipe.version_for(need.due), need.quantity, [need])
            return
        versions: dict[int, tuple[Recipe, list[Need]]] = {}
        for need in needs:
            version = recipe.version_for(need.due)
            versions.setdefault(version.id, (version, []))[1].append(need)
        for version, group in versions.values():
            self._make_batches(version, group)

    def _make_batches(self, recipe: Recipe, needs: list[Need]) -> None:
        total = sum((need.quantity for need in needs), Fraction(0))
        waiting = needs[::-1]
        for quantity in batches_for(total, recipe.batch_size, recipe.minimum):
            served, room = [], quantity
            while waiting and room:
                need = waiting.pop()
                taken = min(room, need.quantity)
                served.append(_part(need, taken))
                room -= taken
                if need.quantity > taken:
                    waiting.append(_part(need, need.quantity - taken))
            self._start_run(recipe, quantity, served)

    def _start_run(self, recipe: Recipe, quantity: Fraction, served: list[Need]) -> None:
        first = served[0]
        run = PlannedRun(
            key=RunKey(len(self.plan.runs)),
            recipe=recipe,
            quantity=quantity,
            needed=sum((need.quantity for need in served), Fraction(0)),
            due=min(need.due for need in served),
        )
        self.plan.runs.append(run)
        self.plan.pegs += [Peg(need, run.key, need.quantity, run.due) for need in served]
        for product, amount in recipe.ingredients(quantity, self._is_kit).items():
            self._add_need(
                Need(
                    consumer=run.key,
                    product=product,
                    quantity=amount,
                    due=run.start,
                    root=first.root,
                    path=(*first.path, product),
                )
            )

        for part in recipe.by_products:
            # A product above its producer was netted before: the next plan finds the goods.
            if part.product not in self.netted:
                self.supplies[part.product].append(
                    Supply(run.key, part.product, quantity * part.quantity, run.due)
                )

    def _is_kit(self, product: int) -> bool:
        recipe = self.recipes.get(product)
        return bool(recipe and recipe.is_kit)

    def _explode_kit(self, recipe: Recipe, need: Need) -> None:
        self.plan.kits.append(need)
        for component in recipe.components:
            quantity = need.quantity * component.quantity
            if not self._is_kit(component.product):
                quantity = round_up(quantity, component.step)
            delivered = need.consumer == need.root
            self._add_need(
                Need(
                    consumer=need.consumer,
                    product=component.product,
                    quantity=quantity,
                    due=need.due,
                    root=need.root,
                    path=(*need.path, component.product),
                    min_days=max(need.min_days, component.min_days) if delivered else 0,
                    personal=need.personal,
                )
            )


def _part(need: Need, quantity: Fraction) -> Need:
    if quantity == need.quantity:
        return need
    return replace(need, quantity=quantity)


def _keeps(supply: Supply, need: Need) -> bool:
    """Whether the goods last through the remaining life the need asks for."""
    return not supply.expires or supply.expires > need.due + timedelta(days=need.min_days)
