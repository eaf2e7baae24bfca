# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The booking engine: a ledger entry becomes rows of a Buchungsstapel.

Gross rows wherever DATEV, from the gross amount and the tax key (or the Automatikkonto),
arrives at exactly the net amounts and the tax the ledger has (see `gross`); explicit rows
without tax effect (key 40 on an Automatikkonto) for everything else. For any balanced entry
the rows, expanded with DATEV's rules, give back the balance of the entry on each account.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .chart import Chart
from .gross import GrossItem, GrossPlan, cents_of, needs_lifting, plan_gross
from .model import BookedEntry, BookingRow, Entry, EntryLine, Reason
from .spec import KEY_NO_AUTOMATIC
from .split import split_gross, tax_within

NO_COUNTER = "no_counter"
ROUNDING = "rounding"
TWO_AUTOMATIC = "two_automatic"


@dataclass
class _Item:
    """An amount (signed cents, debit positive) still to be posted on an account."""

    account: str
    cents: int
    lifted: bool = False
    counter: bool = False
    document: str = ""
    due: date | None = None


def book(entry: Entry, chart: Chart) -> BookedEntry:
    """Rows of `entry`. Raises ValueError if the entry is not balanced."""
    if sum(line.balance for line in entry.lines):
        raise ValueError(f"entry {entry.key} is not balanced")
    plan = plan_gross(entry, chart)
    try:
        return _book(entry, chart, plan)
    except _NotGross as failure:
        reasons = (*plan.reasons, Reason(failure.code))
        return _book(entry, chart, GrossPlan((), entry.lines, reasons, plan.taxed))


