# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Deliveries to subscribers, signed as the vendor signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any

import requests

from .store import CLIENT_SECRET, DOMAIN, Json, Store, stamp

API_VERSION = "2026-10"


def signature(body: bytes, secret: str = CLIENT_SECRET) -> str:
    """Base64 of the HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(topic: str, body: bytes, moment: str, **override: str) -> dict[str, str]:
    """Headers of one delivery. Only the body is covered by the signature."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic.lower().replace("_", "/", 1),
        "X-Shopify-Hmac-Sha256": signature(body),
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": moment,
        **override,
    }


def deliver(store: Store, topic: str, order: Json, *, times: int = 1) -> list[Json]:
    """Tell every subscriber of a topic, ``times`` times with the same delivery id."""
    results: list[Json] = []
    for subscription in list(store.subscriptions.values()):
        if subscription["topic"] != topic:
            continue
        body = json.dumps(_payload(order, subscription["includeFields"])).encode()
        head = headers(topic, body, stamp(store.now()))
        for _ in range(times):
            answer = requests.post(subscription["uri"], data=body, headers=head, timeout=5)
            results.append({"uri": subscription["uri"], "status": answer.status_code})
    return results


def _payload(order: Json, fields: list[str]) -> dict[str, Any]:
    """The few fields of an order a delivery carries here: who it is and when it changed."""
    content = {
        "id": int(order["id"].rsplit("/", 1)[1]),
        "admin_graphql_api_id": order["id"],
        "name": order["name"],
        "updated_at": order["updatedAt"],
    }
    return {key: value for key, value in content.items() if not fields or key in fields}
