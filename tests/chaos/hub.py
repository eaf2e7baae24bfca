# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo as a story knows it: workers that may be killed, and somebody who uses it."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.together import kill_asker
from tools import settings
from tools.odoo_run import Odoo


class Hub:
    """Processes on one database; a context manager."""

    def __init__(
        self, odoo: Odoo, database: str, folder: Path, people: str = "tests.chaos.inside"
    ) -> None:
        self.log = folder / "hub.log"
        # What the work of all processes has cost so far, line by line.
        self.costs = folder / "costs.jsonl"
        self.costs.touch()
        with socket.create_server(("127.0.0.1", 0)) as listener, self.log.open("wb") as log:
            self.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                [settings.VENV_PYTHON, "-m", "tests.chaos.workers", database]
                + [str(listener.fileno()), people, str(self.costs)],
                cwd=settings.PROJECT,
                env={key: val for key, val in odoo.variables().items() if key != "PGDATABASE"},
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def __enter__(self) -> Hub:
        try:
            self.operator = self.ask("install", base=self.base)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End what was started; nothing of it is needed any more."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, command: str, **values: Any) -> Any:
        """Have somebody in Odoo do something; returns the answer."""
        self.process.stdin.write(json.dumps([command, values]) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("answer "):
                return json.loads(line[len("answer ") :])
        raise RuntimeError(f"{command} {values} failed:\n{self.log.read_text()[-3000:]}")

    # Murder

    def _victims(self) -> list[psutil.Process]:
        """Workers that are alive."""
        children = psutil.Process(self.process.pid).children()
        return [child for child in children if child.pid != self.operator]

    def kill_client(self, port: int) -> None:
        """Kill the worker that talks from this port; nobody else."""
        kill_asker(port, self._victims())

    def kill_any(self, chance: random.Random) -> str:
        """Kill a worker at random."""
        victims = self._victims()
        if victims:
            with suppress(psutil.NoSuchProcess):  # it has ended by itself
                chance.choice(victims).kill()
        return f"kill one of {len(victims)}"
