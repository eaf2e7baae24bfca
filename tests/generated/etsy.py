# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts of Etsy as a German shop gets them, by strata, each with its expectation to the cent.

Nothing here is shared with the importer. What the expectation rests on:

- Prices, shipping and gift wrap contain the seller's own tax. Etsy tells no rates: goods have
  that of the place they go to, by what they have at home (the SKU says it: ``G-0.07``).
- Shipping and wrapping share the fate of the goods that are sent: with goods of two rates they
  are divided by what those are worth after discount (UStAE 3.10 (5)), by largest remainder.
- Tax is rounded for each line. Tax that Etsy collects and remits is no money of the shop: it is
  in the grand total, but neither in ``total`` nor in ``paid``, and a refund gives its share back.
- A discount is what the lines say they bear of it if that adds up, else divided by amount.
- Whether the grand total contains gift wrap is documented nowhere; here it is there and is not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .arithmetic import half_up, shared, tax_in
from .orders import Expected as Totals

Json = dict[str, Any]
SHOP_USER = 700_100_200
START = 1_794_000_000
# Rates at the destination by those at home; nothing outside the union.
ZONES: dict[str, dict[str, str]] = {
    "DE": {"0.07": "0.07", "0.19": "0.19"},
    "AT": {"0.07": "0.1", "0.19": "0.2"},
    "FR": {"0.07": "0.055", "0.19": "0.2"},
    **{country: {"0.07": "", "0.19": ""} for country in ("CH", "US", "GB")},
}
# What is special about a receipt. Every stratum gets the same share of the receipts.
STRATA = (
    *("plain", "coupon_percent", "coupon_fixed", "coupon_rough", "all_free", "free_shipping"),
    *("gift", "wrap_inside", "wrap_beside", "variations", "personal", "upgrade", "many"),
    *("digital", "digital_only", "oss_at", "oss_fr", "oss_fr_coupon", "export_ch"),
    *("us_tax", "uk_vat", "us_refund", "us_refund_part", "buyer_usd", "buyer_gbp"),
    *("francs", "francs_coupon", "divisor_1", "divisor_1000", "packstation", "withheld"),
    *("refund_part", "refund_full", "refund_twice", "refund_coupon", "refund_oss"),
    *("cancelled", "cancelled_unpaid", "unpaid", "free_item", "by_bank"),
)
COUNTRIES = {
    "oss_at": "AT",
    "oss_fr": "FR",
    "oss_fr_coupon": "FR",
    "refund_oss": "AT",
    "export_ch": "CH",
    "francs": "CH",
    "francs_coupon": "CH",
    "us_tax": "US",
    "us_refund": "US",
    "us_refund_part": "US",
    "buyer_usd": "US",
    "uk_vat": "GB",
    "buyer_gbp": "GB",
}
BUYERS = {"buyer_usd": "USD", "buyer_gbp": "GBP"}
DIVISORS = {"divisor_1": 1, "divisor_1000": 1000}
ADDRESS = ("first_line", "second_line", "city", "state", "zip", "country_iso", "formatted_address")
PLACES = {
    "DE": ("Weg {}", "12345", "Ort", ""),
    "AT": ("Gasse {}", "1070", "Wien", ""),
    "FR": ("{} rue de la Paix", "75002", "Paris", ""),
    "CH": ("Seeweg {}", "8002", "Zürich", ""),
    "US": ("{} Maple Ave", "97205", "Portland", "OR"),
    "GB": ("{} High Street", "SW1A 1AA", "London", ""),
}


@dataclass
class Expected(Totals):
    """Also what came in for the shop, what Etsy collected, and each refund, in cents."""

    paid: int = 0
    collected: int = 0
    refunds: list[int] = field(default_factory=list)


@dataclass
class Position:
    """A line: ``price`` a piece in cents, ``off`` from all of it, its rate at home."""

    price: int
    quantity: int
    rate: str
    off: int = 0
    digital: bool = False

    @property
    def worth(self) -> int:
        """Cents after discount."""
        return self.price * self.quantity - self.off


@dataclass
class Generated:
    """A receipt: as it was first, as it is, and what it has to come to."""

    stratum: str
    first: Json
    payload: Json
    expected: Expected
    # What the buyer paid in, which only the payment tells.
    buyer_currency: str = "EUR"


def generate(count: int, seed: int, strata: tuple[str, ...] = STRATA) -> list[Generated]:
    """Receipts of all strata in turn; same seed, same receipts."""
    chance = random.Random(seed)
    return [Maker(strata[index % len(strata)], index, chance).make() for index in range(count)]


