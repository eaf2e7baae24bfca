# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Entries of a ledger from the rows of a Buchungsstapel: the way back.

Tax keys and Automatikkonten are expanded as DATEV does (`expand`). Rows with the same document
number and day are one entry, a row without a number is one of its own. As each row balances,
so does each entry, in EUR and in its currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .chart import Chart
from .expand import NotExpandable, expand_row
from .incoming import IncomingRow

KEY_UNKNOWN = "key_unknown"
AUTOMATIC_UNKNOWN = "automatic_unknown"
KEY_ON_AUTOMATIC = "key_on_automatic"
STATE_MISSING = "state_missing"
TWO_AUTOMATIC = "two_automatic"
DISCOUNT = "discount"


@dataclass(frozen=True)
class Obstacle:
    """Why a row cannot be expanded: a code, and the key or account it is about."""

    code: str
    value: str = ""


@dataclass(frozen=True)
class DraftLine:
    """Signed amounts (debit positive) on one account; `foreign` is 0 within EUR."""

    account: str
    balance: Decimal
    currency: str = "EUR"
    foreign: Decimal = Decimal(0)
    text: str = ""
    due: date | None = None
    cost: str = ""
    second_cost: str = ""


@dataclass(frozen=True)
class DraftEntry:
    """A balanced entry, and the lines of the file it comes from."""

    day: date
    document: str
    rows: tuple[int, ...]
    lines: tuple[DraftLine, ...]


def obstacle(item: IncomingRow, chart: Chart) -> Obstacle | None:
    """What keeps a row from being expanded."""
    row = item.row
    if item.discount:
        return Obstacle(DISCOUNT)
    try:
        expand_row(row, chart)
    except NotExpandable:
        automatic = [n for n in (row.contra, row.account) if n in chart.automatic]
        unknown = [n for n in automatic if chart.automatic[n] is None]
        if row.key and automatic:
            return Obstacle(KEY_ON_AUTOMATIC, automatic[0])
        if row.key:
            known = row.key in chart.keys
            return Obstacle(STATE_MISSING if known else KEY_UNKNOWN, row.key)
        if unknown:
            return Obstacle(AUTOMATIC_UNKNOWN, unknown[0])
        return Obstacle(TWO_AUTOMATIC, automatic[0])
    return None


def entries_of(
    items: Iterable[IncomingRow], chart: Chart, places: Mapping[str, int]
) -> list[DraftEntry]:
    """Entries of rows without obstacles, in the order of their days.

    `places` are the decimals of foreign currencies, two unless named.
    """
    groups: dict[tuple, list[IncomingRow]] = defaultdict(list)
    for item in items:
        row = item.row
        alone = 0 if row.document else row.line
        groups[row.day, row.document, alone].append(item)
    entries = [
        DraftEntry(
            day,
            document,
            tuple(item.row.line for item in group),
            tuple(_merge(line for item in group for line in _lines(item, chart, places))),
        )
        for (day, document, _alone), group in groups.items()
    ]
    return sorted(entries, key=lambda entry: (entry.day, entry.rows))


def _lines(item: IncomingRow, chart: Chart, places: Mapping[str, int]) -> Iterable[DraftLine]:
    row = item.row
    cent = Decimal(1).scaleb(-places.get(row.currency, 2))
    for number, posting in enumerate(expand_row(row, chart)):
        foreign = Decimal(0)
        if row.foreign:
            share = abs(posting.amount) / row.amount * row.foreign
            foreign = share.quantize(cent, ROUND_HALF_UP).copy_sign(posting.amount)
        yield DraftLine(
            account=posting.account,
            balance=posting.amount,
            currency=row.currency,
            foreign=foreign,
            text=item.text,
            # A due date is that of the open item, the account the row begins with.
            due=item.due if number < 2 and chart.is_personal(posting.account) else None,
            cost=item.cost,
            second_cost=item.second_cost,
        )


def _merge(lines: Iterable[DraftLine]) -> Iterable[DraftLine]:
    """Lines that differ in nothing but their amounts are one, the tax taken off them, too."""
    sums: dict[tuple, list[Decimal]] = {}
    for line in lines:
        what = (line.account, line.currency, line.text, line.due, line.cost, line.second_cost)
        amounts = sums.setdefault(what, [Decimal(0), Decimal(0)])
        amounts[0] += line.balance
        amounts[1] += line.foreign
    for (account, currency, text, due, cost, second), (balance, foreign) in sums.items():
        if balance or foreign:
            yield DraftLine(account, balance, currency, foreign, text, due, cost, second)


def account_balances(entries: Iterable[DraftEntry]) -> dict[str, tuple[Decimal, Decimal]]:
    """Account -> (debit, credit) over all entries."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for entry in entries:
        for line in entry.lines:
            sums[line.account][line.balance < 0] += abs(line.balance)
    return {account: (debit, credit) for account, (debit, credit) in sorted(sums.items())}
