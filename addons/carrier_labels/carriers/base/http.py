# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""Asking a carrier over HTTP. Nothing is repeated here that may have been carried out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from .errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUncertain
from .words import _

NOT_SENT = (ConnectTimeoutError, NewConnectionError, SSLError)
# Thirty labels are some megabytes.
LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_ANSWER = 180.0
# Seconds of a token's life in which it is no longer used.
MARGIN = 60.0


@dataclass(frozen=True)
class Answer:
    """An answer that has arrived as a whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """The content; ``ValueError`` where it is none."""
        return json.loads(self.body)

    def retry_after(self) -> float:
        """Seconds the carrier asks us to wait; 0 if it does not say."""
        text = self.headers.get("retry-after", "")
        return min(float(text), 86400.0) if text.isdecimal() else 0.0


class Tokens:
    """Access tokens of this process by account and secret, until shortly before their end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[Any, tuple[str, float]] = {}

    def get(self, key: Any, renew: Callable[[], tuple[str, float]]) -> str:
        """The token of this key, or a new one: ``renew`` gives it with its life in seconds."""
        with self._lock:
            token, end = self._known.get(key, ("", 0.0))
            if not token or end <= time.monotonic():
                token, lifetime = renew()
                self._known[key] = token, time.monotonic() + lifetime - MARGIN
            return token

    def forget(self, key: Any) -> None:
        """The carrier no longer takes it."""
        with self._lock:
            self._known.pop(key, None)


class HttpClient:
    """One requests session; the carrier is called by its name in what goes wrong."""

    def __init__(self, carrier: str, base: str, *, timeout: float = 60.0) -> None:
        self.carrier = carrier
        self.base = base.rstrip("/")
        self.timeout = timeout
        self.session = requests.Session()

    def send(self, method: str, path: str, **content: Any) -> Answer:
        """One request and its whole answer. No redirection is followed to another host.

        ``CarrierBusy`` if it was certainly not sent, else ``CarrierUncertain``.
        """
        try:
            with self.session.request(
                method,
                self.base + path,
                timeout=self.timeout,
                allow_redirects=False,
                stream=True,
                **content,
            ) as answer:
                return Answer(answer.status_code, answer.headers, _read(answer))
        except requests.RequestException as error:
            raise self._unanswered(error) from error

    def _unanswered(self, error: requests.RequestException) -> CarrierError:
        cause = error.args[0] if error.args else None
        if isinstance(getattr(cause, "reason", None), NOT_SENT):
            text = _("%(carrier)s cannot be reached.")
            return CarrierBusy(text, code="unreachable", carrier=self.carrier)
        return CarrierUncertain(_("%(carrier)s did not answer."), code="lost", carrier=self.carrier)

    def failure(self, status: int, text: str, retry_after: float = 0.0) -> CarrierError | None:
        """What a status means for a request that changes something; None if all is well."""
        if status in (200, 201, 204, 207):
            return None
        told = {"carrier": self.carrier, "said": text or status}
        if status == 429:
            return CarrierBusy(_("%(carrier)s has too much to do: %(said)s"), retry_after, **told)
        if status >= 500 or status == 408:
            text = _("%(carrier)s did not answer as it should: %(said)s")
            return CarrierUncertain(text, code="server", **told)
        if status in (401, 403):
            return CarrierRefused(
                _("%(carrier)s does not let us in: %(said)s"), code="access", **told
            )
        code = "not_found" if status == 404 else "refused"
        return CarrierRefused("%(carrier)s: %(said)s", code=code, **told)


def _read(answer: requests.Response) -> bytes:
    """The content of an answer that is neither endless in size nor in time."""
    end = time.monotonic() + LONGEST_ANSWER
    body = bytearray()
    for chunk in answer.iter_content(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER or time.monotonic() > end:
            raise requests.RequestException("the answer does not end")
    return bytes(body)
