# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""`python -m tests.hosts.keep PROGRAM...`: a program that is started again whenever it ends.

As a container's `restart: unless-stopped` and systemd's `Restart=always` do it: what the program
has left behind is killed first, then there is a pause. Odoo's main process ends when it starts a
worker and cannot reach its database server.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

PAUSE = 5  # seconds


def keep(command: list[str]) -> None:
    """Run it for good."""
    while True:
        process = subprocess.Popen(command, start_new_session=True)
        process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(PAUSE)


if __name__ == "__main__":
    keep(sys.argv[1:])
