# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stories in the stand-in for Shopify."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store
from tests.sandbox.shopify import refunds as money
from tests.sandbox.shopify.answers import Json, amount
from tests.sandbox.shopify.builder import Builder
from tests.sandbox.shopify.situations import Spec
from tests.sandbox.shopify.stock import MAIN
from tests.sandbox.shopify.store import Bucket
from tests.sandbox.shopify.webhooks import Mischief

from .story import FIRST_NUMBER, Order

# What may happen to a request, how often it is drawn, and what it may be meant for.
FAULTS = {
    "status": 2,
    "throttled": 2,
    "drop": 1,
    "hang": 1,
    "malformed": 1,
    "half": 1,
    "expire_tokens": 1,
    "kill": 2,
    "status_after": 2,
    "drop_after": 2,
    "half_after": 2,
    "hang_after": 1,
    "kill_after": 6,
}
AIMS = {
    "": 3,
    "fulfillmentCreate(": 3,
    "inventorySetQuantities(": 4,
    "refundCreate(": 3,
    "orderCancel(": 3,
    "fulfillmentTrackingInfoUpdate": 1,
    "orders(": 3,
    "nodes(": 2,
}
# Clocks run ahead in a story: it begins in the past, so that nothing happens in the future.
FIRST = Order(FIRST_NUMBER - 1, "never paid", (("HON-500", 1), ("KER-1", 1)), (), 0)
HEAD_START = 6 * 3600.0
LONGEST_LEAP = 900.0


