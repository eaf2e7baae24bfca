# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The booking engine: a ledger entry becomes rows of a Buchungsstapel.

Rows with DATEV's own tax automatism wherever DATEV, from the amount and the tax key (or the
Automatikkonto), arrives at exactly the net amounts and the tax the ledger has (see `gross`);
explicit rows without tax effect (key 40 on an Automatikkonto) for everything else. For any
balanced entry the rows, expanded with DATEV's rules, give back the balance of the entry on
each account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .chart import Chart
from .cost import split_by_cost
from .foreign import Draft, carrier_of, foreign_values
from .gross import GrossItem, GrossPlan, plan_gross
from .items import Item, merge, one_sided, plain_items, routes
from .model import OPENING, BookedEntry, BookingRow, Entry, EntryLine, Reason
from .spec import KEY_NO_AUTOMATIC
from .split import split_amount

NO_COUNTER = "no_counter"
ROUNDING = "rounding"
TWO_AUTOMATIC = "two_automatic"
COST_LOST = "cost_lost"
COST_SHARES = "cost_shares"


def book(entry: Entry, chart: Chart) -> BookedEntry:
    """Rows of `entry`. Raises ValueError if the entry is not balanced."""
    if sum(line.balance for line in entry.lines):
        raise ValueError(f"entry {entry.key} is not balanced")
    lines, hints = _lines_by_cost(entry)
    entry = replace(entry, lines=tuple(lines)) if len(lines) != len(entry.lines) else entry
    if entry.stack == OPENING:
        return _Booking(entry, chart, GrossPlan((), entry.lines, (), False), hints).carried()
    plan = plan_gross(entry, chart)
    try:
        return _Booking(entry, chart, plan, hints).booked()
    except _NotGross as failure:
        reasons = (*plan.reasons, Reason(failure.code))
        plan = GrossPlan((), entry.lines, reasons, plan.taxed)
        return _Booking(entry, chart, plan, hints).booked()