class Maker:
    """Makes one receipt."""

    def __init__(self, stratum: str, index: int, chance: random.Random) -> None:
        self.stratum, self.index, self.chance = stratum, index, chance
        self.number = 3_600_000_000 + index
        self.moment = START + 300 * index
        self.country = COUNTRIES.get(stratum, "DE")
        self.currency = "CHF" if stratum.startswith("francs") else "EUR"
        self.divisor = DIVISORS.get(stratum, 100)
        self.expected = Expected(self.currency)
        self.positions: list[Position] = []
        self.shipping = self.wrap = self.collected = 0
        # Cents given back, with what Etsy has collected.
        self.refunded: list[int] = []

    def has(self, *words: str) -> bool:
        """Whether the stratum's name has one of these words."""
        return any(word in self.stratum for word in words)

    # Amounts

    def money(self, cents: int) -> Json:
        """An amount as Etsy writes it."""
        amount, rest = divmod(cents * self.divisor, 100)
        assert not rest, (cents, self.divisor)
        return {"amount": amount, "divisor": self.divisor, "currency_code": self.currency}

    @property
    def goods(self) -> int:
        """Cents before discount."""
        return sum(row.price * row.quantity for row in self.positions)

    @property
    def discount(self) -> int:
        """Cents off the goods."""
        return sum(row.off for row in self.positions)

    @property
    def wrap_counts(self) -> bool:
        """Whether the grand total contains the wrapping."""
        return self.stratum != "wrap_beside"

    @property
    def total(self) -> int:
        """What comes in for the shop."""
        wrap = self.wrap if self.wrap_counts else 0
        return self.goods - self.discount + self.shipping + wrap

    def fill(self) -> None:
        """Goods, shipping, wrapping, discounts and what Etsy collects."""
        chance = self.chance
        rates = ("0.07", "0.19") if self.stratum != "all_free" else ("0.19",)
        for _number in range(chance.randint(1, 5)):
            price = chance.choice((chance.randint(95, 9999), chance.randint(95, 2995)))
            quantity = chance.randint(1, 12 if self.has("many") else 4)
            self.positions.append(Position(price, quantity, chance.choice(rates)))
        if self.has("free_item"):
            self.positions.append(Position(0, 1, "0.19"))
        if self.has("digital"):
            self.positions.append(Position(chance.randint(95, 1995), 1, "0.19", digital=True))
        if self.has("digital_only"):
            self.positions = self.positions[-1:]
        self.shipping = chance.choice((490, 590, 695, 990))
        if self.has("free_shipping", "digital_only"):
            self.shipping = 0
        if self.has("wrap"):
            self.wrap = chance.choice((250, 199, 333))
        if self.divisor == 1:
            self._whole_units()
        self._discount()
        if self.has("us_", "uk_"):
            percent = 20 if self.has("uk_") else chance.choice((6, 8, 9))
            self.collected = half_up(Fraction(self.total * percent, 100))

    def _whole_units(self) -> None:
        for row in self.positions:
            row.price = max(100, row.price // 100 * 100)
        self.shipping = self.shipping // 100 * 100

    def _discount(self) -> None:
        amounts = [row.price * row.quantity for row in self.positions]
        offs = [0] * len(amounts)
        if self.has("coupon"):
            percent = self.chance.choice((5, 10, 15, 33))
            offs = [half_up(Fraction(amount * percent, 100)) for amount in amounts]
        if self.has("coupon_fixed", "coupon_rough"):
            offs = shared(min(500, sum(amounts)), amounts)
        if self.has("all_free"):
            offs = amounts
        for row, off in zip(self.positions, offs, strict=True):
            row.off = off

    # What it has to come to

    def expect(self) -> None:
        """Total, taxes by rate and what came in."""
        zone, expected = ZONES[self.country], self.expected
        for row in self.positions:
            self._expect_line(row.worth, zone[row.rate])
        sent = [row for row in self.positions if not row.digital] or self.positions
        weights: dict[str, int] = {}
        for row in sent:
            weights[row.rate] = weights.get(row.rate, 0) + row.worth
        homes = sorted(weights, key=Fraction)
        for price in (self.shipping, self.wrap if self.wrap_counts else 0):
            parts = shared(price, [weights[home] for home in homes])
            for home, part in zip(homes, parts, strict=True):
                self._expect_line(part, zone[home])
        assert expected.total == self.total
        expected.collected = self.collected
        expected.paid = 0 if self.has("unpaid") else expected.total
        expected.cancelled = self.has("cancelled")

    def _expect_line(self, gross: int, rate: str) -> None:
        self.expected.add(gross, tax_in(gross, Fraction(rate or 0), gross=True), rate)

    # What happens to it

    def happen(self) -> None:
        """Refunds and cancellations after the order was placed."""
        whole = self.total + self.collected
        if self.stratum == "cancelled":
            self.give_back(whole)
        elif self.has("refund_part", "refund_coupon", "refund_oss"):
            self.give_back(self.chance.randint(1, whole - 1))
        elif self.has("refund_twice"):
            first = self.chance.randint(1, whole // 2)
            self.give_back(first)
            self.give_back(self.chance.randint(1, whole - first - 1))
        elif self.has("refund"):
            self.give_back(whole)

    def give_back(self, amount: int) -> None:
        """A refund, which Etsy tells by its amount only."""
        whole, expected = self.total + self.collected, self.expected
        before = sum(self.refunded)
        ours = [half_up(Fraction(self.total * given, whole)) for given in (before, before + amount)]
        part = ours[1] - ours[0]
        self.refunded.append(amount)
        expected.refunds.append(part)
        expected.credit += part
        if amount == whole:
            expected.credit_taxes = dict(expected.taxes)
        else:
            expected.loose += part

    def make(self) -> Generated:
        """The receipt as it was placed, and as it is after what happened."""
        from .etsy_receipt import write

        self.fill()
        self.expect()
        first = write(self, happened=False)
        self.happen()
        payload = write(self, happened=True)
        buyer = BUYERS.get(self.stratum, self.currency)
        return Generated(self.stratum, first, payload, self.expected, buyer)
