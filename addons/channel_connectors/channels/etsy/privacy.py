# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A receipt without the person who ordered: amounts and goods stay as they were."""

from __future__ import annotations

from typing import Any

PERSONAL = frozenset(
    {
        *("name", "first_line", "second_line", "city", "zip", "formatted_address"),
        *("buyer_email", "payment_email", "message_from_buyer", "message_from_seller"),
        *("message_from_payment", "gift_message", "gift_sender", "note_from_issuer"),
    }
)


def redact(payload: Any) -> Any:
    """The payload with every personal value emptied; its form stays, so it can be read."""
    if isinstance(payload, list):
        return [redact(item) for item in payload]
    if not isinstance(payload, dict):
        return payload
    written = "formatted_value" in payload and payload.get("value_id") is None
    return {
        key: None if key in PERSONAL or (written and key == "formatted_value") else redact(value)
        for key, value in payload.items()
    }
