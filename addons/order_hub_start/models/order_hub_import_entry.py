# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What becomes of one row of a file, before anything is written."""

from dataclasses import dataclass, field
from typing import Any

VERDICTS = [
    ("error", "Error"),
    ("conflict", "Different"),
    ("create", "New"),
    ("change", "Changed"),
    ("same", "As It Is"),
]


@dataclass(eq=False)
class Entry:
    """What becomes of a row. ``changes`` and ``old`` are values by field as ``write`` takes them;
    ``filled`` are those of them that were empty.
    """

    row: int
    key: str
    vals: dict[str, Any] = field(default_factory=dict)
    record: Any = None
    changes: dict[str, Any] = field(default_factory=dict)
    old: dict[str, Any] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    created: bool = False
    conflict: bool = False  # differs in a way that only a person can settle
    error: str = ""
    instead: str = ""
    place: str = ""

    def verdict(self, overwrite: bool) -> str:
        if self.error:
            return "error"
        if self.created or not self.record:
            return "create"
        if self.conflict or (self.changes.keys() - self.filled and not overwrite):
            return "conflict"
        return "change" if self.changes else "same"

    def forget(self) -> None:
        """Forget a record that was made and is no longer there."""
        if self.created:
            self.record, self.created = None, False

    def to_write(self, overwrite: bool) -> dict[str, Any]:
        """What of the differences is written."""
        return {
            name: value for name, value in self.changes.items() if overwrite or name in self.filled
        }

    def prepare_row(self, record, overwrite: bool) -> dict[str, Any]:
        written = self.to_write(overwrite)
        return {
            "import_id": record.id,
            "row": self.row,
            "place": self.place,
            "key": self.key,
            "verdict": self.verdict(overwrite),
            "text": self.error or "\n".join(self.texts),
            "instead": self.instead,
            "res_model": self.record._name if self.record else False,
            "res_id": self.record.id if self.record else False,
            "created": self.created,
            "old_values": {name: self.old[name] for name in written} or False,
            "new_values": written or False,
        }
