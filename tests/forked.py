# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo loaded once for a database, and forked for each call: a process of its own, soon there.

Most of what a short process in Odoo does is to import Odoo and to build its registry. The server
here does that once, holds no connection to the database, and forks for each call, as the server
of Odoo itself does for its workers.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tools import settings
from tools.console import Failure
from tools.in_odoo import call, open_registry, parse
from tools.odoo_run import Odoo


@dataclass(frozen=True)
class Server:
    """The process that forks, for one database, and the socket it listens on."""

    database: str
    process: subprocess.Popen
    folder: tempfile.TemporaryDirectory

    def stop(self) -> None:
        """End the process; what it has forked goes on."""
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


@dataclass(frozen=True)
class ForkedOdoo(Odoo):
    """Odoo of which `call` forks a server. One server at a time: of the database last called."""

    servers: list[Server] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(
        self, database: str, function: str, log: str, *arguments: str, echo: bool = False
    ) -> list[str]:
        """Call `module:function(env, ...)` inside Odoo and return what it printed."""
        settings.LOG.mkdir(parents=True, exist_ok=True)
        path = settings.LOG / log
        request = {"arguments": [function, *arguments], "log": str(path)}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._address(database))
            connection.sendall(f"{json.dumps(request)}\n".encode())
            code = connection.makefile().readline().strip()
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if code else []
        if code != "0":
            shown = "\n".join(deque(lines, maxlen=15))
            raise Failure(f"{function} failed (code {code or 'unknown'}):\n{shown}\nlog: {path}")
        return lines

    def stop(self) -> None:
        """End the server."""
        while self.servers:
            self.servers.pop().stop()

    def _address(self, database: str) -> str:
        with self.lock:
            if not self.servers or self.servers[0].database != database:
                self.stop()
                self.servers.append(self._start(database))
            return f"{self.servers[0].folder.name}/socket"

    def _start(self, database: str) -> Server:
        """Start a server; who connects before it is ready waits."""
        folder = tempfile.TemporaryDirectory(prefix="order-hub-")
        with (
            socket.socket(socket.AF_UNIX) as listener,
            (settings.LOG / f"forked-{database}.log").open("w") as log,
        ):
            listener.bind(f"{folder.name}/socket")
            listener.listen()
            process = subprocess.Popen(
                [settings.VENV_PYTHON, "-m", "tests.forked", database, str(listener.fileno())],
                env=self.variables(),
                cwd=settings.PROJECT,
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return Server(database, process, folder)


def main(database: str, descriptor: int) -> None:
    """Serve until ended; in each fork, do the one call."""
    registry = open_registry(database)
    from odoo import sql_db

    registry.clear_all_caches()
    sql_db.close_all()
    arguments = _next_call(socket.socket(fileno=descriptor))
    call(parse(["--database", database, *arguments]))


def _next_call(listener: socket.socket) -> list[str]:
    """Return in a fork, for each call anew, with what to call."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _address = listener.accept()
        if not os.fork():
            break
        connection.close()
    listener.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request = json.loads(connection.makefile().readline())
    worker = os.fork()
    if worker:
        _pid, status = os.waitpid(worker, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    connection.close()
    with Path(request["log"]).open("w") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    return request["arguments"]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
