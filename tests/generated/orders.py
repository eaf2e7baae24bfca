# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders as the interface shows them, by strata, each with its expectation to the cent.

What the shop documents is taken as given: allocations and taxes of a line cover its
original pieces, current figures leave out what was removed or refunded, goods are refunded
in the price mode of the order and shipping always net. Amounts in the currency of the
customer are the ones that add up; those of the shop are converted one by one.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

from .arithmetic import half_up, share, shared, tax_in, text

Json = dict[str, Any]
START = datetime(2026, 11, 2, 8, tzinfo=timezone.utc)
ZONES = {
    "DE": ("0.07", "0.19"),
    "AT": ("0.1", "0.2"),
    "FR": ("0.055", "0.2"),
    "CH": ("", ""),
}
# What is special about an order. Every stratum gets the same share of the orders.
STRATA = (
    *("plain", "percent", "fixed", "stacked", "all_free", "free_shipping", "net", "net_percent"),
    *("oss_at", "oss_fr", "export", "francs", "francs_percent", "reverse_charge", "marketplace"),
    *("tip", "gift_sold", "gift_used", "bundle", "custom", "deposit", "duties", "rounded"),
    *("edited", "edited_percent", "edited_net", "refund_pieces", "refund_shipping"),
    *("refund_full", "refund_amount", "refund_less", "refund_cancelled", "refund_twice"),
    *("refund_net", "unpaid_return", "cancelled", "personal", "withheld"),
    *("split_freight", "refund_split_freight"),
)


@dataclass
class Position:
    """A line in cents: ``price`` a piece, ``off`` from all of it, ``left`` pieces stay."""

    gid: str
    kind: str
    title: str
    price: int
    quantity: int
    rate: str
    off: list[int] = field(default_factory=list)
    removed: int = 0
    refunded: int = 0

    @property
    def left(self) -> int:
        """Pieces neither removed nor refunded."""
        return self.quantity - self.removed - self.refunded


@dataclass
class Expected:
    """What order, invoices and credit notes have to come to, in cents; taxes by rate."""

    currency: str
    total: int = 0
    taxes: dict[str, int] = field(default_factory=dict)
    credit: int = 0
    credit_taxes: dict[str, int] = field(default_factory=dict)
    # Money without a position: its tax is a share, which may be rounded either way.
    loose: int = 0
    cancelled: bool = False

    def add(self, gross: int, tax: int, rate: str) -> None:
        """Count a line of the order."""
        self.total += gross
        if rate:
            self.taxes[rate] = self.taxes.get(rate, 0) + tax

    def give_back(self, gross: int, tax: int, rate: str) -> None:
        """Count a line of a credit note."""
        self.credit += gross
        if rate and tax:
            self.credit_taxes[rate] = self.credit_taxes.get(rate, 0) + tax


@dataclass
class Generated:
    """An order: as it was first, as it is, and what it has to come to."""

    stratum: str
    first: Json
    payload: Json
    expected: Expected


def generate(count: int, seed: int) -> list[Generated]:
    """Orders of all strata in turn; same seed, same orders."""
    chance = random.Random(seed)
    ids = itertools.count(1)
    return [Maker(STRATA[index % len(STRATA)], index, chance, ids).make() for index in range(count)]


