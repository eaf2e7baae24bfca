# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Asking a channel over HTTP: tokens, limits, time-outs, and what may be asked again.

A request is repeated only where that cannot do harm: always if the channel did not carry it
out (throttled, never reached), else if the caller says that doing it twice changes nothing.
Anything else ends in ``UncertainError``.
"""

from __future__ import annotations

import json
import logging
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from .adapter import Credentials
from .errors import (
    AuthenticationError,
    ChannelError,
    RefusedError,
    ThrottledError,
    TransientError,
    UncertainError,
)
from .reading import Json
from .state import AccountState, Grant, Limits, MemoryState

_logger = logging.getLogger(__name__)

NOT_SENT = (ConnectTimeoutError, NewConnectionError, SSLError)
# A page of a hundred orders is well below one megabyte.
LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_ANSWER = 120.0
LONGEST_WAIT = 86400.0


@dataclass(frozen=True)
class Answer:
    """An answer that has arrived as a whole."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Json:
        """The content; half an answer is a passing failure."""
        try:
            content = json.loads(self.body)
        except ValueError as error:
            raise TransientError("the answer is not JSON", "answer") from error
        if not isinstance(content, dict):
            raise TransientError("the answer is not a JSON object", "answer")
        return content

    def retry_after(self) -> float:
        """Seconds the channel asks us to wait; 0 if it does not say."""
        try:
            seconds = float(self.headers.get("retry-after") or 0)
        except ValueError:
            return 0.0
        return min(max(seconds, 0.0), LONGEST_WAIT) if seconds == seconds else 0.0


def network_failure(error: requests.RequestException, host: str) -> TransientError:
    """A failure below HTTP; tells whether the request can have reached the channel."""
    cause = error.args[0] if error.args else None
    unsent = isinstance(getattr(cause, "reason", None), NOT_SENT)
    code = "timeout" if isinstance(error, requests.Timeout) else "unreachable"
    text = f"no answer from {host} ({type(error).__name__})"
    return TransientError(text, code, unsent=unsent)


def read_body(answer: requests.Response) -> bytes:
    """The content of an answer that is neither endless in size nor in time."""
    end = time.monotonic() + LONGEST_ANSWER
    body = bytearray()
    for chunk in answer.iter_content(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise TransientError("the answer is too large", "answer")
        if time.monotonic() > end:
            raise TransientError("the answer takes too long", "timeout")
    return bytes(body)


def failure(answer: Answer, text: str) -> ChannelError | None:
    """What a status means at any channel, if something is wrong. A channel looks at what it
    means by a status of its own first.

    The codes tell apart what callers treat differently: ``forbidden`` (this app may not do
    this, whatever its rights say), ``not_found``, ``conflict``.
    """
    status = answer.status
    if status in (200, 201, 204):
        return None
    if status == 401:
        return AuthenticationError(text, "token")
    if status == 403:
        return AuthenticationError(text, "forbidden")
    if status == 429:
        return ThrottledError(text, answer.retry_after())
    if status >= 500 or status == 408:
        return TransientError(text, "server")
    return RefusedError(text, {404: "not_found", 409: "conflict"}.get(status, "refused"))


def read_token(content: Json) -> tuple[str, float]:
    """The access token in the answer of a token address, and its life in seconds."""
    token, lifetime = content.get("access_token"), content.get("expires_in") or 3600
    if not isinstance(token, str) or not token:
        raise TransientError("the channel granted no access token", "answer")
    try:
        return token, float(lifetime)
    except (TypeError, ValueError) as error:
        raise TransientError("the channel granted a token without an end", "answer") from error


class HttpClient(ABC):
    """One account. A channel adds its requests, each an attempt handed to ``_repeat``, and
    ``renew``. ``sleep`` and ``jitter`` may be replaced by tests.
    """

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
        self.base = self.check_api_base(credentials.api_base, local=credentials.local)
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
        # One that was entered by hand, at a channel where owners can make such tokens.
        self._fixed_token = ""

    @staticmethod
    @abstractmethod
    def check_api_base(api_base: str, *, local: bool = False) -> str:
        """The address to talk to, if it is one of the channel; else ``RefusedError``."""

    @abstractmethod
    def renew(self, refresh: str) -> Grant:
        """Ask for a new token, with the refresh token of the last one if there was any."""

    # Attempts

    def _repeat(self, name: str, attempt: Callable[[], Json], *, repeatable: bool) -> Json:
        """Make an attempt, again where that is allowed and may help."""
        renewed = bool(self._fixed_token)
        for number in range(1, self.attempts + 1):
            try:
                return attempt()
            except AuthenticationError as error:
                # A token may have been revoked before its time: ask once for a new one.
                if error.code != "token" or renewed:
                    raise
                renewed = True
            except (ThrottledError, TransientError) as error:
                text = f"{name}: {str(error).removeprefix(f'{name}: ')}"
                if not (repeatable or _is_undone(error)):
                    text += "; it may have been carried out"
                    raise UncertainError(text, "uncertain") from error
                pause = self._pause(error, number)
                if number == self.attempts or pause > self.longest_pause:
                    raise
                _logger.info("%s; again in %.1f s", text, pause)
                self.sleep(pause)
        raise TransientError(f"{name}: no answer after {self.attempts} attempts", "server")

    def _pause(self, error: ChannelError, number: int) -> float:
        """Seconds to wait, a little different for each worker so that they spread."""
        wanted = error.retry_after if isinstance(error, ThrottledError) else 0.0
        growing = self.backoff * 2 ** (number - 1) * (1 + self.jitter() / 4)
        return max(wanted, min(growing, self.longest_pause))

    def _wait_for(
        self, points: float, refusal: str, reserve: float = 0.0, first: Limits | None = None
    ) -> None:
        """Take points of the limits and wait until they are there, unless that is too long."""
        wait = self.state.take(points, self.longest_pause, reserve, first)
        if wait > self.longest_pause:
            raise ThrottledError(refusal, wait)
        if wait:
            self.sleep(wait)

    def _send(self, method: str, path: str, timeout: float, **content: Any) -> Answer:
        """One request and its whole answer. No redirection is followed to another host."""
        try:
            with self.session.request(
                method,
                self.base + path,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                **content,
            ) as answer:
                body = read_body(answer)
                return Answer(answer.status_code, answer.reason or "", answer.headers, body)
        except requests.RequestException as error:
            raise network_failure(error, self.base) from error

    def _token(self) -> str:
        """A valid access token. Without one nothing was sent, so asking again is harmless."""
        if self._fixed_token:
            return self._fixed_token
        if not (self.credentials.client_id and self.credentials.client_secret):
            raise AuthenticationError("the id or the secret of the app is missing", "missing")
        try:
            return self.state.grant(self.renew, self._refused_token).token
        except TransientError as error:
            raise TransientError(str(error), error.code, unsent=True) from error


def _is_undone(error: ThrottledError | TransientError) -> bool:
    """Whether the channel has certainly not carried the request out."""
    return isinstance(error, ThrottledError) or error.unsent
