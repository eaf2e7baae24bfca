# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What one pass of an export over its period produced."""

from dataclasses import dataclass, field

from ..extf.model import BookedEntry
from ..extf.proof import Proof
from ..extf.stacks import StackFile
from .datev_ledger import Ledger

SEQUENCE = {"blocking": 1, "left_out": 2, "warning": 3, "info": 4}


@dataclass
class Run:
    """What one pass over a period produced."""

    ledger: Ledger | None = None
    booked: list[BookedEntry] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    files: list[StackFile] = field(default_factory=list)
    proof: Proof | None = None
    findings: list[dict] = field(default_factory=list)

    @property
    def exportable(self) -> bool:
        blocked = any(finding["severity"] == "blocking" for finding in self.findings)
        return bool(self.files) and not blocked and bool(self.proof and self.proof.holds)

    def find(self, severity: str, code: str, message: str, **records) -> None:
        self.findings.append(
            {
                "severity": severity,
                "sequence": SEQUENCE[severity],
                "code": code,
                "message": message,
                **records,
            }
        )
