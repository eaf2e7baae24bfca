# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify's webhooks: which we want, whether one is genuine, what it is about.

The signature covers the raw body only, not the headers: the shop is known by the address a
delivery comes to, and the header has to agree. While a secret is being replaced deliveries
are signed with the oldest one that is not revoked, so two secrets count.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from ..base.events import Event, EventKind, Subscription

LONGEST_ID = 128

_ORDER = ("id", "admin_graphql_api_id", "updated_at")
_PART = ("id", "order_id")
# Topic of the subscription, fields, and the feature whose rights it needs.
SUBSCRIPTIONS: tuple[tuple[Subscription, str], ...] = (
    (Subscription("ORDERS_CREATE", _ORDER), "orders"),
    (Subscription("ORDERS_UPDATED", _ORDER), "orders"),
    (Subscription("ORDERS_CANCELLED", _ORDER), "orders"),
    (Subscription("ORDERS_EDITED", ("order_edit",)), "orders"),
    (Subscription("REFUNDS_CREATE", _PART), "orders"),
    (Subscription("ORDER_TRANSACTIONS_CREATE", _PART), "orders"),
    (Subscription("FULFILLMENTS_CREATE", _PART), "orders"),
    (Subscription("FULFILLMENTS_UPDATE", _PART), "orders"),
    (Subscription("FULFILLMENT_ORDERS_MOVED", ("moved_fulfillment_order",)), "fulfilment"),
    (Subscription("FULFILLMENT_ORDERS_PLACED_ON_HOLD", ("fulfillment_order",)), "fulfilment"),
    (Subscription("FULFILLMENT_ORDERS_HOLD_RELEASED", ("fulfillment_order",)), "fulfilment"),
    (Subscription("RETURNS_APPROVE", ("admin_graphql_api_id",)), "returns"),
    (Subscription("BULK_OPERATIONS_FINISH"), "connection"),
    (Subscription("APP_UNINSTALLED", ("id",)), "connection"),
    (Subscription("APP_SCOPES_UPDATE", ("id",)), "connection"),
)
_KINDS = {
    "app/uninstalled": EventKind.UNINSTALLED,
    "app/scopes_update": EventKind.RIGHTS,
    "bulk_operations/finish": EventKind.BULK,
    "customers/data_request": EventKind.DATA_REQUEST,
    "customers/redact": EventKind.CUSTOMER_REDACT,
    "shop/redact": EventKind.SHOP_REDACT,
}
_PRIVACY = (EventKind.DATA_REQUEST, EventKind.CUSTOMER_REDACT, EventKind.SHOP_REDACT)
_PARTS = ("fulfillment_order", "moved_fulfillment_order", "original_fulfillment_order")


def is_genuine(body: bytes, signature: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets signed the body; takes as long for a wrong one."""
    genuine = False
    for secret in secrets:
        if secret:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
            expected = base64.b64encode(digest)
            genuine |= hmac.compare_digest(expected, signature.encode("utf-8", "replace"))
    return genuine


def read_event(headers: Mapping[str, str], body: bytes) -> Event:
    """What a genuine delivery says. Never raises: what is not understood is ``UNKNOWN``."""
    topic = headers.get("X-Shopify-Topic", "")[:LONGEST_ID].lower()
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        content = {}
    kind = _KINDS.get(topic)
    subject = ""
    if kind is None:
        kind, subject = _subject(topic, content)
    elif kind is EventKind.BULK:
        subject = _text(content.get("admin_graphql_api_id"))
    return Event(
        kind=kind,
        topic=topic,
        delivery_id=headers.get("X-Shopify-Webhook-Id", "")[:LONGEST_ID],
        shop=headers.get("X-Shopify-Shop-Domain", "").lower(),
        subject=subject,
        triggered_at=_moment(headers.get("X-Shopify-Triggered-At", "")),
        content=content if kind in _PRIVACY else None,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith("gid://shopify/") else ""


def _gid(kind: str, value: Any) -> str:
    """Global id from the number a delivery carries."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
    return f"gid://shopify/{kind}/{value}" if is_number else ""


def _subject(topic: str, content: dict[str, Any]) -> tuple[EventKind, str]:
    """The order, or the part of one, a delivery is about."""
    if topic == "orders/edited":
        edit = content.get("order_edit")
        order = _gid("Order", edit.get("order_id")) if isinstance(edit, dict) else ""
    elif topic.startswith("orders/"):
        order = _text(content.get("admin_graphql_api_id")) or _gid("Order", content.get("id"))
    else:
        order = _gid("Order", content.get("order_id"))
    if order:
        return EventKind.ORDER, order
    for key in _PARTS:
        part = content.get(key)
        if isinstance(part, dict) and _text(part.get("id")):
            return EventKind.PART, part["id"]
    if topic.startswith("returns/") and _text(content.get("admin_graphql_api_id")):
        return EventKind.PART, content["admin_graphql_api_id"]
    return EventKind.UNKNOWN, ""


def _moment(text: str) -> datetime | None:
    """The moment of a header; it may have more digits than Python's seconds."""
    try:
        return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
