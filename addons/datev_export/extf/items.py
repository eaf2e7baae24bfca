# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Amounts waiting for a row: merged per place, routed so that no account meets itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .chart import Chart
from .gross import needs_lifting
from .model import EntryLine
from .split import cents_of

Cost = tuple[str, str]
NO_COST: Cost = ("", "")


@dataclass
class Item:
    """An amount (signed cents, debit positive) still to be posted on an account.

    `foreign` is the amount in hundredths of `currency`, `total` what the item started with.
    """

    account: str
    cents: int
    lifted: bool = False
    counter: bool = False
    document: str = ""
    due: date | None = None
    text: str = ""
    currency: str = ""
    foreign: int = 0
    cost: Cost = NO_COST
    total: int = 0

    @property
    def place(self) -> tuple:
        return (self.account, self.lifted, self.document, self.due, self.currency, self.cost)


def plain_items(lines: Iterable[EntryLine], chart: Chart) -> list[Item]:
    """An item for each line."""
    items = []
    for line in lines:
        cents, foreign = cents_of(line.balance), cents_of(line.foreign)
        # An amount abroad on the other side than at home (an exchange difference) is no pair.
        abroad = bool(line.currency) and cents * foreign > 0
        items.append(
            Item(
                line.account,
                cents,
                needs_lifting(line, chart),
                line.counter,
                line.document,
                line.due,
                line.text,
                line.currency if abroad else "",
                foreign if abroad else 0,
                line.cost,
            )
        )
    return items


def merge(items: Iterable[Item]) -> list[Item]:
    """One item for what agrees in account, document, due date, currency and cost centre."""
    merged: dict[tuple, Item] = {}
    for item in items:
        known = merged.setdefault(item.place, item)
        if known is not item:
            known.cents += item.cents
            known.foreign += item.foreign
            known.counter |= item.counter
    for item in merged.values():
        item.total = item.cents
    return list(merged.values())


def by_account(items: Iterable[Item]) -> list[list[Item]]:
    """Items per account."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.account].append(item)
    return list(groups.values())


def two_sided(same: list[Item]) -> bool:
    """Whether there are debits and credits among the items of an account."""
    return len({item.cents > 0 for item in same if item.cents}) > 1


def routes(items: list[Item], chart: Chart) -> list[tuple[Item, Item]]:
    """(item, hub): items to post against the hub so that their account keeps one side.

    A payment that clears an invoice and a credit note of the same customer has both sides on
    his account; netted, both documents would stay open. The smaller side goes through the
    bank account (or another account of the entry) instead, whose balance stays the same.
    """
    found = []
    for same in by_account(items):
        if not two_sided(same) or len({(i.document, i.due, i.cost) for i in same}) == 1:
            continue
        hub = _hub_beside(items, same[0].account, chart)
        if hub is None:
            continue
        debit = sum(item.cents for item in same if item.cents > 0)
        credit = -sum(item.cents for item in same if item.cents < 0)
        found += [
            (item, hub) for item in same if item.cents and (item.cents > 0) != (debit > credit)
        ]
    return found


def _hub_beside(items: list[Item], account: str, chart: Chart) -> Item | None:
    """Largest item of another account that may take amounts of either side."""
    usable = [
        item
        for item in items
        if item.account != account
        and item.cents
        and item.account not in chart.automatic
        and not chart.is_personal(item.account)
        and item.cost == NO_COST
    ]
    return max(usable, key=lambda item: (item.counter, abs(item.cents)), default=None)


def one_sided(items: Iterable[Item]) -> tuple[list[Item], bool]:
    """Items with the accounts that still have two sides netted, and whether that lost the
    cost centre of an amount."""
    kept: list[Item] = []
    lost = False
    for same in by_account(items):
        if not two_sided(same):
            kept += same
            continue
        biggest = max(same, key=lambda item: abs(item.cents))
        lost |= len({item.cost for item in same}) > 1
        biggest.cents = sum(item.cents for item in same)
        biggest.lifted = any(item.lifted for item in same)
        biggest.counter = any(item.counter for item in same)
        biggest.currency, biggest.foreign = "", 0
        kept.append(biggest)
    return kept, lost
