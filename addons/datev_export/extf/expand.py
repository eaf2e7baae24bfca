# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What DATEV posts for a row: Automatikkonten and tax keys expanded.

The second half of the proof. It shares no arithmetic with the booking engine: the tax is
computed here with `Decimal` and the rounding mode of the decimal module.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .chart import Chart, TaxRule
from .reader import Stack, StackRow

_CENT = Decimal("0.01")
_LIFT_AUTOMATIC = "40"


class NotExpandable(ValueError):
    """DATEV would refuse the row, or its effect is not known."""


@dataclass(frozen=True)
class Posting:
    """Signed amount (debit positive) on one account, from one line of the file."""

    line: int
    account: str
    amount: Decimal


def _taxed_account(row: StackRow, chart: Chart) -> tuple[str, TaxRule] | None:
    """The account of the row whose amount is gross, and the rule that applies to it."""
    automatic = [number for number in (row.contra, row.account) if number in chart.automatic]
    if row.key == _LIFT_AUTOMATIC:
        return None
    if row.key:
        if automatic:
            raise NotExpandable(f"line {row.line}: key {row.key} on automatic {automatic[0]}")
        if row.key not in chart.keys:
            raise NotExpandable(f"line {row.line}: effect of key {row.key} is not known")
        personal = len(row.contra) > chart.account_length
        return (row.account if personal else row.contra), chart.keys[row.key]
    if not automatic:
        return None
    rules = {number: chart.automatic[number] for number in automatic}
    unknown = [number for number, rule in rules.items() if rule is None]
    if unknown:
        raise NotExpandable(f"line {row.line}: effect of automatic {unknown[0]} is not known")
    charging = [(number, rule) for number, rule in rules.items() if rule and rule.rate]
    if len(charging) > 1:
        raise NotExpandable(f"line {row.line}: two automatic accounts in one row")
    return charging[0] if charging else None


def expand_row(row: StackRow, chart: Chart) -> list[Posting]:
    """Postings of one row; they sum to zero."""
    signed = row.amount * row.sign
    postings = [Posting(row.line, row.account, signed), Posting(row.line, row.contra, -signed)]
    taxed = _taxed_account(row, chart)
    if taxed is None:
        return postings
    account, rule = taxed
    rate = _rate(row, rule)
    amount = signed if account == row.account else -signed
    if not rate:
        return postings
    whole = 100 if rule.owed else 100 + rate
    tax = (abs(amount) * rate / whole).quantize(_CENT, ROUND_HALF_UP).copy_sign(amount)
    # Contained in the amount, the tax leaves the account; on top of it, it is also owed.
    postings.append(Posting(row.line, rule.owed or account, -tax))
    postings.append(Posting(row.line, rule.account, tax))
    return postings


def _rate(row: StackRow, rule: TaxRule) -> Decimal:
    """Rate of the rule, or of the row where the key leaves it open."""
    if rule.rate is not None:
        return rule.rate
    if row.state_rate is None or not row.state:
        raise NotExpandable(f"line {row.line}: key {row.key} needs an EU state and its rate")
    return row.state_rate


def expand(stack: Stack, chart: Chart) -> Iterator[Posting]:
    """Postings of all rows of a file."""
    for row in stack.rows:
        yield from expand_row(row, chart)


def balances(
    postings: Iterable[Posting], entry_of: Callable[[int], int]
) -> dict[tuple[int, str], Decimal]:
    """Balance per (entry, account); `entry_of` names the entry of a line of the file."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for posting in postings:
        sums[entry_of(posting.line), posting.account] += posting.amount
    return {place: amount for place, amount in sums.items() if amount}


def account_sums(content_rows: Iterable[StackRow]) -> dict[str, Decimal]:
    """Balance per account of the rows as they stand, taxes not expanded."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in content_rows:
        sums[row.account] += row.amount * row.sign
        sums[row.contra] -= row.amount * row.sign
    return dict(sums)
