# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an answer of the shop means: data, or one of the failures a caller reacts to."""

from __future__ import annotations

from ..base import http
from ..base.errors import (
    AuthenticationError,
    InputError,
    InputProblem,
    RefusedError,
    ThrottledError,
    TransientError,
)
from ..base.reading import Json
from ..base.state import Bucket

# The same key is being worked on by another request of ours: wait for it.
BUSY_KEY = "IDEMPOTENCY_CONCURRENT_REQUEST"


def check_status(answer: http.Answer) -> None:
    """Raise for every HTTP status that is a failure."""
    status = answer.status
    if status in (402, 403, 423):
        raise AuthenticationError(f"the shop is closed to this app (HTTP {status})", "closed")
    if status == 430:
        raise ThrottledError("too many requests (HTTP 430)", answer.retry_after())
    if error := http.failure(answer, f"the shop answers HTTP {status}"):
        raise error


def check_errors(content: Json) -> None:
    """Raise for errors of the interface. Data beside an error is not complete: not used."""
    errors = content.get("errors")
    if not errors:
        return
    if not isinstance(errors, list):
        raise RefusedError(str(errors), "refused")
    rows = [row if isinstance(row, dict) else {"message": row} for row in errors]
    codes = {(row.get("extensions") or {}).get("code") for row in rows}
    text = "; ".join(str(row.get("message")) for row in rows[:3])
    if "THROTTLED" in codes:
        raise ThrottledError(text, time_to_refill(content))
    if "ACCESS_DENIED" in codes:
        raise AuthenticationError(text, "scope")
    if "SHOP_INACTIVE" in codes:
        raise AuthenticationError(text, "closed")
    if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        raise TransientError(text, "server")
    raise RefusedError(text, "cost" if "MAX_COST_EXCEEDED" in codes else "refused")


def check_input(name: str, data: Json) -> None:
    """Raise for what the shop has against the content of a mutation."""
    problems = tuple(
        InputProblem(
            message=row.get("message") or "",
            code=row.get("code") or "",
            path=tuple(str(part) for part in row.get("field") or ()),
        )
        for payload in data.values()
        for key, rows in (payload or {}).items()
        if key.lower().endswith("usererrors")
        for row in rows or ()
    )
    if any(problem.code == BUSY_KEY for problem in problems):
        raise TransientError(f"{name}: the same request is still being worked on", "busy")
    if problems:
        raise InputError(name, problems)


def _cost(content: Json) -> Json:
    return (content.get("extensions") or {}).get("cost") or {}


def spent(content: Json) -> tuple[float, float, Bucket] | None:
    """Points asked for, points spent, and the bucket as the shop sees it; None if unsaid."""
    cost = _cost(content)
    status = cost.get("throttleStatus")
    if not status:
        return None
    bucket = Bucket(
        level=float(status["currentlyAvailable"]),
        size=float(status["maximumAvailable"]),
        rate=float(status["restoreRate"]),
    )
    requested = float(cost.get("requestedQueryCost") or 0)
    actual = cost.get("actualQueryCost")
    return requested, requested if actual is None else float(actual), bucket


def time_to_refill(content: Json) -> float:
    """Seconds until the bucket holds what the request needs."""
    known = spent(content)
    if not known or not known[2].rate:
        return 0.0
    requested, _actual, bucket = known
    return max(0.0, (requested - bucket.level) / bucket.rate)
