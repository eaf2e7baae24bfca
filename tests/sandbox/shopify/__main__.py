# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Start the stand-in from the command line."""

import sys
from pathlib import Path

from ..base.command import main
from .server import Sandbox
from .store import Store, default_orders, load_orders


def new_store(path: Path | None) -> Store:
    """A shop with the orders of a file, or the samples."""
    return Store(*(load_orders(path) if path else default_orders()))


if __name__ == "__main__":
    sys.exit(main(Sandbox, "orders", new_store))