class _NotGross(Exception):
    """Raised while pairing gross items; the entry is then booked with explicit rows."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def _lines_by_cost(entry: Entry) -> tuple[list[EntryLine], list[Reason]]:
    lines: list[EntryLine] = []
    hints: list[Reason] = []
    for line in entry.lines:
        parts = split_by_cost(line)
        if parts is None:
            hints.append(Reason(COST_SHARES, line.account))
            parts = [replace(line, shares=())]
        lines.extend(parts)
    return lines, hints


@dataclass
class _Booking:
    """One entry on its way into rows."""

    entry: Entry
    chart: Chart
    plan: GrossPlan
    hints: list[Reason]
    drafts: list[Draft] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)

    def booked(self) -> BookedEntry:
        """Gross rows, then pairs of what is left."""
        self.items = merge(plain_items(self.plan.plain, self.chart))
        for item, hub in routes(self.items, self.chart):
            self._plain_row(*((item, hub) if item.cents > 0 else (hub, item)), abs(item.cents))
            hub.cents += item.cents
            item.cents = 0
        self._net_sides()
        cut = 0
        if self.plan.items:
            cut = self._gross() - len(self.plan.items)
            self._net_sides()
        self._pair()
        return self._result(repaired=cut > 0)

    def carried(self) -> BookedEntry:
        """Opening balances: each against the account that carries it forward."""
        items = [item for item in merge(plain_items(self.plan.plain, self.chart)) if item.cents]
        for item in items:
            if item.account in self.chart.carriers:
                continue
            hub = Item(self.chart.carrier(item.account), -item.cents)
            key = KEY_NO_AUTOMATIC if item.lifted else ""
            side = "S" if item.cents > 0 else "H"
            self._draft(abs(item.cents), side, item, hub, key, item)
        return self._result(repaired=False)

    def _result(self, repaired: bool) -> BookedEntry:
        values = foreign_values(self.drafts)
        rows = tuple(
            replace(draft.row, **values[place]) if place in values else draft.row
            for place, draft in enumerate(self.drafts)
        )
        reasons = tuple(dict.fromkeys((*self.plan.reasons, *self.hints)))
        return BookedEntry(self.entry, rows, self._mode(), reasons, repaired)

    def _mode(self) -> str:
        if not self.drafts:
            return "empty"
        if not self.plan.taxed:
            return "plain"
        if not self.plan.reasons:
            return "gross"
        return "mixed" if self.plan.items else "net"

    def _net_sides(self) -> None:
        self.items, lost = one_sided(self.items)
        if lost:
            self.hints.append(Reason(COST_LOST))

    # Gross rows

    def _gross(self) -> int:
        """Rows of the gross items; their number."""
        hubs = self._hubs()
        before = len(self.drafts)
        main = max(hubs, key=lambda hub: abs(hub.cents)).cents
        # What lies on the side of the counter account (a refunded line, say) first: it
        # enlarges the counter amount, so that the others need not be cut.
        for item in sorted(self.plan.items, key=lambda item: (item.cents > 0) != (main > 0)):
            self._gross_rows(item, _allocate(item.cents, hubs))
        return len(self.drafts) - before

    def _hubs(self) -> list[Item]:
        """Items a gross row can be posted against: accounts without an automatic."""
        neutral = [item for item in self.items if item.account not in self.chart.automatic]
        hubs = [item for item in neutral if item.counter] or neutral
        if not hubs:
            raise _NotGross(NO_COUNTER)
        filled = [item for item in hubs if item.cents]
        return filled or hubs[:1]

    def _gross_rows(self, item: GrossItem, parts: list[tuple[Item, int]]) -> None:
        """Rows for one gross item; a cent too much or too little of tax is cut away."""
        taxes = [item.kind.of(cents) for _hub, cents in parts]
        largest = max(range(len(parts)), key=lambda index: parts[index][1])
        taxes[largest] += abs(item.tax) - sum(taxes)
        # The counter account is posted on the side opposite to the gross item.
        side = "S" if item.cents < 0 else "H"
        base = Item(item.account, item.cents, cost=item.cost)
        for (hub, cents), tax in zip(parts, taxes, strict=True):
            cut = split_amount(cents, tax, item.kind, item.natural)
            if cut is None:
                raise _NotGross(ROUNDING)
            for part in cut:
                self._draft(part, side, hub, base, item.key, hub, **self._state_values(item))

    def _state_values(self, item: GrossItem) -> dict:
        if item.country:
            return {"vat_id": item.country, "eu_rate": item.kind.rate}
        return {"vat_id": self.entry.vat_id} if item.vat and self.entry.vat_id else {}

    # Rows without tax

    def _pair(self) -> None:
        """Pair debits with credits until both are used up.

        Automatic accounts of one side come first and those of the other side last, so two
        of them only meet when the entry leaves no other way. Amounts with a cost centre
        come first too, so that they meet one another as little as possible.
        """

        def automatic(item: Item) -> bool:
            return item.account in self.chart.automatic

        def rank(item: Item) -> int:
            return 2 * automatic(item) + any(item.cost)

        debits = sorted((i for i in self.items if i.cents > 0), key=lambda i: -rank(i))
        credits = sorted((i for i in self.items if i.cents < 0), key=rank)
        while debits and credits:
            debit, credit = debits[0], credits[0]
            cents = min(debit.cents, -credit.cents)
            self._plain_row(debit, credit, cents)
            if automatic(debit) and automatic(credit):
                self.hints.append(Reason(TWO_AUTOMATIC, credit.account))
            debit.cents -= cents
            credit.cents += cents
            debits = debits[1:] if not debit.cents else debits
            credits = credits[1:] if not credit.cents else credits

    def _plain_row(self, debit: Item, credit: Item, cents: int) -> None:
        """A row without tax effect. An automatic account is the contra account.

        The personal account leads where an invoice is told (customer to tax account) and is
        the contra account where a payment is (bank to customer).
        """

        def rank(item: Item) -> int:
            if item.account in self.chart.automatic:
                return 2
            return int(self.chart.is_personal(item.account) != self.plan.taxed)

        account, contra, side = debit, credit, "S"
        if rank(debit) > rank(credit):
            account, contra, side = credit, debit, "H"
        if any(debit.cost) and any(credit.cost) and debit.cost != credit.cost:
            self.hints.append(Reason(COST_LOST, credit.account))
        key = KEY_NO_AUTOMATIC if debit.lifted or credit.lifted else ""
        # Open items are cleared by document, so the item that names one decides.
        named = next((item for item in (contra, account) if item.document or item.due), contra)
        self._draft(cents, side, account, contra, key, named)

    def _draft(
        self, cents: int, side: str, account: Item, contra: Item, key: str, named: Item, **values
    ) -> None:
        entry, pair = self.entry, (account, contra)
        carrier = carrier_of(pair, [self.chart.is_personal(item.account) for item in pair])
        if entry.reversal:
            side = "H" if side == "S" else "S"
        personal = self.chart.is_personal(account.account) or self.chart.is_personal(contra.account)
        row = BookingRow(
            entry=entry.key,
            amount=Decimal(cents) / 100,
            side=side,
            account=account.account,
            contra=contra.account,
            day=entry.day,
            key=key,
            document=named.document or entry.document,
            text=named.text or entry.text,
            due=named.due if personal else None,
            service_day=entry.service_day,
            cost=account.cost if any(account.cost) else contra.cost,
            link=entry.link,
            reversal=entry.reversal,
            **values,
        )
        signed = 0
        if carrier is not None:
            debit = (side == "S") != entry.reversal
            signed = cents if (carrier is account) == debit else -cents
        self.drafts.append(Draft(row, signed, carrier))


def _allocate(cents: int, hubs: Sequence[Item]) -> list[tuple[Item, int]]:
    """Counter items for a gross amount of `cents`, with the part each takes.

    Items of the opposite side are used up in order; what they do not cover goes to the
    last one used, or to the first item, which then owes it to the rest of the entry.
    """
    parts: list[tuple[Item, int]] = []
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
