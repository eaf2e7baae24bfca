# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Money of Etsy: whole units and a divisor, which is checked and never trusted.

``{"amount": 690, "divisor": 100, "currency_code": "EUR"}`` is 6.90 EUR. The vendor's own
examples carry a divisor of 0; any other than the currency's own would move the decimal point.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ..base.errors import PayloadError
from ..base.money import CENT, ZERO, split

# Currencies Etsy trades in that have no smaller unit (ISO 4217).
WHOLE = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "UGX"})
CURRENCY = re.compile(r"[A-Z]{3}")
# Beyond this something is broken, and no database column would hold it.
MOST_UNITS = 10**13
MOST_PIECES = 10**7


def whole(value: Any, name: str) -> int:
    """A whole number; ``True`` is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise PayloadError(f"{name} is {value!r} and not a whole number")
    return value


class Money:
    """Reads the amounts of one receipt, which are all in one currency."""

    def __init__(self, currency: Any) -> None:
        if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
            raise PayloadError(f"{currency!r} is no currency")
        self.currency = currency

    def amount(self, value: Any, name: str, *, optional: bool = False) -> Decimal:
        """An amount, never negative; ``name`` tells the reader which one is wrong."""
        if value is None and optional:
            return ZERO
        if not isinstance(value, dict):
            raise PayloadError(f"{name} is no amount")
        if value.get("currency_code") != self.currency:
            raise PayloadError(
                f"{name} is in {value.get('currency_code')!r}, the order in {self.currency}"
            )
        units = whole(value.get("amount"), name)
        divisor = value.get("divisor")
        allowed = (1, 100) if self.currency in WHOLE else (100,)
        if isinstance(divisor, bool) or divisor not in allowed:
            raise PayloadError(f"{name} has the divisor {divisor!r}, expected is {allowed[-1]}")
        if not 0 <= units <= MOST_UNITS:
            raise PayloadError(f"{name} of {units} is implausible")
        amount = Decimal(units) / divisor
        if self.currency in WHOLE and amount != amount.to_integral_value():
            raise PayloadError(f"{name} of {amount} {self.currency} is no whole amount")
        return amount


def pieces(value: Any, name: str) -> Decimal:
    """How many pieces of a position."""
    number = whole(value, f"the quantity of {name}")
    if not 0 < number <= MOST_PIECES:
        raise PayloadError(f"a quantity of {number} of {name} is implausible")
    return Decimal(number)


def coupon_shares(
    discount: Decimal, coupons: Sequence[Any], amounts: Sequence[Decimal]
) -> list[Decimal]:
    """What each line bears of the discount: what Etsy says of the lines if that is the
    discount exactly, else its share by amount (largest remainder).
    """
    if discount > sum(amounts, ZERO):
        raise PayloadError(f"the discount of {discount} is more than the goods are worth")
    told = [_coupon(value) for value in coupons]
    if all(share is not None for share in told):
        shares = [share for share in told if share is not None]
        fits = all(ZERO <= s <= a for s, a in zip(shares, amounts, strict=True))
        if fits and sum(shares, ZERO) == discount:
            return shares
    return split(discount, amounts)


def _coupon(value: Any) -> Decimal | None:
    """A coupon of a line, which Etsy tells as a float; nothing if it is no amount of cents."""
    if value is None:
        return ZERO
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        amount = Decimal(str(value))
        return amount if amount == amount.quantize(CENT) else None
    except InvalidOperation:
        return None
