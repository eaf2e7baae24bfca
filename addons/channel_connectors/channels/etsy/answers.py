# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an answer of Etsy means: data, or one of the failures a caller reacts to."""

from __future__ import annotations

import json
import time
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from ..base.consent import ConsentLostError
from ..base.errors import (
    AuthenticationError,
    ChannelError,
    InputError,
    InputProblem,
    RefusedError,
    ThrottledError,
    TransientError,
)
from ..base.state import Grant

Json = dict[str, Any]

NOT_SENT = (ConnectTimeoutError, NewConnectionError, SSLError)
# A page of a hundred receipts is well below one megabyte.
LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_ANSWER = 120.0
# A refresh token lives for ninety days, and Etsy does not say so in its answers.
REFRESH_LIFETIME = 90 * 86400.0


def network_failure(error: requests.RequestException) -> TransientError:
    """A failure below HTTP; tells whether the request can have reached Etsy."""
    cause = error.args[0] if error.args else None
    unsent = isinstance(getattr(cause, "reason", None), NOT_SENT)
    code = "timeout" if isinstance(error, requests.Timeout) else "unreachable"
    return TransientError(f"no answer from Etsy ({type(error).__name__})", code, unsent=unsent)


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


def read_json(body: bytes) -> Json:
    """The content of an answer; half an answer is a passing failure."""
    if not body:
        return {}
    try:
        content = json.loads(body)
    except ValueError as error:
        raise TransientError("the answer is not JSON", "answer") from error
    if not isinstance(content, dict):
        raise TransientError("the answer is not a JSON object", "answer")
    return content


def retry_after(answer: requests.Response) -> float:
    """Seconds Etsy asks us to wait; 0 if it does not say."""
    try:
        seconds = float(answer.headers.get("retry-after") or 0)
    except ValueError:
        return 0.0
    return min(max(seconds, 0.0), 86400.0) if seconds == seconds else 0.0


def failure(path: str, answer: requests.Response, body: bytes) -> ChannelError | None:
    """What is wrong with an answer, if anything.

    The codes tell apart what callers treat differently: ``forbidden`` (this app may not do
    this, whatever its scopes say), ``not_found``, ``conflict``.
    """
    status = answer.status_code
    if status in (200, 201, 204):
        return None
    text = f"{path}: {_reason(body) or answer.reason or 'no reason given'} (HTTP {status})"
    if status == 401:
        return AuthenticationError(text, "token" if "token" in text.lower() else "credentials")
    if status == 403:
        return AuthenticationError(text, _forbidden_code(text.lower()))
    if status == 429:
        return ThrottledError(text, retry_after(answer))
    if status >= 500 or status == 408:
        return TransientError(text, "server")
    if status in (400, 422):
        return InputError(path, (InputProblem(f"{_reason(body)} (HTTP {status})"),))
    return RefusedError(text, {404: "not_found", 409: "conflict"}.get(status, "refused"))


def _forbidden_code(text: str) -> str:
    if "scope" in text:
        return "scope"
    return "credentials" if "api" in text and "key" in text else "forbidden"


def _reason(body: bytes) -> str:
    """Etsy's own words, cut to what fits on a screen."""
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(content, dict):
        return ""
    parts = (content.get("error"), content.get("error_description"))
    return ": ".join(str(part) for part in parts if part)[:300]


def read_grant(answer: requests.Response, body: bytes) -> Grant:
    """The tokens of an answer of the token address."""
    reason = _reason(body)
    if answer.status_code == 400 and reason.startswith("invalid_grant"):
        raise ConsentLostError(reason)
    if answer.status_code in (400, 401, 403):
        raise AuthenticationError(reason or f"HTTP {answer.status_code}", "credentials")
    if error := failure("oauth/token", answer, body):
        raise error
    content = read_json(body)
    token, refresh = content.get("access_token"), content.get("refresh_token")
    if not (isinstance(token, str) and token and isinstance(refresh, str) and refresh):
        raise TransientError("Etsy granted no tokens", "answer")
    try:
        lifetime = float(content.get("expires_in") or 3600)
    except (TypeError, ValueError) as error:
        raise TransientError("Etsy granted a token without an end", "answer") from error
    return Grant(token, lifetime, refresh, REFRESH_LIFETIME)
