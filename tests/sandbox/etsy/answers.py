# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Small parts of answers that many operations need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..base.store import Json


class Refusal(Exception):
    """A request that is not served: a status and what Etsy says about it."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.content = {"error": error}
        if description:
            self.content["error_description"] = description


def money(amount: int, currency: str = "EUR", divisor: int = 100) -> Json:
    """An amount in cents as Etsy writes it; the divisor says what it counts in."""
    scaled, rest = divmod(amount * divisor, 100)
    if rest:
        raise ValueError(f"{amount} cents cannot be written with the divisor {divisor}")
    return {"amount": scaled, "divisor": divisor, "currency_code": currency}


def cents(value: Json) -> int:
    """Cents of an amount, whatever its divisor."""
    exact = Decimal(value["amount"]) * 100 / value["divisor"]
    if exact != int(exact):
        raise ValueError(f"{value} is no whole number of cents")
    return int(exact)


def page(results: list[Any], query: Json) -> Json:
    """A part of a list, and how long all of it is."""
    start = query.get("offset", 0)
    return {"count": len(results), "results": results[start : start + query.get("limit", 25)]}


def not_found() -> Refusal:
    """The object does not exist, or belongs to somebody else."""
    return Refusal(404, "Resource not found")
