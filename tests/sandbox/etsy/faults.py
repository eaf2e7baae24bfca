# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request here, beside what can go wrong everywhere."""

from __future__ import annotations

from typing import Any

from ..base import faults as base
from . import events
from .answers import Json

HALF = b'{"count": 1, "results": [{"receipt_id": '


def page(handler: Any, _fault: Json) -> bool:
    """A page of the network in front of Etsy instead of an answer."""
    handler.send(503, b"<html><body>Service Unavailable</body></html>", kind="text/html")
    return True


def expire_tokens(handler: Any, _fault: Json) -> bool:
    """Every access token ends now; the request itself is served, and fails on that."""
    handler.store.authority.expire()
    return False


def event(handler: Any, fault: Json) -> bool:
    """Something happens just before the request is served: between two pages, say."""
    events.happen(handler.store, fault["event"])
    return False


BEFORE = base.BEFORE | {"page": page, "expire_tokens": expire_tokens, "event": event}
AFTER = base.AFTER
KINDS = (*BEFORE, *AFTER)
