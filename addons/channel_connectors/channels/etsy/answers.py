# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an answer of Etsy means: data, or one of the failures a caller reacts to."""

from __future__ import annotations

import json

from ..base import http
from ..base.consent import ConsentLostError
from ..base.errors import (
    AuthenticationError,
    ChannelError,
    InputError,
    InputProblem,
    TransientError,
)
from ..base.state import Grant

# A refresh token lives for ninety days, and Etsy does not say so in its answers.
REFRESH_LIFETIME = 90 * 86400.0


def failure(path: str, answer: http.Answer) -> ChannelError | None:
    """What is wrong with an answer, if anything."""
    status, reason = answer.status, _reason(answer.body)
    text = f"{path}: {reason or answer.reason or 'no reason given'} (HTTP {status})"
    if status == 401:
        return AuthenticationError(text, "token" if "token" in text.lower() else "credentials")
    if status == 403:
        return AuthenticationError(text, _forbidden_code(text.lower()))
    if status in (400, 422):
        return InputError(path, (InputProblem(f"{reason} (HTTP {status})"),))
    return http.failure(answer, text)


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


def read_grant(answer: http.Answer) -> Grant:
    """The tokens of an answer of the token address."""
    reason = _reason(answer.body)
    if answer.status == 400 and reason.startswith("invalid_grant"):
        raise ConsentLostError(reason)
    if answer.status in (400, 401, 403):
        raise AuthenticationError(reason or f"HTTP {answer.status}", "credentials")
    if error := failure("oauth/token", answer):
        raise error
    content = answer.json()
    token, lifetime = http.read_token(content)
    refresh = content.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise TransientError("Etsy granted no refresh token", "answer")
    return Grant(token, lifetime, refresh, REFRESH_LIFETIME)
