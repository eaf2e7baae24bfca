# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What has to be so in the evening: each proof with its figures, Odoo's side against the shops'."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .play import Day
from .shops import MOST_AT_ETSY, STOCKED

# Where orders are in the evening; all others have been shipped.
ELSEWHERE = {"cancelled in the shop": ("cancelled",), "late supplier": ("to_plan", "planned")}
GONE = ("shipped", "delivered", "done")
FIRST_PLACE = ("quotation",)


@dataclass(frozen=True)
class Proof:
    """A claim, whether it holds, and the figures behind it."""

    claim: str
    holds: bool
    figures: str


def judge(day: Day, dhl: Any = None) -> list[Proof]:
    """All proofs of a day."""
    facts = day.evening
    return [
        _arrived(day, facts),
        _everywhere(day, facts),
        _invoiced(facts),
        _told(day, facts),
        *([_labels(facts, dhl)] if dhl else []),
        _stock(day, facts),
        _cleared(facts),
        _exported(facts),
        Proof("nothing is left undone", not facts["problems"], "; ".join(facts["problems"][:5])),
    ]


def _arrived(day: Day, facts: dict[str, Any]) -> Proof:
    # In each shop there is one order more: it taught the products and was never paid.
    expected = len(day.buyers) + len(day.worlds)
    holds = facts["orders"] == expected and not facts["twice"]
    return Proof("every order arrived, once", holds, f"{facts['orders']} of {expected}")


def _everywhere(day: Day, facts: dict[str, Any]) -> Proof:
    wrong = []
    for buyer in day.buyers:
        key = f"{buyer.shop} {day.worlds[buyer.shop].name(buyer.order)}"
        status = facts["where"].get(key)
        if status not in ELSEWHERE.get(buyer.order.life, GONE):
            wrong.append(f"{key} ({buyer.order.life}): {status}")
    figures = ", ".join(f"{count} {status}" for status, count in sorted(facts["status"].items()))
    return Proof("every order is where it should be", not wrong, "; ".join([figures, *wrong[:5]]))


def _invoiced(facts: dict[str, Any]) -> Proof:
    bills = sum(facts["invoices"].values())
    holds = (
        not facts["not_invoiced"]
        and set(facts["invoices"]) == {"posted"}
        and bills == facts["shipped"]
        and set(facts["paid"]) <= {"paid", "in_payment", "reversed"}
    )
    figures = (
        f"{facts['shipped']} shipped, {bills} invoices, {facts['invoiced']} EUR; "
        f"{sum(facts['credit_notes'].values())} credit notes, {facts['credited']} EUR"
    )
    rest = f"; {facts['not_invoiced'][:5]} {facts['paid']}" if not holds else ""
    return Proof("what was shipped is invoiced to the cent and paid", holds, figures + rest)


def _told(day: Day, facts: dict[str, Any]) -> Proof:
    """The shops know the number of each parcel, once."""
    shops = {
        f"{kind} {name}": sorted(numbers)
        for kind, world in day.worlds.items()
        for name, numbers in world.told().items()
        if numbers
    }
    wrong = {
        key
        for key in shops.keys() | facts["tracking"].keys()
        if shops.get(key) != facts["tracking"].get(key)
    }
    figures = f"{sum(map(len, shops.values()))} parcels of {len(shops)} orders"
    return Proof(
        "the shops know every parcel, once", not wrong, f"{figures} {sorted(wrong)[:5] or ''}"
    )


def _labels(facts: dict[str, Any], dhl: Any) -> Proof:
    bought = sorted(number for numbers in dhl.store.living().values() for number in numbers)
    used = sorted(number for numbers in facts["tracking"].values() for number in numbers)
    holds = bought == used and not dhl.store.violations
    return Proof(
        "each label bought is on a parcel", holds, f"{len(bought)} bought, {len(used)} used"
    )


def _stock(day: Day, facts: dict[str, Any]) -> Proof:
    """Computed anew, told, and shown by the shop: the same; Etsy shows 999 pieces at most."""
    shown = {kind: world.levels() for kind, world in day.worlds.items()}
    wrong = [
        f"{kind} {sku}: {facts['offered'][kind].get(sku)} here, {levels.get(sku)} there"
        for kind, levels in shown.items()
        for sku in STOCKED
        if facts["offered"][kind].get(sku) != [levels.get(sku)] * 2
    ]
    for sku in STOCKED:
        if len({min(levels.get(sku, -1), MOST_AT_ETSY) for levels in shown.values()}) > 1:
            wrong.append(f"{sku} differs among the shops")
    figures = "; ".join(
        f"{kind} " + ", ".join(f"{sku} {levels.get(sku)}" for sku in STOCKED)
        for kind, levels in shown.items()
    )
    return Proof("stock is the same here and in all shops", not wrong, "; ".join([figures, *wrong]))


def _cleared(facts: dict[str, Any]) -> Proof:
    states = [state for _kind, state, _net, _lines in facts["payouts"]]
    zero = all(
        not Decimal(balance) and not Decimal(residual) and Decimal(moved)
        for moved, balance, residual in facts["clearing"].values()
    )
    figures = ", ".join(
        f"{code}: {moved} moved, {balance} left, {residual} open"
        for code, (moved, balance, residual) in sorted(facts["clearing"].items())
    )
    holds = zero and bool(states) and set(states) == {"cleared"}
    return Proof("clearing accounts are zero", holds, f"{len(states)} payouts; {figures}")


def _exported(facts: dict[str, Any]) -> Proof:
    rows = facts["exports"]
    holds = bool(rows) and all(row["state"] == "exported" and row["proven"] for row in rows)
    findings = [text for row in rows for text in row["findings"]]
    figures = f"{len(rows)} exports, {sum(row['entries'] for row in rows)} entries"
    return Proof(
        "the DATEV files are proven", holds and not findings, "; ".join([figures, *findings[:5]])
    )
