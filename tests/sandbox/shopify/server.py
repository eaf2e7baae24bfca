# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: token, GraphQL, and a control interface for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, parse_qs

from ..base.server import BaseHandler, BaseSandbox
from . import faults
from .answers import Json
from .control import CONTROL, state
from .execution import run
from .store import CLIENT_ID, TOKEN_LIFETIME, Store, default_orders

TOKEN = "/admin/oauth/access_token"
VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
RESULT = re.compile(r"^/sandbox/bulk/(\d+)\.jsonl$")
GRAPHQL = re.compile(r"^/admin/api/(\d{4}-\d{2}|unstable)/graphql\.json$")


class _Handler(BaseHandler):
    """The requests of one connection."""

    error_key = "errors"
    half = faults.HALF
    before, after = faults.BEFORE, faults.AFTER
    commands = CONTROL
    refusals = (*BaseHandler.refusals, StopIteration)

    def state(self) -> Json:
        """What the stand-in holds and has done."""
        return state(self.store)

    def serve(self, url: SplitResult, body: bytes) -> None:
        """Token, GraphQL, or what a bulk operation has written."""
        version, result = GRAPHQL.match(url.path), RESULT.match(url.path)
        if self.command == "POST" and url.path == TOKEN:
            self._token(body)
        elif self.command == "POST" and version:
            self._graphql(version.group(1), body)
        elif self.command == "GET" and result and result.group(1) in self.store.files:
            self.send(200, self.store.files[result.group(1)])
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
        if not served:
            self.answer(404, {"errors": "Not Found"})
            return
        self.store.requests.append(self.path)
        fault = self.store.next_fault(body.decode(errors="replace"))
        if self.spoil(fault, self.before):
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
        if "mutation" in query:
            self.keep()
        self.conclude(fault, 200, json.dumps(content).encode(), head)

    @staticmethod
    def _served_version(version: str) -> str:
        """Requests to a version that has ended are served by the oldest one alive."""
        if version in VERSIONS or version == "unstable":
            return version
        return VERSIONS[0] if version < VERSIONS[0] else ""


class Sandbox(BaseSandbox):
    """The stand-in on a thread of this process; a context manager for tests."""

    handler = _Handler

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        # Told the caller's port by faults that kill whoever asks.
        self.on_kill: Callable[[int], None] = lambda port: None
        super().__init__(store or Store(*default_orders()), **options)
