# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around a stand-in: its life, its control interface, and how answers leave or are lost."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import SplitResult, urlsplit

from . import faults
from .control import Command
from .faults import Fault
from .store import BaseStore, Json


class BaseSandbox:
    """The stand-in on a thread of this process; a context manager for tests."""

    handler: type[BaseHandler]

    def __init__(
        self,
        store: BaseStore,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        state_file: Path | None = None,
    ) -> None:
        self.store: Any = store
        self.host, self.port, self.state_file = host, port, state_file
        self._open()

    def _open(self) -> None:
        """Take the port; the first time any free one may be taken."""
        self.server = ThreadingHTTPServer((self.host, self.port), self.handler)
        self.server.daemon_threads = True
        self.server.sandbox = self  # type: ignore[attr-defined]
        self.port = self.server.server_address[1]
        self.url = self.store.url = f"http://{self.host}:{self.port}"
        # The server looks so often whether it is to stop: tests stop hundreds.
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> Any:
        """Serve in the background."""
        self.thread.start()
        return self

    def restart(self) -> None:
        """Stop, forget what is in memory, and go on from the file at the same address.

        What is under way gets no answer, whether its work has come into the file or not.
        """
        assert self.state_file
        with self.store.lock:
            self.store.save(self.state_file)
            self.store.closed = True
        self.stop()
        self.store = self.store.load(self.state_file)
        self._open()
        self.start()

    def stop(self) -> None:
        """Close the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def __enter__(self) -> Any:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class BaseHandler(BaseHTTPRequestHandler):
    """The requests of one connection; the vendor's handler says how they are served."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet: no wait for the other side's delayed answer.
    wbufsize = -1
    disable_nagle_algorithm = True

    # How the vendor names what is wrong, how an answer of it begins, and its faults.
    error_key: str
    half: bytes
    before: dict[str, Fault]
    after: dict[str, Fault]
    # Control: commands by path, and what they raise where a request makes no sense.
    commands: dict[str, Command]
    refusals: tuple[type[Exception], ...] = (KeyError, ValueError, TypeError)

    def state(self) -> Json:
        """What the stand-in holds and has done, for tests and health checks."""
        raise NotImplementedError

    def serve(self, url: SplitResult, body: bytes) -> None:
        """Answer a request to the vendor."""
        raise NotImplementedError

    def setup(self) -> None:
        """A connection stays with the store it was opened to, also over a restart."""
        super().setup()
        self.sandbox = self.server.sandbox  # type: ignore[attr-defined]
        self.store = self.sandbox.store

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay silent: the only line on the output says that the server is ready."""

    def route(self) -> None:
        """State of the stand-in, control, or the vendor's."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if self.store.closed:
            faults.drop(self, {})
        elif url.path == "/sandbox/state" and self.command == "GET":
            self.answer(200, self.state())
        elif url.path in self.commands and self.command == "POST":
            self._control(url.path, body)
        else:
            self.serve(url, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = route

    def _control(self, path: str, body: bytes) -> None:
        try:
            content = self.obey(path, json.loads(body or b"{}"))
        except self.refusals as error:
            self.answer(400, {"error": f"{type(error).__name__}: {error}"})
            return
        self.keep()
        self.answer(200, content)

    def obey(self, path: str, request: Json) -> Json:
        """Do what a test tells."""
        return self.commands[path](self.store, request)

    def keep(self) -> None:
        """Write the state where it has to survive a restart."""
        if self.sandbox.state_file and not self.store.closed:
            self.store.save(self.sandbox.state_file)

    # Answers

    def spoil(self, fault: Json | None, kinds: dict[str, Fault]) -> bool:
        """Let the fault do its harm if it is of these kinds; true where that was the answer."""
        harm = kinds.get(fault["kind"]) if fault else None
        return harm is not None and harm(self, fault)

    def conclude(
        self, fault: Json | None, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        """Answer what was done, unless a fault or a restart loses the answer."""
        if self.store.closed:
            faults.drop(self, {})
        elif not self.spoil(fault, self.after):
            self.send(status, body, headers)

    def answer(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        """An answer as JSON."""
        self.send(status, json.dumps(content).encode(), headers)

    def send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        announced: int | None = None,
        kind: str = "application/json; charset=utf-8",
    ) -> None:
        """An answer; half a one if more is announced than there is."""
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) if announced is None else announced))
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
