# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Actual cost of runs over all levels: consumed lots, work, overhead, by-products, yield.

    materials  = each consumed lot x its own price
    overhead   = work x rate
    net        = (materials + work + overhead) x (1 - share of the by-products)
    unit cost  = net / good quantity

Overhead is on work alone, so that no level charges it on that of the levels below.

The price of a lot that a run has made is the unit cost of that run, so that costs go up the levels.
Lots bought have the price of their receipts. Where a lot came from both, it has the average.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

PERCENT = Fraction(100)
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Consumed:
    """Something a run took: in the unit of the product, at the price it was booked with."""

    product: int
    lot: int | None
    quantity: Fraction
    booked_price: Fraction


@dataclass(frozen=True, slots=True)
class Output:
    """A lot that came out of a run; ``share`` is the percentage of the cost a by-product bears.

    The main product has the share None: it bears the rest.
    """

    lot: int | None
    quantity: Fraction
    share: Fraction | None = None
    move: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is done. ``work`` is money: time x rate of the work centres."""

    consumed: tuple[Consumed, ...]
    outputs: tuple[Output, ...]
    work: Fraction = ZERO
    overhead_rate: Fraction = ZERO

    @property
    def good(self) -> Fraction:
        """What is left of the main product, after scrap."""
        return sum((out.quantity for out in self.outputs if out.share is None), ZERO)

    @property
    def byproduct_share(self) -> Fraction:
        """Each by-product counts once, however many lots it has; one of which nothing came, not."""
        shares = {
            out.move: out.share
            for out in self.outputs
            if out.share is not None and out.quantity > 0
        }
        return min(sum(shares.values(), ZERO), PERCENT) / PERCENT


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received of a lot from outside, and its value."""

    quantity: Fraction
    value: Fraction


@dataclass(frozen=True, slots=True)
class Price:
    """Price of a unit; not ``known`` if any part of it is only what was booked."""

    amount: Fraction
    known: bool = True


@dataclass(frozen=True, slots=True)
class RunCost:
    """The cost of a run. ``prices`` are those of what it consumed, in its order."""

    materials: Fraction
    work: Fraction
    overhead: Fraction
    byproducts: Fraction
    good: Fraction
    prices: tuple[Price, ...]

    @property
    def net(self) -> Fraction:
        return self.materials + self.work + self.overhead - self.byproducts

    @property
    def unit(self) -> Fraction | None:
        """None where nothing good came out: there is no unit that could bear the cost."""
        return self.net / self.good if self.good > 0 else None

    @property
    def known(self) -> bool:
        return all(price.known for price in self.prices)


@dataclass
class CostBook:
    """Prices of lots and costs of runs, each computed once, whatever is needed for it first."""

    runs: Mapping[int, Run]
    receipts: Mapping[int, Receipt]
    costs: dict[int, RunCost] = field(default_factory=dict)
    _makers: dict[int, list[tuple[int, Output]]] = field(default_factory=dict)
    _prices: dict[int, Price | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, run in self.runs.items():
            for out in run.outputs:
                if out.lot is not None and out.quantity > 0:
                    self._makers.setdefault(out.lot, []).append((number, out))
        for number in _parts_first(self.runs, self._needs()):
            self.costs[number] = self._cost(self.runs[number])

    def lot_price(self, lot: int) -> Price | None:
        """The average over the runs that made it and its receipts; None if there are none."""
        if lot not in self._prices:
            price = self._average(lot)
            if any(number not in self.costs for number, _out in self._makers.get(lot, ())):
                return price  # within a circle: not the last word
            self._prices[lot] = price
        return self._prices[lot]

    def _needs(self) -> dict[int, list[int]]:
        """The runs that made what a run consumed."""
        return {
            number: [
                maker
                for item in run.consumed
                if item.lot is not None
                for maker, _out in self._makers.get(item.lot, ())
            ]
            for number, run in self.runs.items()
        }

    def _average(self, lot: int) -> Price | None:
        quantity, value, known = ZERO, ZERO, True
        for number, out in self._makers.get(lot, ()):
            cost = self.costs.get(number)
            if cost is None or (amount := self._output_price(number, cost, out)) is None:
                known = False
                continue
            quantity += out.quantity
            value += out.quantity * amount
            known = known and cost.known
        receipt = self.receipts.get(lot)
        if receipt is not None and receipt.quantity > 0:
            quantity += receipt.quantity
            value += receipt.value
        return Price(value / quantity, known) if quantity else None

    def _output_price(self, number: int, cost: RunCost, out: Output) -> Fraction | None:
        if out.share is None:
            return cost.unit
        run = self.runs[number]
        made = sum((one.quantity for one in run.outputs if one.move == out.move), ZERO)
        gross = cost.materials + cost.work + cost.overhead
        return gross * out.share / PERCENT / made

    def _cost(self, run: Run) -> RunCost:
        prices = tuple(self._price(item) for item in run.consumed)
        materials = sum(
            (
                item.quantity * price.amount
                for item, price in zip(run.consumed, prices, strict=True)
            ),
            ZERO,
        )
        overhead = run.work * run.overhead_rate
        byproducts = (materials + run.work + overhead) * run.byproduct_share
        return RunCost(materials, run.work, overhead, byproducts, run.good, prices)

    def _price(self, item: Consumed) -> Price:
        """Goods without lots have the price they were booked with, and that is theirs."""
        if item.lot is None:
            return Price(item.booked_price)
        return self.lot_price(item.lot) or Price(item.booked_price, known=False)


def _parts_first(runs: Iterable[int], needs: Mapping[int, list[int]]) -> Iterable[int]:
    """Runs in an order in which what went in comes first; circles (rework) are cut."""
    seen: set[int] = set()
    for start in sorted(runs):
        if start in seen:
            continue
        seen.add(start)
        trail = [(start, iter(needs.get(start, ())))]
        while trail:
            run, rest = trail[-1]
            part = next(rest, None)
            if part is None:
                yield run
                trail.pop()
            elif part not in seen:
                seen.add(part)
                trail.append((part, iter(needs.get(part, ()))))


def merged_hours(spans: Iterable[tuple[float, float]]) -> Fraction:
    """Hours covered by spans of seconds; what overlaps counts once, as core counts it."""
    total, end = ZERO, None
    for first, last in sorted(spans):
        begin = first if end is None else max(first, end)
        if last > begin:
            total += Fraction(last) - Fraction(begin)
            end = last
    return total / 3600
