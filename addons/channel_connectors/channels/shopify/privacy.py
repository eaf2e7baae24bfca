# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""An order without the person who ordered: amounts, taxes and goods stay as they were."""

from __future__ import annotations

from typing import Any

# What tells who somebody is, wherever in a payload it stands.
PERSONAL = frozenset(
    {
        "email",
        "phone",
        "firstName",
        "lastName",
        "displayName",
        "company",
        "address1",
        "address2",
        "zip",
        "city",
        "defaultEmailAddress",
        "defaultPhoneNumber",
        "note",
        "customAttributes",
        "poNumber",
        "purchasingEntity",
    }
)
# A name is personal only here: goods and freight have one too.
NAMED = frozenset({"billingAddress", "shippingAddress"})


def redact(payload: Any, inside: str = "") -> Any:
    """The payload with every personal value emptied; its form stays, so it can be read."""
    if isinstance(payload, list):
        return [redact(item, inside) for item in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: _empty(value)
        if key in PERSONAL or (key == "name" and inside in NAMED)
        else redact(value, key)
        for key, value in payload.items()
    }


def _empty(value: Any) -> Any:
    return [] if isinstance(value, list) else None
