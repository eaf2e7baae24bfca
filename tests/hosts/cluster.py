# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Hosts with Odoo before one database server of their own, and a proxy before them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tools import postgres, settings, templates
from tools.database import Server
from tools.odoo_run import Odoo

from .net import GATE, PREFIX, Network

DATABASE = "hosts"
WEB, PROXY = 8069, 8070
WORKERS = 4
READY = 120  # seconds
# What a database server for several hosts needs: it gives up on a host that is gone, and its
# locks with it, in half a minute instead of hours. Keepalives are only sent where nothing waits to
# be acknowledged; for the rest, like the notifications to a job runner, there is the last one.
KEEPALIVE = (
    "tcp_keepalives_idle=10",
    "tcp_keepalives_interval=5",
    "tcp_keepalives_count=3",
    "tcp_user_timeout=25s",
)


class Cluster:
    """One database server, a proxy, and hosts that are started one by one; a context manager."""

    def __init__(self, odoo: Odoo, hosts: int) -> None:
        self.tree, self.source = odoo.tree, odoo
        self.stack = ExitStack()
        self.net = Network(hosts)
        self.logs = Path(tempfile.mkdtemp(prefix="order-hub-hosts-"))
        self.url = f"http://127.0.0.1:{PROXY}"

    def __enter__(self) -> Cluster:
        try:
            self.stack.enter_context(self.net)
            self._start_postgres()
            self.proxy(
                f"0.0.0.0:{PROXY}", *(f"{self.net.address(n)}:{WEB}" for n in self.net.names)
            )
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        for name in self.net.names:
            self.kill(name)
        self.stack.close()

    # The database server

    def _start_postgres(self) -> None:
        options = (f"listen_addresses={GATE}", *KEEPALIVE)
        own = postgres.start_fresh("hosts", options, f"{PREFIX}.0/24")
        self.stack.callback(postgres.discard, "hosts")
        self.server = Server(own.programs, {**own.environment, "PGHOST": GATE})
        self.odoo = Odoo(self.tree, self.server)
        with tempfile.TemporaryDirectory() as folder:
            self.source.server.dump(templates.test(self.source), Path(folder) / "template")
            self.server.restore(DATABASE, Path(folder) / "template")
        self.stack.callback(self.server.drop, DATABASE)

    # Hosts

    def proxy(self, listen: str, *hosts: str, on: str = "") -> None:
        """Pass connections on, also on a host itself."""
        command = [sys.executable, "-m", "tests.hosts.proxy", listen, *hosts]
        process = subprocess.Popen(
            self.net.inside(on, command) if on else command,
            cwd=settings.PROJECT,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.stack.callback(process.wait)
        self.stack.callback(process.kill)

    def start(self, name: str, shop_port: int) -> None:
        """A host: workers, cron and job runner; files and sessions are those of all hosts."""
        self.proxy(f"127.0.0.1:{shop_port}", f"{GATE}:{shop_port}", on=name)
        variables = self.odoo.variables(fast=False)
        # Jobs go through the proxy, so that every host works, and not only that of the runner.
        variables |= {"ODOO_QUEUE_JOB_HOST": GATE, "ODOO_QUEUE_JOB_PORT": str(PROXY)}
        variables.pop("ODOO_QUEUE_JOB_CHANNELS", None)
        arguments = ["-d", DATABASE, f"--db-filter=^{DATABASE}$", f"--workers={WORKERS}"]
        arguments += [f"--http-port={WEB}", "--http-interface=0.0.0.0", "--max-cron-threads=1"]
        # Started again whenever it ends, as any set-up for more than a try does it.
        python = str(settings.VENV_PYTHON)
        program = [python, "-m", "tests.hosts.keep", python]
        program += [str(settings.PROJECT / "tests/hosts/serve.py")]
        program += ["-c", str(settings.ODOO_CONF), *arguments, "--log-level=info"]
        with (self.logs / f"{name}.log").open("ab") as log:
            subprocess.Popen(
                self.net.inside(name, program),
                env=variables,
                cwd=settings.PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + READY
        while not self.is_well(name):
            if time.monotonic() > end:
                raise RuntimeError((self.logs / f"{name}.log").read_text()[-2000:])
            time.sleep(0.2)

    def is_well(self, name: str) -> bool:
        """What a monitor asks."""
        address = f"http://{self.net.address(name)}:{WEB}/web/health?db_server_status=1"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self, name: str) -> int:
        """Every process of a host at once, as when the power goes. Returns how many there were."""
        killed = 0
        while processes := self.net.processes(name):
            for pid in processes:
                os.kill(pid, signal.SIGKILL)
                killed += 1
            time.sleep(0.05)
        return killed

    def lines(self, name: str, text: str) -> int:
        """How often a host has written something into its log."""
        file = self.logs / f"{name}.log"
        return file.read_text(errors="replace").count(text) if file.exists() else 0
