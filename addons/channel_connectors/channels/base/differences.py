# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two sales orders for one order of a channel: where they differ, and what explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from .money import ZERO

CENTS_OF_ROUNDING = Decimal("0.05")


@dataclass(frozen=True)
class OrderFacts:
    """What matters of a sales order: amounts with tax by product, taxes by percent."""

    total: Decimal
    taxes: Mapping[Decimal, Decimal] = field(default_factory=dict)
    # Quantity and amount of each product, by its name.
    lines: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    delivery: str = ""
    invoice: str = ""


@dataclass(frozen=True)
class Difference:
    """One difference. ``cause`` is a known explanation: "rounding", "missing", "rate" or ""."""

    subject: str
    name: str
    theirs: str
    ours: str
    cause: str = ""


def differences(theirs: OrderFacts, ours: OrderFacts) -> list[Difference]:
    """What an old system made of an order beside what we would make of it."""
    found = [*_lines(theirs, ours), *_taxes(theirs, ours)]
    gap = ours.total - theirs.total
    if gap:
        cause = _cause_of_gap(gap, found)
        found.insert(0, Difference("total", "", str(theirs.total), str(ours.total), cause))
    for subject in ("delivery", "invoice"):
        old, new = getattr(theirs, subject), getattr(ours, subject)
        if _fold(old) != _fold(new):
            found.append(Difference(subject, "", old, new))
    return found


def _lines(theirs: OrderFacts, ours: OrderFacts) -> list[Difference]:
    found = []
    for name in [*theirs.lines, *(name for name in ours.lines if name not in theirs.lines)]:
        old = theirs.lines.get(name, (ZERO, ZERO))
        new = ours.lines.get(name, (ZERO, ZERO))
        if old != new:
            missing = not old[0] or not new[0]
            small = old[0] == new[0] and abs(old[1] - new[1]) <= CENTS_OF_ROUNDING
            cause = "missing" if missing else "rounding" if small else ""
            found.append(Difference("line", name, _line_text(old), _line_text(new), cause))
    return found


def _taxes(theirs: OrderFacts, ours: OrderFacts) -> list[Difference]:
    found = []
    for rate in sorted({*theirs.taxes, *ours.taxes}):
        old, new = theirs.taxes.get(rate, ZERO), ours.taxes.get(rate, ZERO)
        if old != new:
            cause = "rounding" if abs(old - new) <= CENTS_OF_ROUNDING else ""
            if not old or not new:
                cause = "rate"
            found.append(Difference("tax", f"{rate:g} %", str(old), str(new), cause))
    return found


def _cause_of_gap(gap: Decimal, found: list[Difference]) -> str:
    """What makes up the difference of the totals."""
    if any(difference.cause == "missing" for difference in found):
        return "missing"
    return "rounding" if abs(gap) <= CENTS_OF_ROUNDING else ""


def _line_text(line: tuple[Decimal, Decimal]) -> str:
    quantity, amount = line
    return f"{quantity.normalize():f} × = {amount}" if quantity else "–"


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
