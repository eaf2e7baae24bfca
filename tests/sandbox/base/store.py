# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""State of a stand-in: its clock, what was asked and done, faults, and its file."""

from __future__ import annotations

import pickle
import threading
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class BaseStore:
    """State of one shop. Every method may be called from several threads."""

    def __init__(self, secret: str) -> None:
        self.lock = threading.RLock()
        # True once another store has taken over from the file.
        self.closed = False
        # Seconds the shop's clock is ahead.
        self.offset = 0.0
        self.serial = 0
        self.url = ""
        self.secrets = [secret]
        self.faults: list[Json] = []
        self.requests: list[str] = []
        # What changed something, in order.
        self.effects: list[Json] = []
        # What buyers were sent.
        self.mails: list[Json] = []

    # Restart

    def __getstate__(self) -> Json:
        """Everything but what belongs to the process."""
        return {key: value for key, value in self.__dict__.items() if key != "lock"}

    def __setstate__(self, state: Json) -> None:
        """A store as it was."""
        self.__dict__.update(state)
        self.lock = threading.RLock()

    def save(self, path: Path) -> None:
        """Write everything to a file, complete or not at all."""
        with self.lock:
            fresh = path.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(self))
            fresh.replace(path)

    @staticmethod
    def load(path: Path) -> Any:
        """A store from a file that ``save`` has written."""
        return pickle.loads(path.read_bytes())

    # Time

    def moment(self) -> float:
        """The shop's clock in epoch seconds; ``advance`` moves it on."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        with self.lock:
            self.offset += seconds

    # Faults

    def add_faults(self, kind: str, count: int = 1, **options: Any) -> None:
        """Spoil the next ``count`` requests to the interface."""
        with self.lock:
            self.faults += [{"kind": kind, **options}] * count

    def next_fault(self, request: str) -> Json | None:
        """The fault for this request, used up; one may be meant for an operation only.

        ``after`` lets so many requests that it would fit pass first.
        """
        with self.lock:
            for index, fault in enumerate(self.faults):
                if "operation" in fault and not self.fits(fault["operation"], request):
                    continue
                if fault.get("after"):
                    self.faults[index] = {**fault, "after": fault["after"] - 1}
                    return None
                return self.faults.pop(index)
            return None

    @staticmethod
    def fits(operation: str, request: str) -> bool:
        """True if a request is the operation of this name."""
        return operation == request
