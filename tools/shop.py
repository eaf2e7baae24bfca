"""The stand-in Shopify shop of `make run`: started once, stays for the "Import orders" button."""

import time
from pathlib import Path

from tools import checks, process, settings
from tools.console import Failure
from tools.odoo_run import Odoo

NAME = "shop"
MODULE = "tests.sandbox.shopify"
READY_SECONDS = 30


def port() -> int:
    """Return the port of the shop: the one the database was built with, else the preferred one."""
    stored = _port_file()
    return int(stored.read_text()) if stored.exists() else settings.shop_port()


def check_port() -> None:
    """Fail where another program listens on the shop's port."""
    if not is_running():
        checks.port_free(port(), "SHOP_PORT")


def is_running() -> bool:
    """Tell whether the shop is there."""
    return process.running(NAME, MODULE) is not None


def ensure(odoo: Odoo) -> str:
    """Return the address of the running shop, started first if need be."""
    url = f"http://127.0.0.1:{port()}"
    if not is_running():
        command = [settings.VENV_PYTHON, "-m", MODULE, "--port", str(port())]
        log = settings.LOG / f"{NAME}.log"
        log.unlink(missing_ok=True)
        process.start(NAME, command, odoo.variables())
        _wait(f"ready {url}", log)
        _port_file().write_text(str(port()))
    return url


def stop() -> bool:
    """Stop the shop; tell whether it was running."""
    return process.stop_named(NAME, MODULE)


def forget() -> None:
    """Let the next database choose the port anew."""
    _port_file().unlink(missing_ok=True)


def _wait(line: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        if line in text:
            return
        if not is_running():
            break
        time.sleep(0.1)
    stop()
    raise Failure(f"The stand-in shop did not start.\n{log.read_text(errors='replace')[-1500:]}")


def _port_file() -> Path:
    return settings.LOCAL / "shop.port"
