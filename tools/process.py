"""Background processes: start them detached, know whether they live, stop them."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import settings

STOP_SECONDS = 30


def start(name: str, command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Start a process that outlives us; id in `.local/<name>.pid`, output in the log."""
    settings.LOG.mkdir(parents=True, exist_ok=True)
    with (settings.LOG / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=settings.PROJECT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pid_file(name).write_text(str(child.pid))
    return child.pid


def pid_file(name: str) -> Path:
    """Return the file with the process id."""
    return settings.LOCAL / f"{name}.pid"


def running(name: str, marker: str) -> int | None:
    """Return the id of the process in the pid file, if it lives and its command has `marker`."""
    try:
        pid = int(pid_file(name).read_text())
    except (OSError, ValueError):
        return None
    return pid if _is_alive(pid, marker) else None


def stop_named(name: str, marker: str) -> bool:
    """Stop the process of a pid file; tell whether it was running."""
    pid = running(name, marker)
    stopped = pid is not None and stop(pid, marker)
    pid_file(name).unlink(missing_ok=True)
    return stopped


def stop(pid: int, marker: str, first: signal.Signals = signal.SIGTERM) -> bool:
    """Ask a process to end, force it if it does not; tell whether it was running."""
    if not _is_alive(pid, marker):
        return False
    os.kill(pid, first)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_alive(pid, marker) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _is_alive(pid, marker):
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
    return True


def _is_alive(pid: int, marker: str) -> bool:
    """Tell whether a process lives (a zombie does not) and is the one that was meant."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    # For an instant after its start a process has no command line yet.
    return state != "Z" and (not command or marker in command)
