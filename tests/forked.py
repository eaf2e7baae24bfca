# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Odoo loaded once, and forked for each call: a process of its own, soon there.

Most of what a short process in Odoo does is to import Odoo and to build the registry. The server
here does that once, holds no connection to a database, and forks for each call, as the server of
Odoo itself does for its workers. The databases of the tests are clones of one template, so that
the registry of one is that of all; where a clone has changed since, Odoo's signaling tells.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools import settings
from tools.console import Failure
from tools.in_odoo import call, open_registry, parse
from tools.odoo_run import Odoo


@dataclass(frozen=True)
class ForkedOdoo(Odoo):
    """Odoo of which `call` forks the server that listens on this socket."""

    address: str

    def call(
        self, database: str, function: str, log: str, *arguments: str, echo: bool = False
    ) -> list[str]:
        """Call `module:function(env, ...)` inside Odoo and return what it printed."""
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(self.address)
            except ConnectionRefusedError:  # Odoo ends children after its test classes
                return super().call(database, function, log, *arguments, echo=echo)
            # A file of its own: others may use the same name for their log at the same moment.
            descriptor, name = tempfile.mkstemp(suffix=f"-{log}", dir=settings.LOG)
            os.close(descriptor)
            request = {"arguments": ["--database", database, function, *arguments], "log": name}
            connection.sendall(f"{json.dumps(request)}\n".encode())
            code = connection.makefile().readline().strip()
        lines = Path(name).read_text(encoding="utf-8", errors="replace").splitlines()
        path = Path(name).replace(settings.LOG / log)
        if code != "0":
            shown = "\n".join(deque(lines, maxlen=15))
            raise Failure(f"{function} failed (code {code or 'unknown'}):\n{shown}\nlog: {path}")
        return lines


@contextmanager
def serving(odoo: Odoo, database: str) -> Iterator[ForkedOdoo]:
    """Start the server with the registry of a database; who calls before it is ready waits."""
    settings.LOG.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="order-hub-") as folder,
        socket.socket(socket.AF_UNIX) as listener,
        (settings.LOG / f"forked-{os.getpid()}.log").open("w") as log,
    ):
        address = f"{folder}/socket"
        listener.bind(address)
        listener.listen()
        process = subprocess.Popen(
            [settings.VENV_PYTHON, "-m", "tests.forked", database, str(listener.fileno())],
            env=odoo.variables(),
            cwd=settings.PROJECT,
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        listener.close()
        try:
            yield ForkedOdoo(odoo.tree, odoo.server, address)
        finally:
            process.terminate()
            process.wait()


def main(database: str, descriptor: int) -> None:
    """Serve until ended; in each fork, do the one call."""
    registry = open_registry(database)
    from odoo import sql_db
    from odoo.modules.registry import Registry

    registry.clear_all_caches()
    sql_db.close_all()
    # What is there now stays: no fork has to look through it, which would copy all its pages.
    gc.collect()
    gc.freeze()
    options = parse(_next_call(socket.socket(fileno=descriptor)))
    Registry.registries[options.database] = registry
    registry.db_name = options.database
    registry._db = sql_db.db_connect(options.database)
    call(options)
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking Odoo to pieces takes longer than most calls; everything is committed or printed.
    os._exit(0)


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
