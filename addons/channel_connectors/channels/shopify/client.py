# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify's Admin GraphQL over HTTP: tokens, version, rate limit, retries."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from ..base.adapter import Credentials
from ..base.errors import (
    AuthenticationError,
    ChannelError,
    RefusedError,
    ThrottledError,
    TransientError,
)
from .documents import document

_logger = logging.getLogger(__name__)

API_VERSION = "2026-10"
SHOP_HOST = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9\-]*\.myshopify\.com$")
LOOPBACK = ("127.0.0.1", "localhost")
# A token is renewed this many seconds before the shop lets it expire.
TOKEN_MARGIN = 300.0


def check_api_base(api_base: str) -> str:
    """Address of a shop, checked so that no other host is ever asked.

    Shops live at https://NAME.myshopify.com; a stand-in on this machine may be
    used over plain HTTP. Anything else could make the server talk to hosts inside
    the network and is refused.
    """
    url = urlsplit(api_base.strip())
    plain = not (url.path.strip("/") or url.query or url.fragment or url.username)
    try:
        port = url.port
    except ValueError as error:
        raise RefusedError(f"{api_base!r} has no valid port") from error
    host = url.hostname or ""
    if plain and url.scheme == "https" and SHOP_HOST.match(host) and port in (None, 443):
        return f"https://{host.lower()}"
    if plain and url.scheme in ("http", "https") and host in LOOPBACK:
        return f"{url.scheme}://{url.netloc}"
    raise RefusedError(f"{api_base!r} is not the address of a shop (https://NAME.myshopify.com)")


