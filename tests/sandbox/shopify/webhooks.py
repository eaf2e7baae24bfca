# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Deliveries to subscribers, signed as the vendor signs them, and what may happen to them.

``emit`` puts what has to be told into a queue; ``flush`` delivers it as far as the settings
let it: some is lost, delayed, told twice or in another order. What the subscriber does not
take is tried again with the same id and the content of the first time; after eight failures
the subscription ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from .answers import Json, problem

API_VERSION = "2026-10"
ATTEMPTS = 8


@dataclass
class Mischief:
    """What happens to deliveries; counts are used up, ``seed`` makes chance repeatable."""

    lose: int = 0
    duplicate: int = 0
    delay: int = 0
    reorder: bool = False
    seed: int = 1


@dataclass
class Delivery:
    """One message to one subscriber."""

    subscription: str
    uri: str
    body: bytes
    headers: dict[str, str]
    failures: int = field(default=0)


def signature(body: bytes, secret: str) -> str:
    """Base64 of the HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(store: Any, topic: str, body: bytes, **override: str) -> dict[str, str]:
    """Headers of one delivery. Only the body is covered by the signature."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic_name(topic),
        "X-Shopify-Hmac-Sha256": signature(body, store.secrets[0]),
        "X-Shopify-Shop-Domain": store.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": store.stamp(),
        **override,
    }


def topic_name(topic: str) -> str:
    """ORDERS_UPDATED as a delivery names it: orders/updated."""
    for group in ("FULFILLMENT_ORDERS", "INVENTORY_LEVELS", "INVENTORY_ITEMS", "BULK_OPERATIONS"):
        if topic.startswith(f"{group}_"):
            return f"{group.lower()}/{topic[len(group) + 1 :].lower()}"
    if topic.startswith("ORDER_TRANSACTIONS_"):
        return "order_transactions/create"
    return topic.lower().replace("_", "/", 1)


def _selected(content: Json, fields: list[str]) -> Json:
    """The fields a subscription asks for; of nested ones the path in dots."""
    if not fields:
        return content
    found: Json = {}
    for path in fields:
        target, source = found, content
        *parents, last = path.split(".")
        for part in parents:
            source = source.get(part) or {}
            target = target.setdefault(part, {})
        if last in source:
            target[last] = source[last]
    return found


def emit(store: Any, topic: str, content: Json) -> None:
    """Queue a message for everybody who subscribed to the topic."""
    for subscription in store.subscriptions.values():
        if subscription["topic"] == topic:
            body = json.dumps(_selected(content, subscription["includeFields"])).encode()
            head = headers(store, topic, body)
            store.deliveries.append(Delivery(subscription["id"], subscription["uri"], body, head))


def deliver(store: Any, topic: str, content: Json, *, times: int = 1) -> list[Json]:
    """Tell every subscriber of a topic at once, ``times`` times with the same delivery id."""
    kept, store.deliveries = store.deliveries, []
    emit(store, topic, content)
    made, store.deliveries = store.deliveries, kept
    return [
        {"uri": message.uri, "status": _post(message)} for message in made for _ in range(times)
    ]


def flush(store: Any) -> Json:
    """Deliver what waits, with the mischief that is set; tells how it went."""
    with store.lock:
        messages, store.deliveries = store.deliveries, []
        mischief: Mischief = store.mischief
    chance = random.Random(mischief.seed)
    if mischief.reorder:
        chance.shuffle(messages)
    told = {"delivered": 0, "lost": 0, "delayed": 0, "failed": 0}
    for message in messages:
        if mischief.lose:
            mischief.lose -= 1
            told["lost"] += 1
        elif mischief.delay:
            mischief.delay -= 1
            told["delayed"] += 1
            store.deliveries.append(message)
        else:
            times = 1
            if mischief.duplicate:
                mischief.duplicate -= 1
                times = 2
            statuses = [_post(message) for _ in range(times)]
            _note(store, message, statuses, told)
    return told


def _note(store: Any, message: Delivery, statuses: list[int], told: Json) -> None:
    if all(200 <= status < 300 for status in statuses):
        told["delivered"] += 1
        return
    told["failed"] += 1
    message.failures += 1
    if message.failures < ATTEMPTS:
        store.deliveries.append(message)
    else:
        store.subscriptions.pop(message.subscription, None)


def _post(message: Delivery) -> int:
    try:
        answer = requests.post(
            message.uri,
            data=message.body,
            headers=message.headers,
            timeout=5,
            allow_redirects=False,
        )
    except requests.RequestException:
        return 0
    return answer.status_code


def subscribe(store: Any, topic: str, webhookSubscription: Json) -> Json:
    """Remember who wants to be told about a topic; once for each address."""
    uri = webhookSubscription.get("uri") or webhookSubscription.get("callbackUrl") or ""

    def refuse(text: str) -> Json:
        wrong = problem(text, "webhookSubscription", "uri")
        return {"webhookSubscription": None, "userErrors": [wrong]}

    if not uri.startswith(("https://", "http://127.0.0.1")):
        return refuse("Address is invalid")
    if any(row["topic"] == topic and row["uri"] == uri for row in store.subscriptions.values()):
        return refuse("Address for this topic has already been taken")
    return {"webhookSubscription": store.subscribe(topic, webhookSubscription), "userErrors": []}


def update(store: Any, id: str, webhookSubscription: Json) -> Json:
    """Change a subscription."""
    node = store.subscriptions.get(id)
    if node is None:
        wrong = problem("Webhook subscription does not exist", "id")
        return {"webhookSubscription": None, "userErrors": [wrong]}
    node |= {key: value for key, value in webhookSubscription.items() if key in node}
    return {"webhookSubscription": node, "userErrors": []}


def unsubscribe(store: Any, id: str) -> Json:
    """End a subscription."""
    found = store.subscriptions.pop(id, None)
    return {"deletedWebhookSubscriptionId": id if found else None, "userErrors": []}
