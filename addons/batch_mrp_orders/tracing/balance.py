# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Mass balances: that of a lot, from what was moved, and that of a run.

The rule for a lot, in the unit of its product:

    received + made + given back by production + returned by customers + adjusted
        = consumed + shipped + scrapped + returned to vendors + on hand + difference

A move has a side it comes from and one it goes to. Where the goods come from outside, they
enter; where they go outside, they leave; a move between two of our places changes nothing, and
goods that go from a vendor straight to a customer are both received and shipped. What is on
hand is counted apart from the moves: the difference is stock that no move explains.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

ZERO = Decimal(0)


class Place(StrEnum):
    """A side of a move: ours, or where goods come from and go to."""

    OURS = "ours"
    VENDOR = "vendor"
    CUSTOMER = "customer"
    PRODUCTION = "production"
    INVENTORY = "inventory"
    OTHER_COMPANY = "other company"


@dataclass(frozen=True, slots=True)
class Flow:
    """Quantity of a lot moved from one place to another.

    ``is_made`` tells goods a run has made from those that production gives back (unused, or
    taken apart), ``is_scrap`` goods destroyed from those an inventory did not find.
    """

    lot: int
    source: Place
    destination: Place
    quantity: Decimal
    is_made: bool = False
    is_scrap: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of a lot; every quantity in the unit of its product.

    ``adjusted`` is negative where inventories found less than there should have been.
    """

    received: Decimal = ZERO
    made: Decimal = ZERO
    given_back: Decimal = ZERO
    customer_returns: Decimal = ZERO
    adjusted: Decimal = ZERO
    consumed: Decimal = ZERO
    shipped: Decimal = ZERO
    scrapped: Decimal = ZERO
    vendor_returns: Decimal = ZERO
    on_hand: Decimal = ZERO

    @property
    def total_in(self) -> Decimal:
        """All that came in."""
        return self.received + self.made + self.given_back + self.customer_returns + self.adjusted

    @property
    def total_out(self) -> Decimal:
        """All that is accounted for: what has left, and what is there."""
        return self.consumed + self.shipped + self.scrapped + self.vendor_returns + self.on_hand

    @property
    def difference(self) -> Decimal:
        """What came in and is not accounted for; negative where there is more than came in."""
        return self.total_in - self.total_out


PARTS = tuple(field.name for field in fields(Balance))


def balance(flows: Iterable[Flow], on_hand: dict[int, Decimal]) -> dict[int, Balance]:
    """The balance of each lot that was moved or is on hand."""
    parts: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for flow in flows:
        amounts = parts[flow.lot]
        for part, sign in _parts(flow):
            amounts[part] += sign * flow.quantity
    for lot, quantity in on_hand.items():
        parts[lot]["on_hand"] += quantity
    return {lot: Balance(**amounts) for lot, amounts in parts.items()}


def _parts(flow: Flow) -> Iterable[tuple[str, int]]:
    """The parts of a balance a flow counts for, with their signs."""
    match flow.source:
        case Place.VENDOR | Place.OTHER_COMPANY:
            yield "received", 1
        case Place.CUSTOMER:
            yield "customer_returns", 1
        case Place.PRODUCTION:
            yield ("made" if flow.is_made else "given_back"), 1
        case Place.INVENTORY:
            yield "adjusted", 1
    match flow.destination:
        case Place.VENDOR:
            yield "vendor_returns", 1
        case Place.CUSTOMER | Place.OTHER_COMPANY:
            yield "shipped", 1
        case Place.PRODUCTION:
            yield "consumed", 1
        case Place.INVENTORY:
            if flow.is_scrap:
                yield "scrapped", 1
            else:
                yield "adjusted", -1


@dataclass(frozen=True, slots=True)
class Input:
    """What a run used of an ingredient, and what its recipe says for what was made.

    Both are in the product's unit; ``expected`` is None for what the recipe does not know.
    ``grams`` is what one unit weighs, None for what is not weighed; ``loss_percent`` is the
    loss of the ingredient before it counts.
    """

    product: int
    used: Fraction
    expected: Fraction | None = None
    grams: Fraction | None = None
    loss_percent: Fraction = Fraction(0)

    @property
    def difference(self) -> Fraction:
        """What was used beyond the recipe."""
        return self.used - (self.expected or 0)


@dataclass(frozen=True, slots=True)
class RunBalance:
    """Input of a run against its output, by mass, in grams.

    ``expected_output`` is what the recipe makes of this input, with its losses and its yield.
    """

    inputs: tuple[Input, ...]
    input: Fraction
    expected_output: Fraction
    output: Fraction

    @property
    def loss_percent(self) -> Fraction | None:
        """Part of the input that is not in the output; None without input."""
        return (1 - self.output / self.input) * 100 if self.input else None

    @property
    def expected_loss_percent(self) -> Fraction | None:
        """The same as the recipe expects it."""
        return (1 - self.expected_output / self.input) * 100 if self.input else None

    @property
    def difference(self) -> Fraction:
        """Output beyond what was expected of the input; negative where goods are missing."""
        return self.output - self.expected_output


def balance_run(
    inputs: Iterable[Input], output: Fraction, yield_percent: Fraction = Fraction(100)
) -> RunBalance:
    """The balance of a run that made ``output`` grams of everything together."""
    inputs = tuple(inputs)
    weighed = [(item, item.used * item.grams) for item in inputs if item.grams is not None]
    counting = sum((mass * (1 - item.loss_percent / 100) for item, mass in weighed), Fraction(0))
    return RunBalance(
        inputs=inputs,
        input=sum((mass for _item, mass in weighed), Fraction(0)),
        expected_output=counting * yield_percent / 100,
        output=output,
    )
