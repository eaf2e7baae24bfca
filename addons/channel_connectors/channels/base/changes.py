# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an order says, in brief, and how two versions of it differ."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .order import Address, OrderData

Summary = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference. ``subject`` is "line", "delivery", "invoice" or "total"."""

    subject: str
    name: str
    before: str
    after: str

    @property
    def is_address(self) -> bool:
        """True if it is about where goods or bill go."""
        return self.subject in ("delivery", "invoice")

    @property
    def is_new_address(self) -> bool:
        """True if nothing was known of an address before."""
        return self.is_address and not self.before


def _number(value: Decimal) -> str:
    """A number without trailing zeros, so that equal numbers are equal text."""
    return format(value.normalize(), "f")


def summarize(order: OrderData, known: Summary | None = None) -> Summary:
    """The part of an order that binds both sides, as JSON.

    Addresses that were known and are withheld now stay known.
    """
    summary = _summary(order)
    if known and order.billing.is_withheld and order.shipping.is_withheld:
        summary |= {key: known[key] for key in ("billing", "shipping")}
    return summary


def _summary(order: OrderData) -> Summary:
    return {
        "total": _number(order.total),
        "currency": order.currency,
        "billing": _address_text(order.billing),
        "shipping": _address_text(order.shipping),
        "lines": {
            line.external_id: [
                line.title,
                _number(line.quantity),
                _number(order.line_net(line)),
                _number(line.tax_total),
            ]
            for line in order.lines
        },
    }


def _address_text(address: Address) -> str:
    return "" if address.is_withheld else " | ".join(part for part in address.key if part)


def compare(before: Summary, after: Summary) -> list[Change]:
    """Differences between two summaries, lines first."""
    changes = []
    old_lines, new_lines = before["lines"], after["lines"]
    for key in [*old_lines, *(key for key in new_lines if key not in old_lines)]:
        old, new = old_lines.get(key), new_lines.get(key)
        if old != new:
            title = (new or old)[0]
            changes.append(Change("line", title, _line_text(old), _line_text(new)))
    for field, subject in (("shipping", "delivery"), ("billing", "invoice"), ("total", "total")):
        if before[field] != after[field]:
            changes.append(Change(subject, "", before[field], after[field]))
    return changes


def _line_text(line: list[str] | None) -> str:
    """Quantity and price of a line, the price with tax."""
    if not line:
        return "–"
    _title, quantity, net, tax = line
    return f"{quantity} × = {_number(Decimal(net) + Decimal(tax))}"
