# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the stand-in shop knows: orders, refunds, tokens, its rate limit, its hooks."""

from __future__ import annotations

import copy
import json
import secrets
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from .orders import expected as own_expected
from .orders import sample_orders

Json = dict[str, Any]

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"
DOMAIN = "sandbox.myshopify.com"
TOKEN_LIFETIME = 86399
SCOPES = frozenset(
    {
        "read_all_orders",
        "read_orders",
        "write_orders",
        "read_customers",
        "read_products",
        "read_inventory",
        "read_locations",
    }
)
SAMPLES = Path(__file__).resolve().parents[4] / "shared/shopify/samples/graphql_synthetic"


def load_orders(path: Path) -> tuple[list[Json], list[Json]]:
    """Orders of a page saved as JSON, and refunds from a file beside it if there is one."""
    page = json.loads(path.read_text(encoding="utf-8"))
    orders = page["data"]["orders"]["nodes"]
    refunds_path = path.with_name("refunds_nodes.json")
    refunds: list[Json] = []
    if refunds_path.exists():
        refunds = json.loads(refunds_path.read_text(encoding="utf-8"))["data"]["nodes"]
    return orders, refunds


def default_orders() -> tuple[list[Json], list[Json]]:
    """The recorded sample orders where they are at hand, else the ones made here."""
    path = SAMPLES / "orders_page.json"
    return load_orders(path) if path.exists() else sample_orders()


def expected_totals() -> dict[str, Json]:
    """Per order name what any reader of the default orders has to arrive at."""
    path = SAMPLES / "orders_expected.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else own_expected()


def stamp(moment: datetime) -> str:
    """Moment as the interface writes it."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _flatten(value: Any) -> Any:
    """Recorded connections become plain lists: the resolvers cut them into pages."""
    if isinstance(value, dict):
        if "nodes" in value and set(value) <= {"nodes", "pageInfo", "edges"}:
            return [_flatten(node) for node in value["nodes"]]
        return {key: _flatten(node) for key, node in value.items()}
    if isinstance(value, list):
        return [_flatten(node) for node in value]
    return value


class Bucket:
    """Leaky bucket of query points."""

    def __init__(self, size: float = 2000.0, rate: float = 100.0) -> None:
        self.size, self.rate = size, rate
        self.level, self.moment = size, time.monotonic()

    def refill(self) -> float:
        """Points available now."""
        now = time.monotonic()
        self.level = min(self.size, self.level + (now - self.moment) * self.rate)
        self.moment = now
        return self.level

    def take(self, points: float) -> bool:
        """Take points if there are enough."""
        if self.refill() < points:
            return False
        self.level -= points
        return True


class Store:
    """State of one shop. Every method may be called from several threads."""

    def __init__(
        self,
        orders: Iterable[Json] = (),
        refunds: Iterable[Json] = (),
        *,
        scopes: Iterable[str] = SCOPES,
        bucket: Bucket | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.scopes = set(scopes)
        self.bucket = bucket or Bucket()
        self.tokens: dict[str, datetime] = {}
        self.offset = timedelta()
        self.faults: list[Json] = []
        self.requests: list[str] = []
        self.subscriptions: dict[str, Json] = {}
        self.orders: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.serial = 0
        for order in orders:
            self.put_order(order)
        for refund in refunds:
            node = _flatten(copy.deepcopy(refund))
            self.refunds[node["id"]] = node

    # Time and tokens

    def now(self) -> datetime:
        """The shop's clock; ``advance`` moves it on."""
        return datetime.now(timezone.utc) + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass for tokens and stamps."""
        with self.lock:
            self.offset += timedelta(seconds=seconds)

    def grant_token(self) -> str:
        """A new access token."""
        with self.lock:
            token = f"sandbox_{secrets.token_hex(16)}"
            self.tokens[token] = self.now() + timedelta(seconds=TOKEN_LIFETIME)
            return token

    def token_valid(self, token: str) -> bool:
        """True for a token that was granted and has not run out."""
        with self.lock:
            until = self.tokens.get(token)
            return until is not None and until > self.now()

    # Orders

    def put_order(self, order: Json) -> Json:
        """Add or replace an order given in the form of the interface."""
        with self.lock:
            node = _flatten(copy.deepcopy(order))
            self.orders[node["id"]] = node
            return node

    def order_by_name(self, name: str) -> Json:
        """The order a merchant calls by this name."""
        return next(order for order in self.orders.values() if order["name"] == name)

    def change_order(self, name: str, changes: Json | None = None) -> Json:
        """Apply changes to the top level of an order and stamp it with now."""
        with self.lock:
            order = self.order_by_name(name)
            order.update(_flatten(copy.deepcopy(changes or {})))
            order["updatedAt"] = stamp(self.now())
            return order

    def add_refund(self, refund: Json) -> None:
        """Add a refund and list it on its order."""
        with self.lock:
            node = _flatten(copy.deepcopy(refund))
            self.refunds[node["id"]] = node
            order = self.orders[node["order"]["id"]]
            order["refunds"] = [*order["refunds"], node]
            order["updatedAt"] = stamp(self.now())

    def orders_since(self, moment: datetime | None) -> list[Json]:
        """Orders changed at or after a moment, by change and id."""
        with self.lock:
            floor = stamp(moment) if moment else ""
            found = [order for order in self.orders.values() if order["updatedAt"] >= floor]
            return sorted(found, key=lambda order: (order["updatedAt"], order["id"]))

    def find(self, gid: str) -> Json | None:
        """Any object by its global id."""
        with self.lock:
            return self.orders.get(gid) or self.refunds.get(gid) or self.subscriptions.get(gid)

    # Faults

    def add_faults(self, kind: str, count: int = 1, **options: Any) -> None:
        """Spoil the next ``count`` requests to the interface."""
        with self.lock:
            self.faults += [{"kind": kind, **options}] * count

    def next_fault(self) -> Json | None:
        """The fault for this request, used up."""
        with self.lock:
            if self.faults and self.faults[0].get("after"):
                self.faults[0] = {**self.faults[0], "after": self.faults[0]["after"] - 1}
                return None
            return self.faults.pop(0) if self.faults else None

    # Webhooks

    def subscribe(self, topic: str, settings: Json) -> Json:
        """Remember who wants to be told about a topic."""
        with self.lock:
            self.serial += 1
            node = {
                "__typename": "WebhookSubscription",
                "id": f"gid://shopify/WebhookSubscription/{self.serial}",
                "topic": topic,
                "uri": settings.get("uri") or settings.get("callbackUrl"),
                "name": settings.get("name"),
                "filter": settings.get("filter"),
                "includeFields": settings.get("includeFields") or [],
                "format": settings.get("format") or "JSON",
                "apiVersion": {"handle": "2026-10", "displayName": "2026-10", "supported": True},
            }
            self.subscriptions[node["id"]] = node
            return node