def _draw(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


class ShopifyWorld:
    """A stand-in of its own, with its state in a file."""

    lives = (
        *("shipped", "shipped in parts", "tracking corrected", "refunded in the shop"),
        *("refunded twice", "credited here", "edited, then paid", "never paid"),
        *("cancelled in the shop", "cancelled here", "edited too late", "touched"),
    )
    tokens: Json = {}

    def __init__(self, tag: str, folder: Path) -> None:
        self.tag = tag
        self.notes = itertools.count(1)
        self.kill: Callable[[int], None] = lambda port: None
        store = Store(bucket=Bucket(size=2000, rate=1000))
        store.advance(-HEAD_START)
        state_file = folder / f"{tag}.state"
        self.sandbox = Sandbox(store, state_file=state_file)
        self.sandbox.on_kill = lambda port: self.kill(port)
        self.sandbox.start()
        self.url = self.sandbox.url
        # What there is before a story begins: the rates of taxes are learnt from it.
        self.store.put_order(self._build(FIRST, FIRST.goods))
        self.channel = {
            "channel_type": "shopify",
            "api_base": self.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    @property
    def store(self) -> Store:
        """The state; another object after each restart."""
        return self.sandbox.store

    @staticmethod
    def name(order: Order) -> str:
        """What the shop calls an order."""
        return f"#{order.number}"

    def _node(self, order: Order) -> Json | None:
        name = self.name(order)
        found = [node for node in self.store.orders.values() if node["name"] == name]
        return found[0] if found else None

    # Steps

    def do(self, what: str, order: Order) -> None:
        """A step of an order's life."""
        with self.store.lock:
            getattr(self, f"_{what}")(order)

    def _build(self, order: Order, goods: tuple[tuple[str, int], ...]) -> Json:
        home = (f"Kundin {order.number}", "", f"Feldweg {order.number}", "10115", "Berlin", "DE")
        spec = Spec(
            "chaos",
            list(goods),
            code="ZUFALL" if order.percent else "",
            percent=order.percent,
            billing=home,
            shipping=home,
            status="PAID" if order.is_paid else "PENDING",
            tenders=[("shopify_payments" if order.is_paid else "Bank", "")],
        )
        ids = itertools.count(91_000_000_000 + order.number * 1000)
        node, _refund = Builder(spec, order.number, ids, datetime.now(timezone.utc)).build()
        node["createdAt"] = node["processedAt"] = node["updatedAt"] = self.store.stamp()
        node["email"] = f"kundin{order.number}@{self.tag}.example.org"
        node["customer"] |= {
            "id": f"gid://shopify/Customer/{700_000 + order.number}",
            "displayName": f"Kundin {order.number}",
            "firstName": "Kundin",
            "lastName": str(order.number),
            "defaultEmailAddress": {"emailAddress": node["email"]},
        }
        return node

    def _place(self, order: Order) -> None:
        node = self.store.put_order(self._build(order, order.goods))
        self.store.emit("ORDERS_CREATE", self.store.told(node))

    def _edit(self, order: Order) -> None:
        before = self._node(order)
        node = self.store.put_order(
            {**self._build(order, order.later), "createdAt": before["createdAt"]}
        )
        for old, new in zip(before["lineItems"], node["lineItems"], strict=True):
            pieces = new["quantity"] - old["quantity"]
            self.store.stock.move(
                self.store.item_of(new), MAIN, available=-pieces, committed=pieces
            )
        self.store.touch(node)

    def _note(self) -> Json:
        """A change; what is the same as before counts as none, whatever moment it has."""
        return {"note": f"Bitte klingeln {next(self.notes)}"}

    def _touch(self, order: Order) -> None:
        self.store.change_order(self.name(order), self._note())

    def _pay(self, order: Order) -> None:
        money.mark_paid(self.store, {"id": self._node(order)["id"]})

    def _cancel(self, order: Order) -> None:
        back = {"originalPaymentMethodsRefund": True} if order.is_paid else None
        answer = money.cancel(self.store, self._node(order)["id"], "CUSTOMER", True, back)
        assert not answer["userErrors"], answer

    def _refund(self, order: Order) -> None:
        """One piece of the first line with pieces left."""
        node = self._node(order)
        line = next(
            row
            for row in node["lineItems"]
            if money.refunded_pieces(node, row["id"]) < row["quantity"]
        )
        rows = [{"lineItemId": line["id"], "quantity": 1, "restockType": "NO_RESTOCK"}]
        offer = money.suggested(self.store, node, rows)
        answer = money.create(
            self.store,
            {
                "orderId": node["id"],
                "refundLineItems": rows,
                "transactions": [
                    {
                        "gateway": row["gateway"],
                        "amount": str(amount(row["amountSet"])),
                        "parentId": row["parentTransaction"]["id"],
                    }
                    for row in offer["suggestedTransactions"]
                ],
            },
        )
        assert not answer["userErrors"], answer

    def count(self, sku: str, pieces: int) -> None:
        """Somebody in the shop changes its stock."""
        with self.store.lock:
            item = next(gid for gid, row in self.store.stock.items.items() if row["sku"] == sku)
            self.store.stock.move(item, MAIN, available=pieces)

    # Looking

    def is_shipped(self, order: Order) -> bool:
        """Whether the shop knows that everything has left."""
        node = self._node(order)
        return bool(node) and node["displayFulfillmentStatus"] == "FULFILLED"

    def updated_at(self, order: Order) -> str:
        """As the channel says it."""
        node = self._node(order)
        return node["updatedAt"] if node else ""

    def facts(self) -> dict[str, Any]:
        """All effects."""
        with self.store.lock:
            orders = {node["name"]: self._order_facts(node) for node in self.store.orders.values()}
            levels = {
                self.store.stock.items[item]["sku"]: dict(level)
                for (item, place), level in self.store.stock.levels.items()
                if place == MAIN
            }
        return {"orders": orders, "levels": levels}

    @staticmethod
    def _order_facts(node: Json) -> Json:
        shipments = [
            {
                "pieces": {row["sku"]: pieces for _fo, row, pieces in shipment["pieces"]},
                "tracking": [row["number"] for row in shipment["trackingInfo"]],
            }
            for shipment in node.get("fulfillments") or ()
        ]
        refunds = [
            {
                "amount": str(amount(refund["totalRefundedSet"])),
                "pieces": dict(
                    sum(
                        (
                            Counter({row["lineItem"]["sku"]: row["quantity"]})
                            for row in refund["refundLineItems"]
                        ),
                        Counter(),
                    )
                ),
            }
            for refund in node["refunds"]
        ]
        return {
            "cancelled": bool(node["cancelledAt"]),
            "payment": node["displayFinancialStatus"],
            "shipments": sorted(shipments, key=str),
            "refunds": sorted(refunds, key=str),
        }

    # Trouble

    def tell(self) -> int:
        """Deliver what waits."""
        from tests.sandbox.shopify import webhooks

        webhooks.flush(self.store)
        return len(self.store.deliveries)

    def trouble(self, chance: random.Random, names: list[str]) -> str:
        """Do one mean thing; tells which."""
        what = _draw(chance, {"fault": 6, "webhooks": 3, "restart": 1, "leap": 1, "change": 1})
        return getattr(self, f"_trouble_{what}")(chance, names)

    def _trouble_fault(self, chance: random.Random, _names: list[str]) -> str:
        kind, aim = _draw(chance, FAULTS), _draw(chance, AIMS)
        options = {"status": chance.choice((500, 502, 503, 429))} if "status" in kind else {}
        self.store.add_faults(kind, operation=aim, seconds=0.3, **options)
        return f"{kind} {aim}".strip()

    def _trouble_webhooks(self, chance: random.Random, _names: list[str]) -> str:
        self.store.mischief = Mischief(
            lose=chance.choice((0, 1, 3)),
            duplicate=chance.choice((0, 1, 3)),
            delay=chance.choice((0, 1, 2)),
            reorder=chance.random() < 0.5,
            seed=chance.randrange(1000),
        )
        return str(self.store.mischief)

    def _trouble_restart(self, _chance: random.Random, _names: list[str]) -> str:
        self.sandbox.restart()
        return "restart"

    def _trouble_leap(self, chance: random.Random, _names: list[str]) -> str:
        seconds = chance.uniform(0, LONGEST_LEAP)
        self.store.advance(seconds)
        return f"{seconds:.0f} s pass"

    def _trouble_change(self, chance: random.Random, names: list[str]) -> str:
        """An order changes between two requests of a run."""
        known = [
            name for name in names if any(o["name"] == name for o in self.store.orders.values())
        ]
        if not known:
            return "nothing"
        name = chance.choice(known)
        aim = chance.choice(("orders(", "nodes(", ""))
        self.store.add_faults("change", operation=aim, name=name, changes=self._note())
        return f"{name} changes before {aim}"

    def calm(self) -> None:
        """No more faults; deliveries that were held back go out."""
        with self.store.lock:
            self.store.faults.clear()
            self.store.mischief = Mischief()

    def stop(self) -> None:
        """Close the shop."""
        self.sandbox.stop()
