# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: consent, tokens, the interface, and a control interface."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from ..base.server import BaseHandler, BaseSandbox
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


class _Handler(BaseHandler):
    """The requests of one connection."""

    error_key = "error"
    half = faults.HALF
    before, after = faults.BEFORE, faults.AFTER
    commands = CONTROL
    refusals = (*BaseHandler.refusals, Refusal)

    def state(self) -> Json:
        """What the stand-in holds and has done."""
        return state(self.store)

    def obey(self, path: str, request: Json) -> Json:
        """Do what a test tells, while nobody else does anything."""
        with self.store.lock:
            return super().obey(path, request)

    def serve(self, url: SplitResult, body: bytes) -> None:
        """Consent, tokens, or the interface."""
        pairs = parse_qsl(url.query, keep_blank_values=True)
        if url.path.startswith(APPLICATION):
            self._application(url.path, pairs, body)
        elif url.path == TOKEN and self.command == "POST":
            self._token(body)
        elif url.path == CONSENT and self.command in ("GET", "POST"):
            self._consent(dict(pairs), body)
        else:
            self.answer(404, {"error": "Resource not found"})

    # Consent and tokens

    def _consent(self, query: dict[str, str], body: bytes) -> None:
        with self.store.lock:
            answer = consent.respond(self.store, query, dict(parse_qsl(body.decode())))
        self.keep()
        head = {"Location": answer.location} if answer.location else None
        self.send(answer.status, answer.page.encode(), head, kind="text/html; charset=utf-8")

    def _token(self, body: bytes) -> None:
        fault = self.store.next_fault("token")
        if self.spoil(fault, self.before):
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
        self.keep()
        self.conclude(fault, status, json.dumps(content).encode())

    # The interface

    def _application(self, path: str, pairs: list[tuple[str, str]], body: bytes) -> None:
        head: dict[str, str] = {}
        fault: Json | None = None
        try:
            operation = self.sandbox.guard.find(self.command, path)
            self.store.requests.append(f"{self.command} {self.path}")
            fault = self.store.next_fault(operation.name)
            if self.spoil(fault, self.before):
                return
            with self.store.lock:
                status, content = self._serve(operation, path, pairs, body, head)
            if operation.name in WRITING:
                self.keep()
        except Refusal as refusal:
            status, content = refusal.status, json.dumps(refusal.content).encode()
            if isinstance(refusal, TooMany) and self.store.limits.retry_after:
                head["retry-after"] = str(refusal.retry_after)
        self.conclude(fault, status, content, head)

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


class Sandbox(BaseSandbox):
    """The stand-in on a thread of this process; a context manager for tests."""

    handler = _Handler

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        self.guard = guard()
        super().__init__(store or Store(default_receipts()), **options)
