# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request: before it is served, or after its work was done.

A fault answers in place of the interface and says so, or it only spoils something and lets
the request be served. Those ending in ``_after`` let the work be done and lose the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .store import Json

Fault = Callable[[Any, Json], bool]


def status(handler: Any, fault: Json) -> bool:
    """An HTTP status instead of an answer."""
    code = int(fault.get("status", 500))
    head = {"retry-after": str(fault.get("retry_after", 0))} if code == 429 else {}
    handler.answer(code, {handler.error_key: "sandbox fault"}, head)
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
    handler.send(200, handler.half)
    return True


def half(handler: Any, _fault: Json) -> bool:
    """An answer that ends before its announced length."""
    handler.send(200, handler.half, announced=len(handler.half) * 2)
    handler.close_connection = True
    return True


BEFORE: dict[str, Fault] = {
    "status": status,
    "hang": hang,
    "drop": drop,
    "malformed": malformed,
    "half": half,
}
AFTER: dict[str, Fault] = {
    "status_after": status,
    "hang_after": hang,
    "drop_after": drop,
    "half_after": half,
}
