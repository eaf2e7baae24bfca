"""Names, places and versions: the one place that other modules take them from."""

import hashlib
import os
from pathlib import Path

NAME = "batch-order-hub"
PROJECT = Path(__file__).resolve().parent.parent
ADDONS = PROJECT / "addons"
ODOO_CONF = PROJECT / "odoo.conf"
REQUIREMENTS = PROJECT / "requirements"

LOCAL = PROJECT / ".local"
LOG = LOCAL / "log"
DATA_DIR = LOCAL / "odoo"
FILESTORE = DATA_DIR / "filestore"
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

ODOO_SERIES = "19.0"
POSTGRES_MAJOR = 18
POSTGRES_OLDEST = 13

DEFAULT_PORT = 8069
DEFAULT_SHOP_PORT = 8469
DEFAULT_DATABASE = "order_hub"


def cache() -> Path:
    """Return the folder that clones of one user share (unpacked Odoo, database dumps)."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / NAME


def project_hash() -> str:
    """Return a short name for this clone, made from its path."""
    return hashlib.sha256(str(PROJECT).encode()).hexdigest()[:10]


def port() -> int:
    """Return the port of the web client: PORT or 8069."""
    return _number("PORT", DEFAULT_PORT)


def shop_port() -> int:
    """Return the preferred port of the stand-in shop: SHOP_PORT or 8469."""
    return _number("SHOP_PORT", DEFAULT_SHOP_PORT)


def database() -> str:
    """Return the name of the database that `make run` builds: DATABASE or order_hub."""
    return os.environ.get("DATABASE") or DEFAULT_DATABASE


def _number(name: str, default: int) -> int:
    from tools.console import Failure

    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Failure(f"{name} must be a port number between 1 and 65535, not {text!r}.")
    return int(text)
