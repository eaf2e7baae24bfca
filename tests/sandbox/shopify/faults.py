# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request here, beside what can go wrong everywhere."""

from __future__ import annotations

from typing import Any

from ..base import faults as base
from .answers import Json

HALF = b'{"data": {"orders": {"nodes": ['


def kill(handler: Any, _fault: Json) -> bool:
    """Whoever asks is killed."""
    handler.server.sandbox.on_kill(handler.client_address[1])
    return base.drop(handler, {})


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


BEFORE = base.BEFORE | {
    "kill": kill,
    "throttled": throttled,
    "expire_tokens": expire_tokens,
    "change": change,
}
AFTER = base.AFTER | {"kill_after": kill}
KINDS = (*BEFORE, *AFTER)
