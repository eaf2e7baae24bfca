# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's Open API over HTTP: tokens, limits, retries.

A request is repeated only where that cannot do harm: always if Etsy did not carry it out
(throttled, never reached), else if it reads, replaces a whole (``put``), or is declared
repeatable. Anything else ends in ``UncertainError``.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests

from ..base.adapter import Credentials
from ..base.consent import ConsentLostError
from ..base.errors import (
    AuthenticationError,
    ChannelError,
    ThrottledError,
    TransientError,
    UncertainError,
)
from ..base.state import AccountState, Grant, MemoryState
from . import answers, limits
from .address import check_api_base

_logger = logging.getLogger(__name__)

# Long, for with the answer to its renewal a refresh token is lost.
TOKEN_TIMEOUT = 60.0
PREFIX = "/v3/application/"


@dataclass(frozen=True)
class Request:
    """One thing to ask for. ``urgent``: it may use what is kept in reserve for shipments."""

    method: str
    path: str
    content: dict[str, Any]
    repeatable: bool
    urgent: bool = False


class EtsyClient:
    """One account. ``sleep`` and ``jitter`` may be replaced by tests."""

    def __init__(
        self,
        credentials: Credentials,
        state: AccountState | None = None,
        *,
        timeout: float = 30.0,
        attempts: int = 5,
        backoff: float = 0.5,
        longest_pause: float = 30.0,
        sleep: Callable[[float], None] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.base = check_api_base(credentials.api_base, local=credentials.local)
        self.credentials = credentials
        self.state = state or MemoryState()
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.longest_pause = longest_pause
        self.sleep = sleep or time.sleep
        self.jitter = jitter
        self.session = requests.Session()
        self._refused_token = ""

    # Requests

    def get(
        self, path: str, params: dict[str, Any] | None = None, *, urgent: bool = False
    ) -> dict[str, Any]:
        """Read. ``path`` is relative to the interface, as ``shops/1/receipts``."""
        content = {"params": _query(params or {})}
        return self._run(Request("GET", path, content, repeatable=True, urgent=urgent))

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, repeatable: bool = False
    ) -> dict[str, Any]:
        """Have something done: shipments, so it is urgent."""
        return self._run(Request("POST", path, {"json": body or {}}, repeatable, urgent=True))

    def put(
        self,
        path: str,
        body: dict[str, Any],
        params: dict[str, Any] | None = None,
        *,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Replace something as a whole. Doing it twice changes nothing, unless somebody else
        may have changed it in between: then it is not ``repeatable``.
        """
        content = {"json": body, "params": _query(params or {})}
        return self._run(Request("PUT", path, content, repeatable))

    def patch(self, path: str, fields: dict[str, str]) -> dict[str, Any]:
        """Set fields to given values, sent as a form; doing it twice changes nothing."""
        return self._run(Request("PATCH", path, {"data": fields}, repeatable=True))

    @cached_property
    def shop_id(self) -> int:
        """The shop of the owner who consented: as remembered, or asked for."""
        return int(self.credentials.account or self.who_am_i()["shop_id"])

    def who_am_i(self) -> dict[str, Any]:
        """Ids of the owner and of the shop. An account without a shop is of no use."""
        me = self.get("users/me")
        if not me.get("shop_id"):
            raise AuthenticationError("the Etsy account has no shop", "closed")
        return me

    def granted_scopes(self) -> list[str]:
        """Rights the token really has."""
        content = {"data": {"token": self._token()}}
        answer = self._run(Request("POST", "scopes", content, repeatable=True))
        return [scope for scope in answer.get("scopes") or () if isinstance(scope, str)]

    def _run(self, request: Request) -> dict[str, Any]:
        """Send a request, again where that is allowed and may help."""
        renewed = False
        for attempt in range(1, self.attempts + 1):
            try:
                return self._attempt(request)
            except ConsentLostError:
                raise
            except AuthenticationError as error:
                # A token may have been revoked before its time: ask once for a new one.
                if error.code != "token" or renewed:
                    raise
                renewed = True
            except (ThrottledError, TransientError) as error:
                self._check_repeatable(request, error)
                pause = self._pause(error, attempt)
                if attempt == self.attempts or pause > self.longest_pause:
                    raise
                _logger.info("%s; again in %.1f s", error, pause)
                self.sleep(pause)
        raise TransientError(f"{request.path}: no answer after {self.attempts} attempts", "server")

    @staticmethod
    def _check_repeatable(request: Request, error: ChannelError) -> None:
        """Stop where a second request might do the work twice."""
        if request.repeatable or isinstance(error, ThrottledError):
            return
        if isinstance(error, TransientError) and error.unsent:
            return
        raise UncertainError(f"{error}; it may have been carried out", "uncertain") from error

    def _pause(self, error: ChannelError, attempt: int) -> float:
        """Seconds to wait, a little different for each worker so that they spread."""
        wanted = error.retry_after if isinstance(error, ThrottledError) else 0.0
        growing = self.backoff * 2 ** (attempt - 1) * (1 + self.jitter() / 4)
        return max(wanted, min(growing, self.longest_pause))

    def _attempt(self, request: Request) -> dict[str, Any]:
        """One request, counted before it is sent."""
        token = self._token()
        self._take(request)
        headers = {
            "Authorization": f"Bearer {token}",
            "x-api-key": f"{self.credentials.client_id}:{self.credentials.client_secret}",
        }
        answer, body = self._send(
            request.method,
            PREFIX + request.path,
            self.timeout,
            headers=headers,
            **request.content,
        )
        told = limits.read_headers(answer.headers)
        refused = answer.status_code == 429
        self.state.adjust(lambda known: limits.after(known, told, refused=refused))
        error = answers.failure(request.path, answer, body)
        if error:
            if error.code == "token":
                self._refused_token = token
            raise error
        return answers.read_json(body)

    def _take(self, request: Request) -> None:
        """Wait until the limits allow another request."""
        reserve = 0.0 if request.urgent else limits.RESERVE
        wait = self.state.take(1.0, self.longest_pause, reserve, limits.START)
        if wait > self.longest_pause:
            what = "the requests Etsy allows in a day are used up"
            if not request.urgent:
                what += " but for those kept for shipments"
            raise ThrottledError(f"{request.path}: {what}", wait)
        if wait:
            self.sleep(wait)

    def _send(
        self, method: str, path: str, timeout: float, **content: Any
    ) -> tuple[requests.Response, bytes]:
        try:
            with self.session.request(
                method,
                self.base + path,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                **content,
            ) as answer:
                return answer, answers.read_body(answer)
        except requests.RequestException as error:
            raise answers.network_failure(error) from error

    # Tokens

    def _token(self) -> str:
        """A valid access token. Without one nothing was sent, so asking again is harmless."""
        if not (self.credentials.client_id and self.credentials.client_secret):
            raise AuthenticationError("the keystring or the shared secret is missing", "missing")
        try:
            return self.state.grant(self.renew, self._refused_token).token
        except TransientError as error:
            raise TransientError(str(error), error.code, unsent=True) from error

    def renew(self, refresh: str) -> Grant:
        """New tokens for a refresh token, which counts no more from then on."""
        if not refresh:
            raise ConsentLostError("the owner of the shop has not consented yet")
        return self._request_token(grant_type="refresh_token", refresh_token=refresh)

    def exchange(self, code: str, redirect: str, verifier: str) -> Grant:
        """Tokens for the code an owner has come back with."""
        return self._request_token(
            grant_type="authorization_code",
            redirect_uri=redirect,
            code=code,
            code_verifier=verifier,
        )

    def _request_token(self, **form: str) -> Grant:
        form["client_id"] = self.credentials.client_id
        answer, body = self._send("POST", "/v3/public/oauth/token", TOKEN_TIMEOUT, data=form)
        return answers.read_grant(answer, body)


def _query(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as Etsy writes them; None means not given."""
    return {name: _text(value) for name, value in params.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(value)
