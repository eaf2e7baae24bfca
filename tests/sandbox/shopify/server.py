# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: token, GraphQL, and a control interface for tests."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import faults
from .answers import Json
from .control import CONTROL, state
from .execution import run
from .store import CLIENT_ID, TOKEN_LIFETIME, Store, default_orders

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
RESULT = re.compile(r"^/sandbox/bulk/(\d+)\.jsonl$")
GRAPHQL = re.compile(r"^/admin/api/(\d{4}-\d{2}|unstable)/graphql\.json$")


class Sandbox:
    """The stand-in on a thread of this process; a context manager for tests."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        state_file: Path | None = None,
    ) -> None:
        self.store = store or Store(*default_orders())
        self.host, self.port, self.state_file = host, port, state_file
        # Told the caller's port by faults that kill whoever asks.
        self.on_kill: Callable[[int], None] = lambda port: None
        self._open()

    def _open(self) -> None:
        """Take the port; the first time any free one may be taken."""
        self.server = ThreadingHTTPServer((self.host, self.port), _Handler)
        self.server.daemon_threads = True
        self.server.store = self.store  # type: ignore[attr-defined]
        self.server.state_file = self.state_file  # type: ignore[attr-defined]
        self.server.sandbox = self  # type: ignore[attr-defined]
        self.port = self.server.server_address[1]
        self.url = self.store.url = f"http://{self.host}:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> Sandbox:
        """Serve in the background."""
        self.thread.start()
        return self

    def restart(self) -> None:
        """Stop, forget what is in memory, and go on from the file at the same address.

        What is under way gets no answer, whether its work has come into the file or not.
        """
        assert self.state_file
        with self.store.lock:
            self.store.closed = True
            self.store.save(self.state_file)
        self.stop()
        self.store = Store.load(self.state_file)
        self._open()
        self.start()

    def stop(self) -> None:
        """Close the port."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(timeout=5)

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet: no wait for the other side's delayed answer.
    wbufsize = -1
    disable_nagle_algorithm = True

    @property
    def state_file(self) -> Path | None:
        """Where the state is kept over a restart."""
        return self.server.state_file  # type: ignore[attr-defined]

    @property
    def store(self) -> Store:
        """State shared by all requests."""
        return self.server.store  # type: ignore[attr-defined]

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay silent: the only line on the output says that the server is ready."""

    def do_GET(self) -> None:
        """State of the stand-in, for tests and health checks."""
        path = urlsplit(self.path).path
        if path == "/sandbox/state":
            self.answer(200, state(self.store))
        elif (match := RESULT.match(path)) and match.group(1) in self.store.files:
            self.send(200, self.store.files[match.group(1)])
        else:
            self.answer(404, {"errors": "Not Found"})

    def do_POST(self) -> None:
        """Token, GraphQL or control."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        if path == "/admin/oauth/access_token":
            self._token(body)
        elif match := GRAPHQL.match(path):
            self._graphql(match.group(1), body)
        elif path in CONTROL:
            self._control(path, body)
        else:
            self.answer(404, {"errors": "Not Found"})

    def _token(self, body: bytes) -> None:
        fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        if fields.get("grant_type") != "client_credentials":
            self.answer(400, {"error": "unsupported_grant_type"})
        elif fields.get("client_id") != CLIENT_ID or not self._secret_known(fields):
            self.answer(401, {"error": "invalid_client"})
        else:
            content = {
                "access_token": self.store.grant_token(),
                "scope": ",".join(sorted(self.store.scopes)),
                "expires_in": TOKEN_LIFETIME,
            }
            self.answer(200, content)

    def _secret_known(self, fields: dict[str, str]) -> bool:
        return fields.get("client_secret") in self.store.secrets

    def _graphql(self, version: str, body: bytes) -> None:
        served = self._served_version(version)
        if self.store.closed:
            faults.drop(self, {})
            return
        if not served:
            self.answer(404, {"errors": "Not Found"})
            return
        self.store.requests.append(self.path)
        fault = self.store.next_fault(body.decode(errors="replace"))
        kind = fault["kind"] if fault else ""
        if kind in faults.BEFORE and faults.BEFORE[kind](self, fault):
            return
        head = {"X-Shopify-API-Version": served}
        if not self.store.token_valid(self.headers.get("X-Shopify-Access-Token") or ""):
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            self.answer(401, {"errors": text}, head)
            return
        try:
            request = json.loads(body)
            query, variables = request["query"], request.get("variables") or {}
        except (ValueError, KeyError, TypeError):
            self.answer(400, {"errors": "Required parameter missing or invalid"}, head)
            return
        content = run(self.store, query, variables)
        if self.store.closed:
            faults.drop(self, {})
            return
        if self.state_file and "mutation" in query:
            self.store.save(self.state_file)
        if kind in faults.AFTER:
            faults.AFTER[kind](self, fault)
        else:
            self.answer(200, content, head)

    @staticmethod
    def _served_version(version: str) -> str:
        """Requests to a version that has ended are served by the oldest one alive."""
        if version in VERSIONS or version == "unstable":
            return version
        return VERSIONS[0] if version < VERSIONS[0] else ""

    def _control(self, path: str, body: bytes) -> None:
        try:
            content = CONTROL[path](self.store, json.loads(body or b"{}"))
        except (KeyError, ValueError, TypeError, StopIteration) as error:
            self.answer(400, {"error": f"{type(error).__name__}: {error}"})
            return
        if self.state_file:
            self.store.save(self.state_file)
        self.answer(200, content)

    def answer(self, status: int, content: Json, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(content).encode(), headers)

    def send(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        announced: int | None = None,
    ) -> None:
        """An answer; half a one if more is announced than there is."""
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body) if announced is None else announced))
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
