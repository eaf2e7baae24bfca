# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: tokens, shipping, returns, tracking, and a control interface."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import SplitResult, parse_qsl

from ..base import faults as base
from ..base.control import Command, commands
from ..base.server import BaseHandler, BaseSandbox
from . import guard, operations
from .store import API_KEY, PASSWORD, USERNAME, Json, Store

HALF = b'{"status": {"title": "OK", "statusCode": 200}, "items": [{"shipmentNo": "0034'


def expire_tokens(handler: Any, _fault: Json) -> bool:
    """Every token ends now; the request itself is served, and fails on that."""
    handler.store.tokens.clear()
    return False


def slow(_handler: Any, fault: Json) -> bool:
    """It takes its time."""
    time.sleep(float(fault.get("seconds", 1)))
    return False


def positions(_handler: Any, _fault: Json) -> bool:
    """Some shipments of a request fail; that is for the operation."""
    return False


BEFORE = base.BEFORE | {
    "expire_tokens": expire_tokens,
    "slow": slow,
    "refuse": positions,
    "fail": positions,
}
AFTER = base.AFTER


def event(store: Store, request: Json) -> Json:
    """Something happens to a parcel."""
    return store.add_event(request.pop("number"), **request)


def delete(store: Store, request: Json) -> Json:
    """Somebody deletes a shipment in the portal."""
    return {"problem": store.delete(request["number"])}


CONTROL: dict[str, Command] = {
    **commands((*BEFORE, *AFTER)),
    "/sandbox/event": event,
    "/sandbox/delete": delete,
}


class _Handler(BaseHandler):
    """The requests of one connection."""

    error_key = "title"
    half = HALF
    before, after = BEFORE, AFTER
    commands = CONTROL

    def state(self) -> Json:
        """What the stand-in holds and has done."""
        store = self.store
        return {
            "shipments": len(store.shipments),
            "living": store.living(),
            "cost": store.cost(),
            "effects": len(store.effects),
            "requests": len(store.requests),
        }

    def serve(self, url: SplitResult, body: bytes) -> None:
        """One request to DHL."""
        pairs = parse_qsl(url.query, keep_blank_values=True)
        short = url.path.removeprefix(operations.SHIPPING)
        operation = operations.OPERATIONS.get((self.command, short))
        if url.path == operations.TOKEN and self.command == "POST":
            self._do("token", lambda _fault: self._token(body))
        elif operation and url.path.startswith(operations.SHIPPING):
            name, work = operation
            self._do(name, lambda fault: self._ship(short, pairs, body, work, fault))
        elif url.path == operations.RETURNS and self.command == "POST":
            self._do("return", lambda fault: self._return(pairs, body, fault))
        elif url.path == operations.TRACKING and self.command == "GET":
            self._do("track", lambda _fault: self._track(url.query))
        else:
            self.answer(404, {"title": "Not Found", "status": 404})

    def _do(self, name: str, work: Any) -> None:
        """Serve a request, or spoil it, and lose its answer where a fault says so."""
        fault = self.store.next_fault(name)
        self.store.requests.append(name)
        if self.spoil(fault, self.before):
            return
        try:
            with self.store.lock:
                status, content = work(fault)
        except (guard.Invalid, json.JSONDecodeError) as error:
            text = f"Invalid request: {error}"
            self.store.violations.append(text)
            status, content = 400, {"status": operations.status(400, text), "detail": text}
        self.keep()
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.conclude(fault, status, body)

    def _refused(self) -> tuple[int, Json]:
        text = "The credentials you provided are invalid."
        return 401, {"title": "Unauthorized", "status": 401, "detail": text}

    def _is_let_in(self) -> bool:
        """By a token, or by API key and user."""
        rights = self.headers.get("Authorization") or ""
        if rights.startswith("Bearer "):
            return self.store.is_valid(rights.removeprefix("Bearer "))
        known = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        return self.headers.get("dhl-api-key") == API_KEY and rights == f"Basic {known}"

    def _token(self, body: bytes) -> tuple[int, Json]:
        wanted = {
            "grant_type": "password",
            "username": USERNAME,
            "password": PASSWORD,
            "client_id": API_KEY,
        }
        form = dict(parse_qsl(body.decode()))
        secret = form.pop("client_secret", "")
        if form != wanted or secret not in self.store.secrets:
            return self._refused()
        return 200, self.store.grant()

    def _ship(
        self, path: str, pairs: list[tuple[str, str]], body: bytes, work: Any, fault: Json | None
    ) -> tuple[int, Json]:
        if not self._is_let_in():
            return self._refused()
        guard.shipping().parameters(self.command.lower(), path, pairs)
        told: tuple[int, Json] = work(self.store, pairs, body, fault)
        return told

    def _return(
        self, pairs: list[tuple[str, str]], body: bytes, fault: Json | None
    ) -> tuple[int, Json]:
        if not self._is_let_in():
            return self._refused()
        guard.returns().parameters("post", "/orders", pairs)
        told: tuple[int, Json] = operations.return_label(self.store, pairs, body, fault)
        return told

    def _track(self, query: str) -> tuple[int, Any]:
        known = base64.b64encode(f"{API_KEY}:{self.store.secrets[-1]}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            return self._refused()
        return operations.track(self.store, query)


class Sandbox(BaseSandbox):
    """The stand-in on a thread of this process; a context manager for tests."""

    handler = _Handler

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        super().__init__(store or Store(), **options)