class Maker:
    """Makes one order."""

    def __init__(self, stratum: str, index: int, chance: random.Random, ids) -> None:
        self.stratum, self.index, self.chance, self.ids = stratum, index, chance, ids
        self.moment = START + timedelta(minutes=7 * index)
        self.gross = not stratum.startswith("net") and stratum not in (
            *("edited_net", "refund_net", "reverse_charge"),
        )
        self.country = {
            "oss_at": "AT",
            "oss_fr": "FR",
            "export": "CH",
            "francs": "CH",
            "francs_percent": "CH",
            "reverse_charge": "AT",
        }.get(stratum, "DE")
        self.currency = "CHF" if stratum.startswith("francs") else "EUR"
        self.expected = Expected(self.currency)
        self.positions: list[Position] = []
        self.freight: Position | None = None
        self.fees: list[Position] = []
        self.duties: list[Position] = []
        self.refunds: list[Json] = []
        self.refunded_money = 0
        self.rounding = 0
        # Freight taxed like the goods: what of it is taxed at each rate.
        self.freight_parts: dict[str, int] = {}

    # Parts

    def gid(self, kind: str) -> str:
        return f"gid://shopify/{kind}/{9_000_000 + next(self.ids)}"

    def bag(self, cents: int) -> Json:
        """The amount the customer sees, and the shop's, converted by itself."""
        shop = cents
        if self.currency != "EUR":
            shop = half_up(Fraction(cents * 100, 94))
        return {
            "shopMoney": {"amount": text(shop), "currencyCode": "EUR"},
            "presentmentMoney": {"amount": text(cents), "currencyCode": self.currency},
        }

    def rate(self) -> str:
        return "" if self.untaxed else self.chance.choice(ZONES[self.country])

    @property
    def untaxed(self) -> bool:
        return self.country == "CH" or self.stratum == "reverse_charge"

    def fill(self) -> None:
        """Positions, freight, extras and discounts."""
        chance = self.chance
        for number in range(chance.randint(1, 5)):
            price = chance.choice((chance.randint(1, 9999), chance.randint(95, 2995), 0))
            rate = self.rate()
            quantity = chance.randint(2 if "refund" in self.stratum else 1, 12)
            self.positions.append(
                Position(self.gid("LineItem"), "goods", f"Ware {number}", price, quantity, rate)
            )
        if self.positions[0].price < 50:
            self.positions[0].price = 1295
        self.positions[0].quantity = max(self.positions[0].quantity, 3)
        rate = "" if self.untaxed else ZONES[self.country][1]
        price = chance.choice((490, 595, 990, 0))
        self.freight = Position(self.gid("ShippingLine"), "freight", "Paket", price, 1, rate)
        if "split_freight" in self.stratum:
            self.freight.price = 990
            parts = shared(990, [chance.randint(1, 9), chance.randint(1, 9)])
            self.freight_parts = dict(zip(ZONES["DE"], parts, strict=True))
        self._extras()
        self._discounts()

    def _extras(self) -> None:
        special = {
            "tip": ("tip", "Tip", 300, ""),
            "gift_sold": ("gift", "Gutschein", 2500, ""),
            "custom": ("custom", "Geschenkkorb", 4900, "0.19"),
        }.get(self.stratum)
        if special:
            kind, title, price, rate = special
            self.positions.append(Position(self.gid("LineItem"), kind, title, price, 1, rate))
        if self.stratum == "deposit":
            self.fees.append(Position(self.gid("AdditionalFee"), "fee", "Pfand", 75, 1, "0.19"))
        if self.stratum == "duties":
            self.duties.append(Position(self.gid("Duty"), "duty", "Zoll", 433, 1, "0.19"))
        if self.stratum == "rounded":
            self.rounding = self.chance.choice((-2, -1, 1, 2))

    def _discounts(self) -> None:
        goods = [p for p in self.positions if p.kind in ("goods", "custom")]
        if self.stratum.endswith("percent") or self.stratum in ("stacked", "refund_pieces"):
            percent = self.chance.choice((3, 5, 10, 15, 33))
            for position in goods:
                amount = position.price * position.quantity
                position.off.append(half_up(Fraction(amount * percent, 100)))
        if self.stratum in ("fixed", "stacked", "refund_full", "refund_twice"):
            worth = [p.price * p.quantity - sum(p.off) for p in goods]
            parts = shared(min(500, sum(worth)), worth)
            for position, part in zip(goods, parts, strict=True):
                position.off.append(part)
        if self.stratum == "all_free":
            for position in goods:
                position.off.append(position.price * position.quantity)
        if self.stratum in ("free_shipping", "all_free"):
            self.freight.off.append(self.freight.price)

    # Amounts of a position: gross and tax

    def amounts(self, position: Position, pieces: int | None = None) -> tuple[int, int]:
        """Amount in the price mode of the order, and tax, of all or of some pieces."""
        amount = position.price * position.quantity - sum(position.off)
        if pieces is not None and pieces != position.quantity:
            off = share(sum(position.off), pieces, position.quantity)
            amount = position.price * pieces - off
        if position is self.freight and self.freight_parts:
            return amount, sum(self.freight_taxes().values())
        rate = Fraction(position.rate or 0)
        return amount, tax_in(amount, rate, gross=self.gross)

    def freight_taxes(self) -> dict[str, int]:
        """Tax of each part of the freight by rate."""
        return {
            rate: tax_in(part, Fraction(rate), gross=self.gross)
            for rate, part in self.freight_parts.items()
        }

    def gross_of(self, amount: int, tax: int) -> int:
        return amount if self.gross else amount + tax

    # What happens to it

    def happen(self) -> None:
        """Edits, refunds and cancellations after the order was placed."""
        first = self.positions[0]
        if self.stratum.startswith("edited"):
            first.removed = self.chance.randint(1, first.quantity - 1)
        if self.stratum == "cancelled":
            self.expected.cancelled = True
        handler = getattr(self, f"_{self.stratum}", None)
        if handler:
            handler(first)

    def _refund_pieces(self, first: Position) -> None:
        self.refund([(first, self.chance.randint(1, first.quantity - 1), "RETURN")])

    _refund_net = _refund_pieces

    def _refund_shipping(self, first: Position) -> None:
        self.refund([(first, 1, "NO_RESTOCK")], freight=True)

    _refund_split_freight = _refund_shipping

    def _refund_full(self, _first: Position) -> None:
        lines = [(p, p.quantity, "RETURN") for p in self.positions]
        self.refund(lines, freight=True)

    def _refund_twice(self, first: Position) -> None:
        self.refund([(first, 1, "RETURN")])
        self.refund([(first, 1, "NO_RESTOCK")])

    def _refund_amount(self, _first: Position) -> None:
        self.refund([], extra=self.chance.randint(1, 400))

    def _refund_less(self, first: Position) -> None:
        self.refund([(first, 2, "RETURN")], extra=-self.chance.randint(1, 40))

    def _refund_cancelled(self, first: Position) -> None:
        self.refund([(first, 1, "CANCEL")])

    def _unpaid_return(self, first: Position) -> None:
        self.refund([(first, 1, "RETURN")], unpaid=True)

    def refund(self, lines, freight=False, extra=0, unpaid=False) -> None:
        """Give pieces, freight or just money back."""
        nodes, total = [], extra
        moment = self.moment + timedelta(days=2 + len(self.refunds))
        for position, pieces, restock in lines:
            amount, tax = self.refund_share(position, pieces)
            position.refunded += pieces
            gross = self.gross_of(amount, tax)
            total += gross
            if restock != "CANCEL":
                self.expected.give_back(gross, tax, position.rate)
            else:
                self.expected.add(-gross, -tax, position.rate)
            nodes.append(
                {
                    "id": self.gid("RefundLineItem"),
                    "quantity": pieces,
                    "restockType": restock,
                    "lineItem": {"id": position.gid},
                    "subtotalSet": self.bag(amount),
                    "totalTaxSet": self.bag(tax),
                }
            )
        shippings = []
        if freight:
            amount, tax = self.amounts(self.freight)
            self.freight.refunded = 1
            total += self.gross_of(amount, tax)
            if self.freight_parts:
                self.expected.credit += amount
                for rate, part in self.freight_taxes().items():
                    self.expected.give_back(0, part, rate)
            else:
                self.expected.give_back(self.gross_of(amount, tax), tax, self.freight.rate)
            shippings.append(
                {
                    "id": self.gid("RefundShippingLine"),
                    "shippingLine": {"id": self.freight.gid},
                    "subtotalAmountSet": self.bag(amount - tax if self.gross else amount),
                    "taxAmountSet": self.bag(tax),
                }
            )
        if extra:
            self.expected.credit += extra
            self.expected.loose += extra
        self.refunded_money += 0 if unpaid else total
        self.refunds.append(
            {
                "id": self.gid("Refund"),
                "createdAt": moment.isoformat(),
                "processedAt": moment.isoformat(),
                "note": "Bruch" if extra else None,
                "totalRefundedSet": self.bag(0 if unpaid else total),
                "refundLineItems": {"nodes": nodes, "pageInfo": {"hasNextPage": False}},
                "refundShippingLines": {"nodes": shippings},
            }
        )

    def refund_share(self, position: Position, pieces: int) -> tuple[int, int]:
        """Amount and tax of pieces; the last ones take what is left of the line."""
        amount, tax = self.amounts(position)
        before, after = position.refunded, position.refunded + pieces
        return tuple(
            share(whole, after, position.quantity) - share(whole, before, position.quantity)
            for whole in (amount, tax)
        )

    def make(self) -> Generated:
        """The order as it was placed, and as it is after what happened."""
        from .payload import PayloadWriter

        self.fill()
        writer = PayloadWriter(self)
        for position in [*self.positions, *self.fees, *self.duties, self.freight]:
            amount, tax = self.amounts(position)
            if position is self.freight and self.freight_parts:
                self.expected.total += amount
                for rate, part in self.freight_taxes().items():
                    self.expected.add(0, part, rate)
            else:
                self.expected.add(self.gross_of(amount, tax), tax, position.rate)
        self.expected.total += self.rounding
        placed = self.expected.total
        first = writer.write(placed, sum(self.expected.taxes.values()), happened=False)
        self.happen()
        for position in self.positions:
            if position.removed:
                old = self.amounts(position)
                new = self.amounts(position, position.quantity - position.removed)
                gross = self.gross_of(*new) - self.gross_of(*old)
                self.expected.add(gross, new[1] - old[1], position.rate)
        last = writer.write(placed, None, happened=True)
        return Generated(self.stratum, first, last, self.expected)
