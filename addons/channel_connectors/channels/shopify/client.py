# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify's Admin GraphQL over HTTP: tokens, version, rate limit, retries.

A request is repeated only where that cannot do harm: always if the shop did not carry it
out (throttled, never reached), else if it is a query, carries an idempotency key or is
declared repeatable in its document. Any other mutation ends in ``UncertainError``.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

from ..base.adapter import Credentials
from ..base.errors import (
    AuthenticationError,
    ChannelError,
    ThrottledError,
    TransientError,
    UncertainError,
)
from ..base.state import AccountState, Grant, MemoryState
from . import answers
from .address import check_api_base, check_download
from .documents import Document, load

_logger = logging.getLogger(__name__)

API_VERSION = "2026-10"
TOKEN_TIMEOUT = 10.0

_states: dict[str, MemoryState] = {}
_states_lock = threading.Lock()


def _state_of_process(credentials: Credentials) -> MemoryState:
    """State shared by the clients of an account in this process."""
    with _states_lock:
        return _states.setdefault(credentials.fingerprint, MemoryState())


class ShopifyClient:
    """One account. ``sleep`` and ``jitter`` may be replaced by tests."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        state: AccountState | None = None,
        timeout: float = 30.0,
        attempts: int = 5,
        backoff: float = 0.5,
        longest_pause: float = 30.0,
        sleep: Callable[[float], None] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.base = check_api_base(credentials.api_base, local=credentials.local)
        self.credentials = credentials
        self.state = state or _state_of_process(credentials)
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.longest_pause = longest_pause
        self.sleep = sleep or time.sleep
        self.jitter = jitter
        self.session = requests.Session()
        self.served_version = ""
        self._refused_token = ""
        self._costs: dict[str, float] = {}

    # Requests

    def execute(self, name: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run a document and return its data; repeats what may be repeated.

        ``InputError`` if a mutation is refused for its content.
        """
        document = load(name)
        body = {"query": document.text, "variables": variables or {}}
        renewed = False
        for attempt in range(1, self.attempts + 1):
            try:
                return self._attempt(document, body)
            except AuthenticationError as error:
                # A token may have been revoked before its time: ask once for a new one.
                if error.code != "token" or renewed or self.credentials.access_token:
                    raise
                renewed = True
            except (ThrottledError, TransientError) as error:
                self._check_repeatable(document, error)
                pause = self._pause(error, attempt)
                if attempt == self.attempts or pause > self.longest_pause:
                    raise
                _logger.info("%s: %s; again in %.1f s", name, error, pause)
                self.sleep(pause)
        raise TransientError(f"{name}: no answer after {self.attempts} attempts", "server")

    def mutate(self, name: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Run a mutation and return what its one field gives back."""
        (payload,) = self.execute(name, variables).values()
        return payload or {}

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

    def download(self, address: str) -> Iterator[bytes]:
        """Lines of the result of a bulk operation, as they arrive. No token is sent along."""
        url = check_download(address, self.base)
        try:
            with requests.get(
                url, timeout=self.timeout, stream=True, allow_redirects=False
            ) as answer:
                answers.check_status(answer)
                yield from answer.iter_lines(chunk_size=65536)
        except requests.RequestException as error:
            raise answers.network_failure(error, "the storage of bulk results") from error

    @staticmethod
    def _check_repeatable(document: Document, error: ChannelError) -> None:
        """Stop where a second request might do the work twice."""
        if document.is_repeatable or isinstance(error, ThrottledError):
            return
        if isinstance(error, TransientError) and error.unsent:
            return
        raise UncertainError(
            f"{document.name}: {error}; it may have been carried out", "uncertain"
        ) from error

    def _pause(self, error: ChannelError, attempt: int) -> float:
        """Seconds to wait, a little different for each worker so that they spread."""
        wanted = error.retry_after if isinstance(error, ThrottledError) else 0.0
        growing = self.backoff * 2 ** (attempt - 1) * (1 + self.jitter() / 4)
        return max(wanted, min(growing, self.longest_pause))

    def _attempt(self, document: Document, body: dict[str, Any]) -> dict[str, Any]:
        """One request, with its points taken before and settled after it."""
        points = self._costs.get(document.name, float(document.cost))
        token = self._token()
        wait = self.state.take(points, self.longest_pause)
        if wait > self.longest_pause:
            raise ThrottledError(f"{document.name}: the limit of the shop is used up", wait)
        if wait:
            self.sleep(wait)
        content = self._post(body, token)
        if known := answers.spent(content):
            requested, actual, told = known
            self._costs[document.name] = requested
            self.state.settle(points, actual, told)
        answers.check_errors(content)
        data = content.get("data")
        if not isinstance(data, dict):
            raise TransientError("the answer carries no data", "answer")
        if document.is_mutation:
            answers.check_input(document.name, data)
        return data

    def _post(self, body: dict[str, Any], token: str) -> dict[str, Any]:
        answer = self._send(
            f"/admin/api/{API_VERSION}/graphql.json",
            self.timeout,
            json=body,
            headers={"X-Shopify-Access-Token": token},
        )
        self.served_version = answer.headers.get("X-Shopify-API-Version", self.served_version)
        if answer.status_code == 401:
            self._refused_token = token
        answers.check_status(answer)
        return answers.read_json(answer)

    def _send(self, path: str, timeout: float, **kwargs: Any) -> requests.Response:
        try:
            return self.session.post(
                self.base + path, timeout=timeout, allow_redirects=False, **kwargs
            )
        except requests.RequestException as error:
            raise answers.network_failure(error, self.base) from error

    # Tokens

    def _token(self) -> str:
        """A valid access token: the static one, or one granted to the client."""
        if self.credentials.access_token:
            return self.credentials.access_token
        if not (self.credentials.client_id and self.credentials.client_secret):
            raise AuthenticationError("the client id or the client secret is missing", "missing")
        return self.state.grant(self._request_token, self._refused_token).token

    def _request_token(self, _refresh: str = "") -> Grant:
        """Ask for a token; while a secret is being replaced the previous one may still count."""
        secrets = [self.credentials.client_secret, self.credentials.previous_secret]
        for secret in filter(None, secrets):
            answer = self._send(
                "/admin/oauth/access_token",
                TOKEN_TIMEOUT,
                data={
                    "grant_type": "client_credentials",
                    "client_id": self.credentials.client_id,
                    "client_secret": secret,
                },
            )
            if answer.status_code not in (400, 401, 403):
                return self._read_grant(answer)
        raise AuthenticationError("the client id and secret are not accepted", "credentials")

    @staticmethod
    def _read_grant(answer: requests.Response) -> Grant:
        answers.check_status(answer)
        content = answers.read_json(answer)
        token, lifetime = content.get("access_token"), content.get("expires_in") or 3600
        if not isinstance(token, str) or not token:
            raise TransientError("the shop granted no access token", "answer")
        try:
            return Grant(token, float(lifetime))
        except (TypeError, ValueError) as error:
            raise TransientError("the shop granted a token without an end", "answer") from error