@dataclass
class _Account:
    """What all clients of one account in this process share."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    token: str = ""
    token_until: float = 0.0
    available: float = float("inf")
    restore_rate: float = 0.0
    measured_at: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)


_accounts: dict[tuple[str, ...], _Account] = {}
_accounts_lock = threading.Lock()


def _account(credentials: Credentials) -> _Account:
    secret = f"{credentials.client_secret}\0{credentials.access_token}".encode()
    key = (credentials.api_base, credentials.client_id, hashlib.sha256(secret).hexdigest())
    with _accounts_lock:
        return _accounts.setdefault(key, _Account())


class ShopifyClient:
    """One account. ``sleep`` and ``clock`` may be replaced by tests."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout: float = 30.0,
        attempts: int = 5,
        backoff: float = 0.5,
        longest_pause: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base = check_api_base(credentials.api_base)
        self.credentials = credentials
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.longest_pause = longest_pause
        self.sleep = sleep
        self.clock = clock
        self.account = _account(credentials)
        self.session = requests.Session()
        self.served_version = ""

    def execute(self, name: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run a document and return its data; retries what may pass by itself."""
        body = {"query": document(name), "variables": variables or {}}
        renewed = False
        for attempt in range(1, self.attempts + 1):
            try:
                self._wait_for_points(name)
                return self._post(name, body)
            except AuthenticationError:
                # A token may have been revoked before its time: ask once for a new one.
                if renewed or self.credentials.access_token:
                    raise
                renewed = True
                self.account.token = ""
            except (ThrottledError, TransientError) as error:
                if attempt == self.attempts:
                    raise
                pause = min(self._pause(error, attempt), self.longest_pause)
                _logger.info("%s: %s; again in %.1f s", name, error, pause)
                self.sleep(pause)
        raise TransientError(f"{name}: no answer after {self.attempts} attempts")

    def pages(
        self, name: str, variables: dict[str, Any], connection: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Nodes of a top-level connection, page by page."""
        after = None
        while True:
            data = self.execute(name, {**variables, "after": after})[connection]
            yield data["nodes"]
            if not data["pageInfo"]["hasNextPage"]:
                return
            after = data["pageInfo"]["endCursor"]

    def _pause(self, error: ChannelError, attempt: int) -> float:
        wanted = error.retry_after if isinstance(error, ThrottledError) else 0.0
        return max(wanted, self.backoff * 2 ** (attempt - 1))

    def _token(self) -> str:
        """A valid access token: the static one, or one granted to the client."""
        if self.credentials.access_token:
            return self.credentials.access_token
        account = self.account
        with account.lock:
            if not account.token or self.clock() >= account.token_until:
                account.token, lifetime = self._request_token()
                margin = min(TOKEN_MARGIN, lifetime / 10)
                account.token_until = self.clock() + lifetime - margin
            return account.token

    def _request_token(self) -> tuple[str, float]:
        if not (self.credentials.client_id and self.credentials.client_secret):
            raise AuthenticationError("the client id or the client secret is missing")
        answer = self._send(
            "/admin/oauth/access_token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.credentials.client_id,
                "client_secret": self.credentials.client_secret,
            },
        )
        if answer.status_code in (400, 401, 403):
            raise AuthenticationError("the shop does not accept the client id and secret")
        self._check_status(answer)
        content = self._json(answer)
        if not content.get("access_token"):
            raise TransientError("the shop granted no access token")
        return content["access_token"], float(content.get("expires_in") or 3600)

    def _send(self, path: str, **kwargs: Any) -> requests.Response:
        try:
            return self.session.post(
                self.base + path, timeout=self.timeout, allow_redirects=False, **kwargs
            )
        except requests.RequestException as error:
            raise TransientError(f"no answer from {self.base}: {type(error).__name__}") from error

    def _post(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Shopify-Access-Token": self._token()}
        answer = self._send(f"/admin/api/{API_VERSION}/graphql.json", json=body, headers=headers)
        self.served_version = answer.headers.get("X-Shopify-API-Version", self.served_version)
        self._check_status(answer)
        content = self._json(answer)
        self._note_cost(name, content)
        self._check_errors(content)
        if not isinstance(content.get("data"), dict):
            raise TransientError("the answer carries no data")
        return content["data"]

    @staticmethod
    def _json(answer: requests.Response) -> dict[str, Any]:
        try:
            content = answer.json()
        except ValueError as error:
            raise TransientError("the answer is not JSON") from error
        if not isinstance(content, dict):
            raise TransientError("the answer is not a JSON object")
        return content

    @staticmethod
    def _check_status(answer: requests.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        if status == 401:
            raise AuthenticationError("the shop does not accept the access token (HTTP 401)")
        if status in (402, 403, 423):
            raise AuthenticationError(f"the shop is closed to this app (HTTP {status})")
        if status in (429, 430):
            try:
                wait = float(answer.headers.get("Retry-After") or 0)
            except ValueError:
                wait = 0.0
            raise ThrottledError(f"too many requests (HTTP {status})", wait)
        if status >= 500 or status == 408:
            raise TransientError(f"the shop's server failed (HTTP {status})")
        raise RefusedError(f"the shop refuses the request (HTTP {status})")

    def _check_errors(self, content: dict[str, Any]) -> None:
        errors = content.get("errors")
        if not errors:
            return
        if isinstance(errors, str):
            raise RefusedError(errors)
        codes = {(error.get("extensions") or {}).get("code") for error in errors}
        text = "; ".join(str(error.get("message")) for error in errors[:3])
        if "THROTTLED" in codes:
            raise ThrottledError(text, self._time_to_refill(content))
        if codes & {"ACCESS_DENIED", "SHOP_INACTIVE"}:
            raise AuthenticationError(text)
        if "INTERNAL_SERVER_ERROR" in codes:
            raise TransientError(text)
        raise RefusedError(text)

    def _note_cost(self, name: str, content: dict[str, Any]) -> None:
        cost = (content.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus")
        if status:
            with self.account.lock:
                self.account.costs[name] = float(cost.get("requestedQueryCost") or 0)
                self.account.available = float(status["currentlyAvailable"])
                self.account.restore_rate = float(status["restoreRate"])
                self.account.measured_at = self.clock()

    @staticmethod
    def _time_to_refill(content: dict[str, Any]) -> float:
        cost = (content.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        rate = float(status.get("restoreRate") or 0)
        missing = float(cost.get("requestedQueryCost") or 0) - float(
            status.get("currentlyAvailable") or 0
        )
        return missing / rate if rate and missing > 0 else 0.0

    def _wait_for_points(self, name: str) -> None:
        """Pause while the account's bucket holds less than the document cost last time."""
        with self.account.lock:
            account = self.account
            if not account.restore_rate:
                return
            elapsed = self.clock() - account.measured_at
            available = account.available + elapsed * account.restore_rate
            pause = (account.costs.get(name, 0.0) - available) / account.restore_rate
        if pause > 0:
            self.sleep(min(pause, self.longest_pause))
