# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request: before it is served, or after its work was done.

A fault answers in place of the interface and says so, or it only spoils something and lets
the request be served. Those ending in ``_after`` let the work be done and lose the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .answers import Json

HALF = b'{"data": {"orders": {"nodes": ['


def status(handler: Any, fault: Json) -> bool:
    """An HTTP status instead of an answer."""
    code = int(fault.get("status", 500))
    head = {"Retry-After": str(fault.get("retry_after", 0))} if code == 429 else {}
    handler.answer(code, {"errors": "sandbox fault"}, head)
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


def kill(handler: Any, _fault: Json) -> bool:
    """Whoever asks is killed."""
    handler.server.sandbox.on_kill(handler.client_address[1])
    return drop(handler, {})


def malformed(handler: Any, _fault: Json) -> bool:
    """Something that only begins like an answer."""
    handler.send(200, HALF)
    return True


def half(handler: Any, _fault: Json) -> bool:
    """An answer that ends before its announced length."""
    handler.send(200, HALF, announced=len(HALF) * 2)
    handler.close_connection = True
    return True


def throttled(handler: Any, _fault: Json) -> bool:
    """The bucket is empty."""
    from .execution import throttled as answer

    handler.answer(200, answer(handler.store))
    return True


def expire_tokens(handler: Any, _fault: Json) -> bool:
    """Every token ends now; the request itself is served, and fails on that."""
    handler.store.tokens.clear()
    return False


def change(handler: Any, fault: Json) -> bool:
    """An order changes just before the request is served: between two pages, say."""
    handler.store.change_order(fault["name"], fault.get("changes"))
    return False


BEFORE: dict[str, Callable[[Any, Json], bool]] = {
    "status": status,
    "hang": hang,
    "drop": drop,
    "kill": kill,
    "malformed": malformed,
    "half": half,
    "throttled": throttled,
    "expire_tokens": expire_tokens,
    "change": change,
}
AFTER: dict[str, Callable[[Any, Json], bool]] = {
    "status_after": status,
    "hang_after": hang,
    "drop_after": drop,
    "kill_after": kill,
    "half_after": half,
}
KINDS = (*BEFORE, *AFTER)
