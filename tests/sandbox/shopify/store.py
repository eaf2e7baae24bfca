# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the stand-in shop knows: orders, refunds, tokens, its rate limit, its hooks."""

from __future__ import annotations

import copy
import json
import secrets
import time
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ..base.store import BaseStore
from . import catalog, webhooks
from .answers import Json, number
from .orders import expected as own_expected
from .orders import sample_orders
from .stock import MAIN, Stock

CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"
DOMAIN = "sandbox.myshopify.com"
TOKEN_LIFETIME = 86399
SCOPES = frozenset(
    {
        "read_all_orders",
        "write_orders",
        "read_customers",
        "write_products",
        "write_inventory",
        "read_locations",
        "read_gift_cards",
        "read_shopify_payments_accounts",
        "write_fulfillments",
        "write_merchant_managed_fulfillment_orders",
        "write_returns",
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

    @classmethod
    def bottomless(cls) -> Bucket:
        """One that nobody waits for: where limits are not what is tested."""
        return cls(size=1e6, rate=1e6)

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


class Store(BaseStore):
    """State of one shop. Every method may be called from several threads."""

    def __init__(
        self,
        orders: Iterable[Json] = (),
        refunds: Iterable[Json] = (),
        *,
        scopes: Iterable[str] = SCOPES,
        bucket: Bucket | None = None,
    ) -> None:
        super().__init__(CLIENT_SECRET)
        self.scopes = set(scopes)
        self.domain = DOMAIN
        self.bucket = bucket or Bucket()
        self.tokens: dict[str, datetime] = {}
        self._start_machinery()
        self.stock = Stock()
        self.variants = catalog.initial(self)
        self.orders: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        for refund in refunds:
            node = _flatten(copy.deepcopy(refund))
            self.refunds[node["id"]] = node
        for order in orders:
            self.put_order(order)

    def _start_machinery(self) -> None:
        """What was told and made, all empty at first."""
        self.subscriptions: dict[str, Json] = {}
        self.deliveries: list[webhooks.Delivery] = []
        self.mischief = webhooks.Mischief()
        # Fulfilment orders, fulfilments, returns, jobs and bulk operations by global id.
        self.objects: dict[str, Json] = {}
        self.keys: dict[str, Json] = {}
        self.replays = 0
        self.files: dict[str, bytes] = {}
        self.bulk_polls = 0
        self.bulk_failure: str | None = None
        self.payouts: list[Json] = []
        self.paid_out: dict[str, str] = {}
        self.metafields: dict[tuple[str, str, str], Json] = {}
        # True while the search does not know yet what was just made.
        self.search_is_behind = False
        # True while a bulk operation reads everything at once.
        self.unlimited = False

    # Restart

    def __setstate__(self, state: Json) -> None:
        """A store as it was; the bucket goes on filling from now."""
        super().__setstate__(state)
        self.bucket.moment = time.monotonic()

    def gid(self, kind: str) -> str:
        """A new global id."""
        with self.lock:
            self.serial += 1
            return f"gid://shopify/{kind}/{8_000_000 + self.serial}"

    def stamp(self) -> str:
        """Now, as the interface writes it."""
        return stamp(self.now())

    # Time and tokens

    def now(self) -> datetime:
        """The shop's clock; ``advance`` moves it on."""
        return datetime.fromtimestamp(self.moment(), timezone.utc)

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
            node["refunds"] = [self.refunds.get(row["id"], row) for row in node["refunds"]]
            for row in node["refunds"]:
                row["order"] = node
            is_new = node["id"] not in self.orders
            self.orders[node["id"]] = node
            if is_new and not node["cancelledAt"]:
                self._commit_stock(node)
            return node

    def _commit_stock(self, order: Json) -> None:
        """Goods of a new order are no longer available."""
        for line in order["lineItems"]:
            item = self.item_of(line)
            if item and line["currentQuantity"] and line["requiresShipping"]:
                self.stock.add_item(item, line["sku"])
                pieces = line["currentQuantity"]
                self.stock.move(item, MAIN, available=-pieces, committed=pieces)

    @staticmethod
    def item_of(line: Json) -> str | None:
        """What a line takes from stock."""
        variant = line.get("variant") or {}
        return (variant.get("inventoryItem") or {}).get("id")

    def touch(self, order: Json) -> None:
        """An order has changed: stamp it and tell."""
        order["updatedAt"] = self.stamp()
        self.emit("ORDERS_UPDATED", self.told(order))

    @staticmethod
    def told(order: Json) -> Json:
        """What a delivery says about an order, customer data and all."""
        return {
            "id": number(order["id"]),
            "admin_graphql_api_id": order["id"],
            "name": order["name"],
            "updated_at": order["updatedAt"],
            "email": order["email"],
            "note": order["note"],
        }

    def emit(self, topic: str, content: Json) -> None:
        """Queue a message for the subscribers of a topic."""
        with self.lock:
            webhooks.emit(self, topic, content)

    def order_by_name(self, name: str) -> Json:
        """The order a merchant calls by this name."""
        return next(order for order in self.orders.values() if order["name"] == name)

    def change_order(self, name: str, changes: Json | None = None) -> Json:
        """Apply changes to the top level of an order and stamp it with now."""
        with self.lock:
            order = self.order_by_name(name)
            order.update(_flatten(copy.deepcopy(changes or {})))
            self.touch(order)
            return order

    def add_refund(self, refund: Json) -> None:
        """Add a refund and list it on its order."""
        with self.lock:
            node = _flatten(copy.deepcopy(refund))
            self.refunds[node["id"]] = node
            order = node["order"] = self.orders[node["order"]["id"]]
            order["refunds"] = [*order["refunds"], node]
            self.touch(order)

    def orders_since(self, moment: datetime | None) -> list[Json]:
        """Orders changed at or after a moment, by change and id."""
        with self.lock:
            floor = stamp(moment) if moment else ""
            found = [order for order in self.orders.values() if order["updatedAt"] >= floor]
            return sorted(found, key=lambda order: (order["updatedAt"], order["id"]))

    def find(self, gid: str) -> Json | None:
        """Any object by its global id."""
        with self.lock:
            for known in (self.orders, self.refunds, self.objects, self.variants):
                if gid in known:
                    return known[gid]
            return self.subscriptions.get(gid)

    # Faults

    @staticmethod
    def fits(operation: str, request: str) -> bool:
        """True if the name of the operation is somewhere in the request."""
        return operation in request

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
