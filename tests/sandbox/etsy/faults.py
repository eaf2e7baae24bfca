# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request: before it is served, or after its work was done.

A fault answers in place of the interface and says so, or it only spoils something and lets
the request be served. Those ending in ``_after`` let the work be done and lose the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from . import events
from .answers import Json

HALF = b'{"count": 1, "results": [{"receipt_id": '


def status(handler: Any, fault: Json) -> bool:
    """An HTTP status instead of an answer."""
    code = int(fault.get("status", 500))
    head = {"retry-after": str(fault.get("retry_after", 0))} if code == 429 else {}
    handler.answer(code, {"error": "sandbox fault"}, head)
    return True


def hang(handler: Any, fault: Json) -> bool:
    """Silence, longer than a caller wants to wait."""
    time.sleep(float(fault.get("seconds", 1)))
    handler.close_connection = True
    return True


def drop(handler: Any, _fault: Json) -> bool:
    """The connection breaks without an answer."""
    handler.close_connection = True
    handler.connection.close()
    return True


def malformed(handler: Any, _fault: Json) -> bool:
    """Something that only begins like an answer."""
    handler.send(200, HALF)
    return True


def page(handler: Any, _fault: Json) -> bool:
    """A page of the network in front of Etsy instead of an answer."""
    handler.send(503, b"<html><body>Service Unavailable</body></html>", kind="text/html")
    return True


def half(handler: Any, _fault: Json) -> bool:
    """An answer that ends before its announced length."""
    handler.send(200, HALF, announced=len(HALF) * 2)
    handler.close_connection = True
    return True


def expire_tokens(handler: Any, _fault: Json) -> bool:
    """Every access token ends now; the request itself is served, and fails on that."""
    handler.store.authority.expire()
    return False


def event(handler: Any, fault: Json) -> bool:
    """Something happens just before the request is served: between two pages, say."""
    events.happen(handler.store, fault["event"])
    return False


BEFORE: dict[str, Callable[[Any, Json], bool]] = {
    "status": status,
    "hang": hang,
    "drop": drop,
    "malformed": malformed,
    "page": page,
    "half": half,
    "expire_tokens": expire_tokens,
    "event": event,
}
AFTER: dict[str, Callable[[Any, Json], bool]] = {
    "status_after": status,
    "hang_after": hang,
    "drop_after": drop,
    "half_after": half,
}
KINDS = (*BEFORE, *AFTER)
