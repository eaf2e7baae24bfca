# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which attachments of a ledger entry are its receipt."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from .rules import MAX_FILES, kind_of, objection

TOO_MANY = "too_many"


@dataclass(frozen=True)
class Candidate:
    """An attachment of an entry. `made`: a document the system made (its PDF, its XML)."""

    id: int
    name: str
    mimetype: str
    size: int
    checksum: str
    made: bool = False

    @property
    def kind(self) -> str:
        return kind_of(self.name, self.mimetype)


@dataclass(frozen=True)
class Choice:
    """Files to hand over in their order, and (file, why not) for the others."""

    files: tuple[Candidate, ...]
    refused: tuple[tuple[Candidate, str], ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same contents, whatever their names: what a GUID stands for."""
        return hashlib.sha256("".join(sorted(f.checksum for f in self.files)).encode()).hexdigest()


def choose(candidates: Iterable[Candidate], outgoing: bool) -> Choice:
    """The receipt of an entry.

    Of an outgoing invoice what the system made: the PDF the customer got and its XML. Only if
    there is neither, what was attached by hand. Of anything else all attachments. The same
    content is taken once.
    """
    candidates = list(candidates)
    if outgoing and any(candidate.made for candidate in candidates):
        candidates = [candidate for candidate in candidates if candidate.made]
    refused: list[tuple[Candidate, str]] = []
    files: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=_rank):
        if why := objection(candidate.name, candidate.mimetype, candidate.size):
            refused.append((candidate, why))
        else:
            files.setdefault(candidate.checksum, candidate)
    taken = list(files.values())
    refused += [(candidate, TOO_MANY) for candidate in taken[MAX_FILES:]]
    return Choice(tuple(taken[:MAX_FILES]), tuple(refused))


def _rank(candidate: Candidate) -> tuple[int, int]:
    """What people read first, then data, then the rest."""
    return {"pdf": 0, "xml": 1}.get(candidate.kind, 2), candidate.id
