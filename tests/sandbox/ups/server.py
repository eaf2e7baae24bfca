# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: tokens, the interface, and a control interface."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from ..base.server import BaseHandler, BaseSandbox
from ..base.store import Json
from . import faults, shipping, tracking
from .control import CONTROL, state
from .guard import Broken, check_headers, check_query
from .shipping import Refusal
from .store import CLIENT_ID, LIFETIME, Store

TOKEN = "/security/v1/oauth/token"
FORM = "application/x-www-form-urlencoded"
# Method and path of each operation, its query parameters.
ROUTES = (
    ("ship", "POST", r"/api/shipments/v2409/ship", ("additionaladdressvalidation",)),
    ("void", "DELETE", r"/api/shipments/v2409/void/cancel/([^/]+)", ("trackingnumber",)),
    ("recovery", "POST", r"/api/labels/v(?:1|1701|1903)/recovery", ()),
    ("rate", "POST", r"/api/rating/v2409/Rate", ("additionalinfo",)),
    (
        "track",
        "GET",
        r"/api/track/v1/details/([^/]+)",
        ("locale", "returnSignature", "returnMilestones", "returnPOD"),
    ),
)


class _Handler(BaseHandler):
    """The requests of one connection."""

    error_key = "error"
    half = faults.HALF
    before, after = faults.BEFORE, faults.AFTER
    commands = CONTROL
    refusals = (*BaseHandler.refusals, Refusal)

    def state(self) -> Json:
        """What the stand-in holds and has done."""
        with self.store.lock:
            return state(self.store)

    def obey(self, path: str, request: Json) -> Json:
        """Do what a test tells, while nobody else does anything."""
        with self.store.lock:
            return super().obey(path, request)

    def serve(self, url: SplitResult, body: bytes) -> None:
        """A token, or an operation."""
        name, argument, allowed = self._operation(url.path)
        if not name:
            self.refuse(404, "10404", "Resource not found")
            return
        self.store.requests.append(f"{self.command} {self.path}")
        fault = self.store.next_fault(name)
        if self.spoil(fault, self.before):
            return
        with self.store.lock:
            try:
                if name == "token":
                    content: Json = self._token(body)
                else:
                    self._check(name, parse_qsl(url.query, keep_blank_values=True), allowed)
                    content = self._do(name, argument, body)
                status = 200
            except Refusal as refusal:
                status, content = refusal.status, _errors(refusal.code, refusal.message)
            except Broken as broken:
                status, content = 400, _errors("9000000", f"Not as in UPS's file: {broken}")
        self.keep()
        self.conclude(fault, status, self._written(content))

    def _operation(self, path: str) -> tuple[str, str, tuple[str, ...]]:
        if path == TOKEN and self.command == "POST":
            return "token", "", ()
        for name, method, pattern, allowed in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == self.command:
                return name, unquote(found.group(1)) if found.groups() else "", allowed
        return "", "", ()

    def _token(self, body: bytes) -> Json:
        """Client credentials: the app says who it is by HTTP Basic, and what it wants by a form."""
        if (self.headers.get("Content-Type") or "").split(";")[0] != FORM:
            raise Refusal("10400", f"the content type must be {FORM}")
        if dict(parse_qsl(body.decode())) != {"grant_type": "client_credentials"}:
            raise Refusal("10400", "Invalid grant_type")
        kind, _space, told = (self.headers.get("Authorization") or "").partition(" ")
        try:
            user, _colon, secret = base64.b64decode(told, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = secret = ""
        if kind != "Basic" or user != CLIENT_ID or secret not in self.store.secrets:
            raise Refusal("10401", "ClientId is Invalid", 401)
        return {
            "token_type": "Bearer",
            "issued_at": str(int(self.store.moment() * 1000)),
            "client_id": CLIENT_ID,
            "access_token": self.store.grant(),
            "expires_in": str(LIFETIME),
            "status": "approved",
        }

    def _check(self, name: str, pairs: list[tuple[str, str]], allowed: tuple[str, ...]) -> None:
        """The rights, the headers and the parameters of a request."""
        kind, _space, token = (self.headers.get("Authorization") or "").partition(" ")
        if kind != "Bearer" or not self.store.is_granted(token):
            raise Refusal("250002", "Invalid Authentication Information.", 401)
        check_headers(self.headers, needed=name == "track")
        check_query(pairs, frozenset(allowed))

    def _do(self, name: str, argument: str, body: bytes) -> Json:
        if name == "void":
            return shipping.void(self.store, argument)
        if name == "track":
            return tracking.track(self.store, argument)
        if (self.headers.get("Content-Type") or "").split(";")[0] != "application/json":
            raise Broken("the content type must be application/json")
        try:
            content = json.loads(body)
        except ValueError as error:
            raise Broken(f"no JSON: {error}") from error
        work = {"ship": shipping.ship, "recovery": shipping.recover, "rate": shipping.rate}
        return work[name](self.store, content)

    def _written(self, content: Json) -> bytes:
        text = json.dumps(content)
        if self.store.noise:
            text = re.sub(r'("(?:Code|Description|TrackingNumber)": ")', r"\1&#xD;&#xD;", text)
        return text.encode()

    def refuse(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        """Say what is wrong as UPS does."""
        self.answer(status, _errors(code, message), headers)


def _errors(code: str, message: str) -> Json:
    return {"response": {"errors": [{"code": code, "message": message}]}}


class Sandbox(BaseSandbox):
    """The stand-in on a thread of this process; a context manager for tests."""

    handler = _Handler

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        super().__init__(store or Store(), **options)
