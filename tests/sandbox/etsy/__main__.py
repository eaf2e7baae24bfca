# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Start the stand-in from the command line; prints one line when it is ready."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from .samples import default_receipts, load_receipts
from .server import Sandbox
from .store import Store


def _store(arguments: argparse.Namespace) -> Store:
    """The state of the last time, or a new shop."""
    if arguments.state and arguments.state.exists():
        return Store.load(arguments.state)
    return Store(load_receipts(arguments.receipts) if arguments.receipts else default_receipts())


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox.etsy")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--receipts", type=Path, help="a page of receipts as JSON")
    parser.add_argument("--state", type=Path, help="a file that keeps the state over a restart")
    arguments = parser.parse_args()
    try:
        sandbox = Sandbox(
            _store(arguments), port=arguments.port, host=arguments.host, state_file=arguments.state
        )
        sandbox.start()
    except (OSError, json.JSONDecodeError, KeyError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    print(f"ready {sandbox.url}", flush=True)
    stopped.wait()
    sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
