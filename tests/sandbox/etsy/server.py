# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: consent, tokens, the interface, and a control interface."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import consent, faults
from .answers import Json, Refusal
from .control import CONTROL, state
from .guard import FORM, Operation, Violation, guard
from .limits import TooMany
from .operations import OPERATIONS, WRITING
from .samples import default_receipts
from .store import Store

TOKEN = "/v3/public/oauth/token"
CONSENT = "/oauth/connect"
APPLICATION = "/v3/application/"


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
        self.store = store or Store(default_receipts())
        self.host, self.port, self.state_file = host, port, state_file
        self.guard = guard()
        self._open()

    def _open(self) -> None:
        """Take the port; the first time any free one may be taken."""
        self.server = ThreadingHTTPServer((self.host, self.port), _Handler)
        self.server.daemon_threads = True
        self.server.sandbox = self  # type: ignore[attr-defined]
        self.port = self.server.server_address[1]
        self.url = f"http://{self.host}:{self.port}"
        # The server looks so often whether it is to stop: tests stop hundreds.
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> Sandbox:
        """Serve in the background."""
        self.thread.start()
        return self

    def restart(self) -> None:
        """Stop, forget what is in memory, and go on from the file at the same address."""
        assert self.state_file
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
    def sandbox(self) -> Sandbox:
        """The stand-in this request came to."""
        return self.server.sandbox  # type: ignore[attr-defined]

    @property
    def store(self) -> Store:
        """State shared by all requests."""
        return self.sandbox.store

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay silent: the only line on the output says that the server is ready."""

    def do_GET(self) -> None:
        """State of the stand-in, consent, or the interface."""
        self._route()

    def do_POST(self) -> None:
        """Token, decision on consent, control, or the interface."""
        self._route()

    def do_PUT(self) -> None:
        """The interface."""
        self._route()

    def do_PATCH(self) -> None:
        """The interface."""
        self._route()

    def do_DELETE(self) -> None:
        """The interface."""
        self._route()

    def _route(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        if parts.path.startswith(APPLICATION):
            self._application(parts.path, pairs, body)
        elif parts.path == TOKEN and self.command == "POST":
            self._token(body)
        elif parts.path == CONSENT:
            self._consent(dict(pairs), body)
        elif parts.path == "/sandbox/state" and self.command == "GET":
            self.answer(200, state(self.store))
        elif parts.path in CONTROL and self.command == "POST":
            self._control(parts.path, body)
        else:
            self.answer(404, {"error": "Resource not found"})

    # Consent and tokens

    def _consent(self, query: dict[str, str], body: bytes) -> None:
        with self.store.lock:
            answer = consent.respond(self.store, query, dict(parse_qsl(body.decode())))
        self._keep()
        head = {"Location": answer.location} if answer.location else None
        self.send(answer.status, answer.page.encode(), head, kind="text/html; charset=utf-8")

    def _token(self, body: bytes) -> None:
        fault = self.store.next_fault("token")
        kind = fault["kind"] if fault else ""
        if kind in faults.BEFORE and faults.BEFORE[kind](self, fault):
            return
        with self.store.lock:
            self.store.requests.append(f"POST {TOKEN}")
            try:
                if (self.headers.get("Content-Type") or "").split(";")[0] != FORM:
                    raise Refusal(400, "invalid_request", f"the content type must be {FORM}")
                form = dict(parse_qsl(body.decode()))
                status, content = 200, self.store.authority.token(form, self.store.moment())
            except Refusal as refusal:
                status, content = refusal.status, refusal.content
        self._keep()
        if kind in faults.AFTER:
            faults.AFTER[kind](self, fault)
        else:
            self.answer(status, content)

    # The interface

    def _application(self, path: str, pairs: list[tuple[str, str]], body: bytes) -> None:
        head: dict[str, str] = {}
        fault: Json | None = None
        try:
            operation = self.sandbox.guard.find(self.command, path)
            self.store.requests.append(f"{self.command} {self.path}")
            fault = self.store.next_fault(operation.name)
            before = faults.BEFORE.get(fault["kind"]) if fault else None
            if before and before(self, fault):
                return
            with self.store.lock:
                status, content = self._serve(operation, path, pairs, body, head)
            if operation.name in WRITING:
                self._keep()
        except Refusal as refusal:
            status, content = refusal.status, json.dumps(refusal.content).encode()
            if isinstance(refusal, TooMany) and self.store.limits.retry_after:
                head["retry-after"] = str(refusal.retry_after)
        if fault and fault["kind"] in faults.AFTER:
            faults.AFTER[fault["kind"]](self, fault)
        else:
            self.send(status, content, head)

    def _serve(
        self,
        operation: Operation,
        path: str,
        pairs: list[tuple[str, str]],
        body: bytes,
        head: dict[str, str],
    ) -> tuple[int, bytes]:
        """Judge the request, do it, and judge the answer."""
        self._check_key()
        limits, moment = self.store.limits, self.store.moment()
        try:
            limits.take(moment)
        finally:
            head.update(limits.headers(moment))
        if operation.needs_token:
            self._check_token(operation)
        kind = self.headers.get("Content-Type") or ""
        call = self.sandbox.guard.request(self.command, path, pairs, body, kind)
        if operation.name not in OPERATIONS:
            raise Refusal(501, f"The stand-in does not serve {operation.name}")
        try:
            status, content = 200, OPERATIONS[operation.name](self.store, call)
        except Refusal as refusal:
            status, content = refusal.status, refusal.content
        except Exception:
            self.store.violations.append(traceback.format_exc())
            raise
        answer = json.dumps(content).encode()
        try:
            self.sandbox.guard.answer(call, status, answer)
        except Violation as violation:
            self.store.violations.append(str(violation))
            print(violation, file=sys.stderr)
            return 500, json.dumps({"error": f"Etsy's file is broken: {violation}"}).encode()
        return status, answer

    def _check_key(self) -> None:
        """``x-api-key: keystring:shared_secret``, as Etsy wants it since February 2026."""
        key, colon, secret = (self.headers.get("x-api-key") or "").partition(":")
        if not key:
            raise Refusal(403, "Missing x-api-key header or client_id.")
        if not colon:
            raise Refusal(403, "Shared secret is required in x-api-key header.")
        if key != self.store.authority.client_id or secret not in self.store.secrets:
            text = "Invalid API key: should be in the format 'keystring:shared_secret'."
            raise Refusal(403, text)

    def _check_token(self, operation: Operation) -> None:
        header = self.headers.get("Authorization") or ""
        granted = self.store.authority.scopes_of(header, self.store.moment())
        if not operation.scopes <= granted:
            raise Refusal(403, "insufficient_scope", "Insufficient scope")

    # Control and answers

    def _control(self, path: str, body: bytes) -> None:
        try:
            with self.store.lock:
                content = CONTROL[path](self.store, json.loads(body or b"{}"))
        except (KeyError, ValueError, TypeError, Refusal) as error:
            self.answer(400, {"error": f"{type(error).__name__}: {error}"})
            return
        self._keep()
        self.answer(200, content)

    def _keep(self) -> None:
        """Write the state where it has to survive a restart."""
        if self.sandbox.state_file:
            self.store.save(self.sandbox.state_file)

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
