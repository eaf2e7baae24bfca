# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""HTTP around the stand-in: token, GraphQL, and a control interface for tests."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import webhooks
from .execution import run, throttled
from .store import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_LIFETIME,
    Json,
    Store,
    default_orders,
)

VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")
GRAPHQL = re.compile(r"^/admin/api/(\d{4}-\d{2}|unstable)/graphql\.json$")


class Sandbox:
    """The stand-in on a thread of this process; a context manager for tests."""

    def __init__(
        self, store: Store | None = None, *, port: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self.store = store or Store(*default_orders())
        self.server = ThreadingHTTPServer((host, port), _Handler)
        self.server.daemon_threads = True
        self.server.store = self.store  # type: ignore[attr-defined]
        self.url = f"http://{host}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self) -> Sandbox:
        """Serve in the background."""
        self.thread.start()
        return self

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
    def store(self) -> Store:
        """State shared by all requests."""
        return self.server.store  # type: ignore[attr-defined]

    def log_message(self, format: str, *arguments: Any) -> None:
        """Stay silent: the only line on the output says that the server is ready."""

    def do_GET(self) -> None:
        """State of the stand-in, for tests and health checks."""
        if urlsplit(self.path).path == "/sandbox/state":
            self._answer(
                200, {"orders": len(self.store.orders), "requests": len(self.store.requests)}
            )
        else:
            self._answer(404, {"errors": "Not Found"})

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
            self._answer(404, {"errors": "Not Found"})

    def _token(self, body: bytes) -> None:
        fields = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        if fields.get("grant_type") != "client_credentials":
            self._answer(400, {"error": "unsupported_grant_type"})
        elif (fields.get("client_id"), fields.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self._answer(401, {"error": "invalid_client"})
        else:
            content = {
                "access_token": self.store.grant_token(),
                "scope": ",".join(sorted(self.store.scopes)),
                "expires_in": TOKEN_LIFETIME,
            }
            self._answer(200, content)

    def _graphql(self, version: str, body: bytes) -> None:
        served = self._served_version(version)
        if not served:
            self._answer(404, {"errors": "Not Found"})
            return
        self.store.requests.append(self.path)
        fault = self.store.next_fault()
        if fault and FAULTS[fault["kind"]](self, fault):
            return
        head = {"X-Shopify-API-Version": served}
        if not self.store.token_valid(self.headers.get("X-Shopify-Access-Token") or ""):
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            self._answer(401, {"errors": text}, head)
            return
        try:
            request = json.loads(body)
            query, variables = request["query"], request.get("variables") or {}
        except (ValueError, KeyError, TypeError):
            self._answer(400, {"errors": "Required parameter missing or invalid"}, head)
            return
        self._answer(200, run(self.store, query, variables), head)

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
            self._answer(400, {"error": f"{type(error).__name__}: {error}"})
            return
        self._answer(200, content)

    def _answer(self, status: int, content: Json, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(content).encode(), headers)

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    # Faults answer in place of the interface and say whether they did.

    def fault_status(self, fault: Json) -> bool:
        """An HTTP status instead of an answer."""
        status = int(fault.get("status", 500))
        head = {"Retry-After": str(fault.get("retry_after", 0))} if status == 429 else {}
        self._answer(status, {"errors": "sandbox fault"}, head)
        return True

    def fault_hang(self, fault: Json) -> bool:
        """Silence, longer than a caller wants to wait."""
        time.sleep(float(fault.get("seconds", 1)))
        self.close_connection = True
        return True

    def fault_drop(self, _fault: Json) -> bool:
        """The connection breaks without an answer."""
        self.close_connection = True
        self.connection.close()
        return True

    def fault_malformed(self, _fault: Json) -> bool:
        """Half an answer."""
        self._send(200, b'{"data": {"orders": {"nodes": [')
        return True

    def fault_throttled(self, _fault: Json) -> bool:
        """The bucket is empty."""
        self._answer(200, throttled(self.store))
        return True

    def fault_expire_tokens(self, _fault: Json) -> bool:
        """Every token ends now; the request itself is served, and fails on that."""
        self.store.tokens.clear()
        return False


FAULTS: dict[str, Callable[[_Handler, Json], bool]] = {
    "status": _Handler.fault_status,
    "hang": _Handler.fault_hang,
    "drop": _Handler.fault_drop,
    "malformed": _Handler.fault_malformed,
    "throttled": _Handler.fault_throttled,
    "expire_tokens": _Handler.fault_expire_tokens,
}


def _fault(store: Store, request: Json) -> Json:
    if request["kind"] not in FAULTS:
        raise KeyError(request["kind"])
    store.add_faults(**request)
    return {"pending": len(store.faults)}


def _clock(store: Store, request: Json) -> Json:
    store.advance(float(request["seconds"]))
    return {"now": store.now().isoformat()}


def _order(store: Store, request: Json) -> Json:
    if "order" in request:
        order = store.put_order(request["order"])
    else:
        order = store.change_order(request["name"], request.get("changes"))
    results = []
    if topic := request.get("topic"):
        results = webhooks.deliver(store, topic, order, times=int(request.get("times", 1)))
    return {"id": order["id"], "updatedAt": order["updatedAt"], "deliveries": results}


CONTROL: dict[str, Callable[[Store, Json], Json]] = {
    "/sandbox/fault": _fault,
    "/sandbox/clock": _clock,
    "/sandbox/order": _order,
}