class _NotGross(Exception):
    """Raised while pairing gross items; the entry is then booked with explicit rows."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def _book(entry: Entry, chart: Chart, plan: GrossPlan) -> BookedEntry:
    items = _merge(_plain_items(plan.plain, chart))
    rows: list[BookingRow] = []
    if plan.items:
        hubs = _hubs(items, entry, chart)
        main = max(hubs, key=lambda hub: abs(hub.cents)).cents
        # What lies on the side of the counter account (a refunded line, say) first: it
        # enlarges the counter amount, so that the others need not be cut.
        for item in sorted(plan.items, key=lambda item: (item.cents > 0) != (main > 0)):
            rows.extend(_gross_rows(entry, item, _allocate(item.cents, hubs)))
        items = _merge(items)
    pairs, both_automatic = _pair(items, chart)
    rows.extend(_plain_row(entry, chart, pair, plan.taxed) for pair in pairs)
    reasons = plan.reasons
    if both_automatic:
        reasons = (*reasons, Reason(TWO_AUTOMATIC, both_automatic))
    repaired = len(rows) - len(pairs) > len(plan.items)
    return BookedEntry(entry, tuple(rows), _mode(plan, rows), reasons, repaired)


def _mode(plan: GrossPlan, rows: Sequence[BookingRow]) -> str:
    if not rows:
        return "empty"
    if not plan.taxed:
        return "plain"
    if not plan.reasons:
        return "gross"
    return "mixed" if plan.items else "net"


def _plain_items(lines: Iterable[EntryLine], chart: Chart) -> list[_Item]:
    return [
        _Item(
            line.account,
            cents_of(line.balance),
            needs_lifting(line, chart),
            line.counter,
            line.document,
            line.due,
        )
        for line in lines
    ]


def _merge(items: Iterable[_Item]) -> list[_Item]:
    """Net items of the same account, document and due date.

    An account that is left with debit and credit items is netted as a whole, because a row
    cannot post from an account to itself.
    """
    by_document: dict[tuple, _Item] = {}
    for item in items:
        place = (item.account, item.lifted, item.document, item.due)
        if place in by_document:
            by_document[place].cents += item.cents
            by_document[place].counter |= item.counter
        else:
            by_document[place] = item
    by_account: dict[str, list[_Item]] = defaultdict(list)
    for item in by_document.values():
        by_account[item.account].append(item)
    return [item for same in by_account.values() for item in _one_sided(same)]


def _one_sided(same: list[_Item]) -> list[_Item]:
    """Items of one account; a single one if there are debits and credits among them."""
    if len({item.cents > 0 for item in same if item.cents}) < 2:
        return same
    biggest = max(same, key=lambda item: abs(item.cents))
    biggest.cents = sum(item.cents for item in same)
    biggest.lifted = any(item.lifted for item in same)
    biggest.counter = any(item.counter for item in same)
    return [biggest]


def _hubs(items: list[_Item], entry: Entry, chart: Chart) -> list[_Item]:
    """Items a gross row can be posted against: accounts without an automatic of their own."""
    neutral = [item for item in items if item.account not in chart.automatic]
    hubs = [item for item in neutral if item.counter] or neutral
    if not hubs:
        raise _NotGross(NO_COUNTER)
    filled = [item for item in hubs if item.cents]
    return filled or hubs[:1]


def _allocate(cents: int, hubs: list[_Item]) -> list[tuple[_Item, int]]:
    """Counter items for a gross amount of `cents`, with the part each takes.

    Items of the opposite side are used up in order; what they do not cover goes to the
    last one used, or to the first item, which then owes it to the rest of the entry.
    """
    parts: list[tuple[_Item, int]] = []
    left = abs(cents)
    sign = 1 if cents > 0 else -1
    usable = [hub for hub in hubs if hub.cents * sign < 0] or hubs[:1]
    for index, hub in enumerate(usable):
        last = index == len(usable) - 1
        take = left if last else min(left, abs(hub.cents))
        hub.cents += sign * take
        parts.append((hub, take))
        left -= take
        if not left:
            break
    return parts


def _gross_rows(entry: Entry, item: GrossItem, parts: list[tuple[_Item, int]]) -> list[BookingRow]:
    """Rows for one gross item; a cent too much or too little of tax is cut away."""
    taxes = [tax_within(cents, item.rate) for _hub, cents in parts]
    largest = max(range(len(parts)), key=lambda index: parts[index][1])
    taxes[largest] += abs(item.tax) - sum(taxes)
    rows = []
    for (hub, cents), tax in zip(parts, taxes, strict=True):
        cut = split_gross(cents, tax, item.rate, item.natural)
        if cut is None:
            raise _NotGross(ROUNDING)
        # The counter account is posted on the side opposite to the gross item.
        side = "S" if item.cents < 0 else "H"
        rows.extend(
            _row(entry, part, side, hub.account, item.account, item.key, hub) for part in cut
        )
    return rows


def _pair(items: list[_Item], chart: Chart) -> tuple[list[tuple[_Item, _Item, int]], str]:
    """Pair debits with credits until both are used up.

    Automatic accounts of one side come first and those of the other side last, so two of
    them only meet when the entry leaves no other way; the account is returned then.
    """

    def automatic(item: _Item) -> bool:
        return item.account in chart.automatic

    debits = sorted((i for i in items if i.cents > 0), key=lambda i: not automatic(i))
    credits = sorted((i for i in items if i.cents < 0), key=automatic)
    pairs: list[tuple[_Item, _Item, int]] = []
    both = ""
    while debits and credits:
        debit, credit = debits[0], credits[0]
        cents = min(debit.cents, -credit.cents)
        pairs.append((debit, credit, cents))
        if automatic(debit) and automatic(credit):
            both = credit.account
        debit.cents -= cents
        credit.cents += cents
        debits = debits[1:] if not debit.cents else debits
        credits = credits[1:] if not credit.cents else credits
    return pairs, both


def _plain_row(
    entry: Entry, chart: Chart, pair: tuple[_Item, _Item, int], taxed: bool
) -> BookingRow:
    """A row without tax effect. An automatic account is the contra account.

    The personal account leads where an invoice is told (customer to tax account) and is the
    contra account where a payment is (bank to customer).
    """
    debit, credit, cents = pair

    def rank(item: _Item) -> int:
        if item.account in chart.automatic:
            return 2
        return int(chart.is_personal(item.account) != taxed)

    account, contra, side = debit, credit, "S"
    if rank(debit) > rank(credit):
        account, contra, side = credit, debit, "H"
    key = KEY_NO_AUTOMATIC if debit.lifted or credit.lifted else ""
    # Open items are cleared by document, so the item that names one decides.
    named = next((item for item in (contra, account) if item.document or item.due), contra)
    return _row(entry, cents, side, account.account, contra.account, key, named)


def _row(
    entry: Entry, cents: int, side: str, account: str, contra: str, key: str, named: _Item
) -> BookingRow:
    return BookingRow(
        entry=entry.key,
        amount=Decimal(cents) / 100,
        side=side,
        account=account,
        contra=contra,
        day=entry.day,
        key=key,
        document=named.document or entry.document,
        text=entry.text,
        due=named.due,
        service_day=entry.service_day,
        receipt=entry.receipt,
    )
