# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Start the stand-in from the command line."""

import sys
from pathlib import Path

from ..base.command import main
from .samples import default_receipts, load_receipts
from .server import Sandbox
from .store import Store


def new_store(path: Path | None) -> Store:
    """A shop with the receipts of a file, or the samples."""
    return Store(load_receipts(path) if path else default_receipts())


if __name__ == "__main__":
    sys.exit(main(Sandbox, "receipts", new_store))
