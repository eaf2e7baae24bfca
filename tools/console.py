"""What the user sees: steps with their time, progress, failures with a clear message."""

import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import settings

PROGRESS_SECONDS = 8


class Failure(Exception):
    """Something the user has to know or mend; the message says what, and what to do."""


def say(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print an error, continuation lines indented below the first."""
    first, *rest = text.strip().splitlines()
    sys.stderr.write("\n".join([f"error: {first}", *(f"       {line}" for line in rest)]) + "\n")
    sys.stderr.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say how long it took once it is done."""
    say(f"==> {title}")
    start = time.monotonic()
    yield
    seconds = time.monotonic() - start
    if seconds >= 1:
        say(f"    done in {seconds:.0f} s")


def run_logged(
    command: Sequence[str | Path],
    log: str,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = settings.PROJECT,
    progress: Callable[[str], str | None] = lambda line: None,
    echo: bool = False,
) -> list[str]:
    """Run a long command, keep its output in `.local/log/<log>`, show where it is.

    `progress` turns an output line into a short text for the user, or None. With `echo` the
    output is shown as it comes. Returns the output lines; a Failure shows the last of them.
    """
    settings.LOG.mkdir(parents=True, exist_ok=True)
    path = settings.LOG / log
    lines: list[str] = []
    with path.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            _follow(process, sink, lines, progress, echo)
            code = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=30)
    if code:
        shown = "\n".join(deque(lines, maxlen=15))
        raise Failure(f"{Path(command[0]).name} failed (code {code}):\n{shown}\nwhole log: {path}")
    return lines


def _follow(process, sink, lines, progress, echo) -> None:
    """Copy the output of a process to its log and tell the user of its progress now and then."""
    start = told = time.monotonic()
    for raw in process.stdout:
        sink.write(raw)
        line = raw.rstrip("\n")
        lines.append(line)
        if echo:
            say(line)
            continue
        text = progress(line)
        if text and time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            say(f"    {told - start:3.0f} s  {text}")
