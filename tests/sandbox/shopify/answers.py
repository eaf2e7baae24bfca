# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Small parts of answers that many resolvers need."""

from __future__ import annotations

from decimal import Decimal

from ..base.store import Json


def problem(message: str, *field: object, code: str | None = None) -> Json:
    """An entry of ``userErrors``."""
    return {"message": message, "code": code, "field": [str(part) for part in field] or None}


def number(gid: str) -> int:
    """The number in a global id, as webhooks carry it."""
    return int(gid.rsplit("/", 1)[1].split("?")[0])


def amount(bag: Json | None) -> Decimal:
    """Amount of a money bag in the shop's currency."""
    return Decimal(str(bag["shopMoney"]["amount"])) if bag else Decimal(0)


def money(value: Decimal, currency: str = "EUR") -> Json:
    """An amount alone."""
    return {"amount": f"{value:.2f}", "currencyCode": currency}


def charged(bag: Json | None) -> Decimal:
    """Amount of a money bag in the currency the customer was charged in."""
    return Decimal(str(bag["presentmentMoney"]["amount"])) if bag else Decimal(0)


def charged_bag(value: Decimal, order: Json) -> Json:
    """An amount in the customer's currency, in both, at the rate of the order's total."""
    total = order["totalPriceSet"]
    currencies = [total[side]["currencyCode"] for side in ("shopMoney", "presentmentMoney")]
    rate = Decimal(1)
    if len(set(currencies)) > 1 and charged(total):
        rate = amount(total) / charged(total)
    return {
        "shopMoney": money(value * rate, currencies[0]),
        "presentmentMoney": money(value, currencies[1]),
    }
