# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What can go wrong with a request to UPS; see ``base.faults``."""

from __future__ import annotations

from typing import Any

from ..base import faults
from ..base.store import Json

HALF = b'{"ShipmentResponse": {"Response": '


def status(handler: Any, fault: Json) -> bool:
    """An HTTP status instead of an answer, in the form of UPS."""
    code = int(fault.get("status", 500))
    head = {"retry-after": str(fault.get("retry_after", 0))} if code == 429 else {}
    handler.refuse(code, str(fault.get("code", "10000")), "sandbox fault", head)
    return True


def expire(handler: Any, _fault: Json) -> bool:
    """All tokens end before their time; the request is served."""
    handler.store.tokens.clear()
    return False


def garble(handler: Any, _fault: Json) -> bool:
    """The work is done and well answered, but nobody can read what came of it."""
    handler.answer(200, {"ShipmentResponse": {"Response": {"ResponseStatus": {"Code": "1"}}}})
    return True


BEFORE = {**faults.BEFORE, "status": status, "expire": expire}
AFTER = {**faults.AFTER, "status_after": status, "garble_after": garble}
KINDS = BEFORE.keys() | AFTER.keys()
