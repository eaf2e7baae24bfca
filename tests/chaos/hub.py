# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo as a story knows it: a server with workers and a job runner, and somebody who uses it."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import requests

from tools import settings
from tools.odoo_run import Odoo

STARTING = 90.0  # seconds
CHANNELS = "root:3,root.sales_channels:3"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Hub:
    """Processes on one database; a context manager."""

    def __init__(
        self, odoo: Odoo, database: str, folder: Path, *, workers: int = 3, channels: str = CHANNELS
    ) -> None:
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.environment = {
            **os.environ,
            **odoo.variables(),
            "ODOO_QUEUE_JOB_CHANNELS": channels,
            "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
            "ODOO_QUEUE_JOB_PORT": str(self.port),
            "ODOO_HTTP_INTERFACE": "127.0.0.1",
        }
        self.environment.pop("PGDATABASE", None)
        self.operator = self._start(
            ["tools.in_odoo", "--database", database, "tests.chaos.inside:serve"],
            folder / "operator.log",
        )
        options = f"-d {database} --workers={workers} --max-cron-threads=0 --log-level=warn"
        ports = f"--http-interface=127.0.0.1 --http-port={self.port}"
        conf = ["-c", str(settings.ODOO_CONF)]
        self.started = folder / "started.log"
        self.server = self._start(
            ["tests.chaos.launch", *conf, *options.split(), *ports.split()], self.log, self.started
        )

    def _start(self, arguments: list[str], log: Path, out: Path | None = None) -> subprocess.Popen:
        return subprocess.Popen(
            [str(settings.VENV_PYTHON), "-m", *arguments],
            cwd=settings.PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL if out else subprocess.PIPE,
            stdout=out.open("wb") if out else subprocess.PIPE,
            stderr=log.open("wb"),
            text=not out,
            encoding=None if out else "utf-8",
        )

    def __enter__(self) -> Hub:
        try:
            self.ask("install", base=self.base)
            self._wait_for_server()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _wait_for_server(self) -> None:
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            try:
                if requests.get(f"{self.base}/web/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise TimeoutError(f"Odoo does not answer, see {self.log}")

    def stop(self) -> None:
        """End what was started; nothing of it is needed any more."""
        children = psutil.Process(self.server.pid).children() if self.server.poll() is None else []
        for process in (self.operator, self.server, *children):
            process.kill()
        for process in (self.operator, self.server):
            process.wait()

    def ask(self, command: str, **values: Any) -> Any:
        """Have somebody in Odoo do something; returns the answer."""
        self.operator.stdin.write(json.dumps([command, values]) + "\n")
        self.operator.stdin.flush()
        for line in self.operator.stdout:
            if line.startswith("answer "):
                return json.loads(line[len("answer ") :])
        raise RuntimeError(f"{command} {values} failed, see operator.log beside {self.log}")

    # Murder

    def _victims(self) -> dict[int, str]:
        """Workers that are alive, by process id."""
        alive = {child.pid for child in psutil.Process(self.server.pid).children()}
        rows = (line.split() for line in self.started.read_text().splitlines())
        return {int(pid): kind for kind, pid in rows if int(pid) in alive}

    def kill_client(self, port: int) -> None:
        """Kill the worker that talks from this port; nobody else."""
        for pid in self._victims():
            try:
                connections = psutil.Process(pid).net_connections(kind="tcp4")
            except psutil.NoSuchProcess:
                continue
            if any(row.laddr and row.laddr.port == port for row in connections):
                os.kill(pid, signal.SIGKILL)
                return

    def kill_any(self, chance: random.Random) -> str:
        """Kill a worker at random; the job runner seldom, as it takes a while to come back."""
        victims = self._victims()
        kinds = {pid: 1 if kind == "WorkerJobRunner" else 6 for pid, kind in victims.items()}
        if not kinds:
            return "nobody to kill"
        pid = chance.choices(list(kinds), list(kinds.values()))[0]
        os.kill(pid, signal.SIGKILL)
        return f"kill {victims[pid]}"
