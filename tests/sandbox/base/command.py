# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Start a stand-in from the command line; prints one line when it is ready."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from .server import BaseSandbox
from .store import BaseStore


def main(
    sandbox_class: type[BaseSandbox], content: str, new_store: Callable[[Path | None], BaseStore]
) -> int:
    """Serve until stopped: the state of the last time, or a shop with this content."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {sandbox_class.__module__.rpartition('.')[0]}"
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(f"--{content}", type=Path, help=f"a page of {content} as JSON")
    parser.add_argument("--state", type=Path, help="a file that keeps the state over a restart")
    options = vars(parser.parse_args())
    path, state = options.pop(content), options.pop("state")
    try:
        store = BaseStore.load(state) if state and state.exists() else new_store(path)
        sandbox = sandbox_class(store, state_file=state, **options)
    except (OSError, json.JSONDecodeError, KeyError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with sandbox:
        print(f"ready {sandbox.url}", flush=True)
        stopped.wait()
    return 0
