# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Compare what DATEV will post with the ledger, entry by entry and account by account.

Lines of one entry on opposite sides of the same account are netted on both sides of the
comparison: a gross row posts a discounted invoice with its final amount.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .model import Balances


@dataclass(frozen=True)
class Difference:
    """An entry whose file and ledger balance on an account disagree."""

    entry: int
    account: str
    ledger: Decimal
    file: Decimal


@dataclass(frozen=True)
class AccountProof:
    """Debit and credit of an account, in the ledger and in the expanded file."""

    account: str
    ledger_debit: Decimal
    ledger_credit: Decimal
    file_debit: Decimal
    file_credit: Decimal

    @property
    def difference(self) -> Decimal:
        return (self.file_debit - self.file_credit) - (self.ledger_debit - self.ledger_credit)

    @property
    def equal(self) -> bool:
        return (self.ledger_debit, self.ledger_credit) == (self.file_debit, self.file_credit)


@dataclass(frozen=True)
class Proof:
    """Outcome: equal to the cent, or the culprits."""

    accounts: tuple[AccountProof, ...]
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        return not self.differences and all(account.equal for account in self.accounts)


def _turnover(balances: Balances) -> dict[str, list[Decimal]]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for (_entry, account), amount in balances.items():
        if amount > 0:
            sums[account][0] += amount
        else:
            sums[account][1] -= amount
    return sums


def fold_carried(balances: Balances, carriers: Sequence[str]) -> dict[tuple[int, str], Decimal]:
    """Balances with the carry-forward accounts taken together.

    Opening balances go through 9000, 9008 and 9009 in the file only; together they are zero
    for a balanced entry, and what is left of them would show a difference.
    """
    folded: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for (entry, account), amount in balances.items():
        folded[entry, carriers[0] if account in carriers else account] += amount
    return {place: amount for place, amount in folded.items() if amount}


def prove(ledger: Balances, file: Balances) -> Proof:
    """Compare balances per (entry, account)."""
    zero = Decimal(0)
    differences = tuple(
        Difference(entry, account, ledger.get((entry, account), zero), in_file)
        for entry, account in sorted(ledger.keys() | file.keys())
        if ledger.get((entry, account), zero) != (in_file := file.get((entry, account), zero))
    )
    in_ledger, in_file = _turnover(ledger), _turnover(file)
    nothing = [zero, zero]
    accounts = tuple(
        AccountProof(account, *in_ledger.get(account, nothing), *in_file.get(account, nothing))
        for account in sorted(in_ledger.keys() | in_file.keys())
    )
    return Proof(accounts, differences)
