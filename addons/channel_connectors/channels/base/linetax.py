# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Taxes of an order line as Odoo's tax engine takes them from outside.

Odoo keeps amounts computed elsewhere in a JSON value beside price, discount and quantity
and uses them as long as those three still hold. The functions here write that value and
cut it for other quantities, so that any cut of a line adds up to the line again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from .money import CENT, ZERO, prorate

ExtraTaxData = dict[str, Any]


def exact(value: float | int | str | Decimal) -> Decimal:
    """The decimal number a float was meant to be."""
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))


def build(
    *,
    currency_id: int,
    price_unit: Decimal,
    discount: Decimal,
    quantity: Decimal,
    base: Decimal,
    taxes: Mapping[int, Decimal],
) -> ExtraTaxData:
    """JSON for a line of ``quantity`` pieces with a net amount and the amount of each tax.

    Only amounts in the order's currency are given: Odoo derives those in the company's
    currency with the rate of the document.
    """
    return {
        "currency_id": currency_id,
        "price_unit": float(price_unit),
        "discount": float(discount),
        "quantity": float(quantity),
        "manual_total_excluded_currency": float(base),
        "manual_tax_amounts": {
            str(tax_id): {
                "tax_amount_currency": float(amount),
                "base_amount_currency": float(base),
            }
            for tax_id, amount in taxes.items()
        },
    }


def base_of(data: ExtraTaxData) -> Decimal:
    """Net amount stored in the JSON."""
    return exact(data["manual_total_excluded_currency"])


def taxes_of(data: ExtraTaxData) -> dict[str, Decimal]:
    """Amount of each tax stored in the JSON, by the tax's id as text."""
    stored = data.get("manual_tax_amounts") or {}
    return {tax_id: exact(amounts["tax_amount_currency"]) for tax_id, amounts in stored.items()}


def cut(
    data: ExtraTaxData,
    quantity: Decimal,
    *,
    done: Decimal = ZERO,
    billed: Iterable[tuple[int, ExtraTaxData]] = (),
    unit: Decimal = CENT,
) -> ExtraTaxData:
    """The JSON for ``quantity`` pieces that follow ``done`` pieces already billed.

    ``billed`` are the amounts billed so far with their sign (-1 for a credit note). What
    is cut is the share of ``done + quantity`` pieces minus what was billed: after the last
    piece everything is billed, whatever the cuts were. The gross amount and each tax are
    shared by quantity, the net amount is what is left between them.
    """
    whole = exact(data["quantity"])
    end = done + quantity
    taxes = {key: prorate(amount, end, whole, unit) for key, amount in taxes_of(data).items()}
    full_gross = base_of(data) + sum(taxes_of(data).values(), ZERO)
    base = prorate(full_gross, end, whole, unit) - sum(taxes.values(), ZERO)
    for sign, part in billed:
        base -= sign * base_of(part)
        for key, amount in taxes_of(part).items():
            if key in taxes:
                taxes[key] -= sign * amount
    return build(
        currency_id=data["currency_id"],
        price_unit=exact(data["price_unit"]),
        discount=exact(data["discount"]),
        quantity=quantity,
        base=base,
        taxes={int(key): amount for key, amount in taxes.items()},
    )
