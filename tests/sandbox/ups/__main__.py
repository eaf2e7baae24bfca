# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Start the stand-in from the command line."""

import json
import sys
from pathlib import Path

from ..base.command import main
from .server import Sandbox
from .store import Store


def new_store(path: Path | None) -> Store:
    """A store with the prices of a file (a service to an amount in euros), or the usual ones."""
    store = Store()
    if path:
        store.prices |= json.loads(path.read_text(encoding="utf-8"))
    return store


if __name__ == "__main__":
    sys.exit(main(Sandbox, "prices", new_store))
