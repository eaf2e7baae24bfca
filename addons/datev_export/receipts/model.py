# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Values the package works on."""

from dataclasses import dataclass
from datetime import date

INCOMING, OUTGOING = "1", "2"
INBOX, ARCHIVE = "1", "2"


@dataclass(frozen=True)
class ReceiptFile:
    """A file of a receipt: `key` is the caller's handle of its content, `size` in bytes."""

    key: int
    name: str
    size: int


@dataclass(frozen=True)
class Receipt:
    """What belongs to one booking: one document at DATEV, found by its GUID.

    `kind` is INCOMING, OUTGOING or "" for anything that is no invoice.
    """

    guid: str
    day: date
    number: str
    files: tuple[ReceiptFile, ...]
    kind: str = ""
    description: str = ""
    keywords: str = ""


@dataclass(frozen=True)
class Problem:
    """A rule that a package breaks: code, what it is about, and a sentence."""

    code: str
    place: str
    message: str
