# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What one pass of an export over its period produces."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from ..extf.model import BookedEntry, Reason
from ..extf.proof import AccountProof, Proof
from .datev_files import FilesOnDisk
from .datev_ledger import Frame

SEQUENCE = {"changed": 0, "blocking": 1, "left_out": 2, "warning": 3, "info": 4}


@dataclass
class Run:
    """What one pass over a period produced. It holds sums, not entries: those may be many."""

    frame: Frame | None = None
    booked: int = 0
    in_files: int = 0
    rows: int = 0
    left_out: int = 0
    earlier: int = 0
    period: int = 0
    repaired: int = 0
    foreign: int = 0
    modes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    files: FilesOnDisk = field(default_factory=FilesOnDisk)
    accounts: dict[str, AccountProof] = field(default_factory=dict)
    proven: bool = False
    severities: Counter[str] = field(default_factory=Counter)
    findings: list[dict] = field(default_factory=list)
    # Finished master data files, see `datev_master`.
    masters: list = field(default_factory=list)
    # Number of each of the payment terms that are exported.
    terms: dict[int, int] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        return bool(self.severities["blocking"])

    @property
    def exportable(self) -> bool:
        return bool(self.files.files) and self.proven and not self.blocked

    def count(self, booked: BookedEntry, foreign: bool) -> None:
        """Take an entry with its rows into the sums."""
        self.booked += 1
        self.rows += len(booked.rows)
        self.repaired += booked.repaired
        self.foreign += foreign
        self.modes[booked.mode] += 1
        self.reasons.update(booked.reasons)

    def add_proof(self, proof: Proof) -> None:
        """Add the turnover of one segment to that of each account."""
        nothing = Decimal(0)
        for found in proof.accounts:
            sums = self.accounts.get(found.account) or AccountProof(found.account, *[nothing] * 4)
            self.accounts[found.account] = AccountProof(
                found.account,
                sums.ledger_debit + found.ledger_debit,
                sums.ledger_credit + found.ledger_credit,
                sums.file_debit + found.file_debit,
                sums.file_credit + found.file_credit,
            )

    def find(self, severity: str, code: str, message: str, **records) -> None:
        self.severities[severity] += 1
        self.findings.append(
            {
                "severity": severity,
                "sequence": SEQUENCE[severity],
                "code": code,
                "message": message,
                **records,
            }
        )
