"""Run Odoo, or a function of ours inside Odoo, as a child process."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools import settings
from tools.console import run_logged
from tools.database import Server
from tools.odoo_tree import OdooTree

# A lost transaction costs nothing where the database is thrown away or built under another name.
FAST = "-c synchronous_commit=off"


@dataclass(frozen=True)
class Odoo:
    """An Odoo tree together with the database server it works on."""

    tree: OdooTree
    server: Server

    def variables(self, *, fast: bool = True) -> dict[str, str]:
        """Return the environment of an Odoo process; `fast` is for databases under construction."""
        return {
            **self.server.variables(),
            **({"PGOPTIONS": FAST} if fast else {}),
            "ODOO_RC": str(settings.ODOO_CONF),
            "ODOO_ADDONS_PATH": f"{self.tree.addons},{settings.ADDONS}",
            "ODOO_DATA_DIR": str(settings.DATA_DIR),
            "PGPATH": str(self.server.programs),
            "PYTHONPATH": str(settings.PROJECT),
            "PYTHONUNBUFFERED": "1",
            "LANG": "C.UTF-8",
        }

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of an Odoo process."""
        return [str(settings.VENV_PYTHON), "-m", "odoo", "-c", str(settings.ODOO_CONF), *arguments]

    def modules(self, database: str, log: str, *arguments: str) -> list[str]:
        """Install or update modules (`-i`, `-u`) and return Odoo's log."""
        command = self.command("-d", database, "--stop-after-init", "--no-http", *arguments)
        return run_logged(command, log, env=self.variables(), progress=_module_progress)

    def call(
        self, database: str, function: str, log: str, *arguments: str, echo: bool = False
    ) -> list[str]:
        """Call `module:function(env, ...)` inside Odoo and return what it printed."""
        command = [settings.VENV_PYTHON, "-m", "tools.in_odoo", "--database", database, function]
        return run_logged([*command, *arguments], log, env=self.variables(), echo=echo)


def _module_progress(line: str) -> str | None:
    match = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
    return f"module {match[2]} of {match[3]}: {match[1]}" if match else None


def concerns(line: str, names: Sequence[str]) -> bool:
    """Tell whether a line of Odoo's log is a warning or worse about one of these addons."""
    match = re.match(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)", line)
    return bool(match) and any(name in match[2] for name in names)
