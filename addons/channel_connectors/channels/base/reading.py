# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading a payload nobody can vouch for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from .errors import PayloadError
from .order import OrderData

Json = dict[str, Any]

# What reading a payload of another form than expected ends in.
FORM_ERRORS = (KeyError, TypeError, AttributeError, ValueError, ArithmeticError)


def text(value: Any) -> str:
    """Text without spaces around it, empty for nothing; anything else is an error."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PayloadError(f"{value!r} is not text")
    return value.strip()


def read_order(read: Callable[[Json], OrderData], payload: Json) -> OrderData:
    """The order ``read`` makes of a payload; ``PayloadError`` where it makes no sense or does
    not add up.
    """
    try:
        order = read(payload)
    except PayloadError:
        raise
    except FORM_ERRORS as error:
        detail = f"{type(error).__name__}: {error}"
        raise PayloadError(f"the order does not have the expected form ({detail})") from error
    if not order.external_id or not order.name:
        raise PayloadError("the order has no number")
    for what, ours, theirs in (
        ("lines", order.computed_total, order.total),
        ("taxes", order.computed_tax, order.tax_total),
    ):
        if ours != theirs:
            raise PayloadError(
                f"the {what} add up to {ours} {order.currency}, "
                f"the channel says {theirs} {order.currency}"
            )
    return order


def digest(payload: Any, volatile: Collection[str]) -> str:
    """SHA-256 of a payload without the fields that change without any meaning for us."""
    if isinstance(payload, dict):
        payload = {key: value for key, value in payload.items() if key not in volatile}
    content = json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
