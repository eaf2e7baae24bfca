"""The web server of `make run`: in the background, for this machine only."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools import checks, process, settings
from tools.console import Failure
from tools.odoo_run import Odoo

NAME = "web"
MARKER = "odoo"
READY_SECONDS = 120


def url() -> str:
    """Return the address of the web client."""
    return f"http://127.0.0.1:{settings.port()}"


def check_port() -> None:
    """Fail where another program listens on the web client's port."""
    if not (is_running() and _state().get("port") == settings.port()):
        checks.port_free(settings.port(), "PORT")


def is_running() -> bool:
    """Tell whether our web server is there."""
    return process.running(NAME, MARKER) is not None


def ensure(odoo: Odoo, database: str) -> None:
    """Make the web client answer; a server on another port or database is replaced."""
    wanted = {"port": settings.port(), "database": database}
    if is_running() and _state() == wanted and _answers():
        return
    stop()
    log = settings.LOG / f"{NAME}.log"
    log.unlink(missing_ok=True)
    command = odoo.command("-d", database, "--db-filter", f"^{database}$")
    command += ["--http-interface", "127.0.0.1", "--http-port", str(settings.port())]
    process.start(NAME, command, odoo.variables(fast=False))
    _state_file().write_text(json.dumps(wanted))
    deadline = time.monotonic() + READY_SECONDS
    while not _answers():
        if not is_running() or time.monotonic() > deadline:
            stop()
            tail = log.read_text(errors="replace")[-1500:]
            raise Failure(f"The web server did not start.\n{tail}\nwhole log: {log}")
        time.sleep(0.3)


def stop() -> bool:
    """Stop the web server; tell whether it was running."""
    _state_file().unlink(missing_ok=True)
    return process.stop_named(NAME, MARKER)


def _answers() -> bool:
    """Tell whether the login page is served."""
    try:
        with urllib.request.urlopen(f"{url()}/web/login", timeout=60) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _state() -> dict[str, object]:
    try:
        return json.loads(_state_file().read_text())
    except (OSError, ValueError):
        return {}


def _state_file() -> Path:
    return settings.LOCAL / "web.json"
