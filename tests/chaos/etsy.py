# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A shop at Etsy in a story: it tells nothing by itself, and its stock is written as a whole."""

from __future__ import annotations

import copy
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET, Sandbox, Store, default_receipts
from tests.sandbox.etsy.answers import Json, cents, money
from tests.sandbox.etsy.catalog import Article, Spec, listing
from tests.sandbox.etsy.inventory import alive
from tests.sandbox.etsy.limits import VARIANTS
from tests.sandbox.etsy.receipts import ADDRESS

from .story import FIRST_NUMBER, WITHHELD, Order

# What may happen to a request, how often it is drawn, and what it may be meant for.
FAULTS = {
    "status": 3,
    "page": 1,
    "drop": 1,
    "hang": 1,
    "malformed": 1,
    "half": 1,
    "expire_tokens": 2,
    "kill": 2,
    "status_after": 2,
    "drop_after": 2,
    "half_after": 2,
    "hang_after": 1,
    "kill_after": 6,
}
AIMS = {
    "createReceiptShipment": 5,
    "updateListingInventory": 5,
    "updateListing": 1,
    "getShopReceipts": 4,
    "getShopReceipt": 3,
    "getListingInventory": 2,
    "getListingsInventoryByListingIds": 2,
}
# What happens to a renewal is as bad as it may be: with the answer the connection would be
# lost, and somebody had to consent again.
RENEWAL_FAULTS = ("status", "page", "drop", "hang", "malformed", "half")
# Clocks run ahead in a story: it begins in the past, so that nothing happens in the future.
HEAD_START = 6 * 3600.0
LONGEST_LEAP = 900.0
SIZE = 513
# Two variations of one listing, and two listings without any.
SPECS = (
    Spec(
        1710000101,
        "Honig",
        (
            Article(22100000101, "HON-500", 890, 100, ((SIZE, 1401, "500 g"),)),
            Article(22100000102, "HON-250W", 590, 100, ((SIZE, 1402, "250 g"),), 1403),
        ),
        {SIZE: "Größe"},
        on_property=dict.fromkeys(("price", "quantity", "sku", "readiness_state"), (SIZE,)),
    ),
    Spec(1710000102, "Kerze", (Article(22100000103, "KER-1", 1450, 100),)),
    Spec(1710000103, "Lippenbalsam", (Article(22100000104, "LIP-1", 395, 100),)),
)
ARTICLES = {article.sku: (spec, article) for spec in SPECS for article in spec.articles}
SHIPPING = 490
FIRST = Order(FIRST_NUMBER - 1, "never paid", (("HON-500", 1), ("KER-1", 1)), (), 0)


def _draw(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


class EtsyWorld:
    """A stand-in of its own, with its state in a file."""

    lives = (
        *("shipped", "shipped in parts", "tracking corrected, both told", "touched"),
        *("refunded in the shop", "refunded twice", "refunded before it left"),
        *("edited, then paid", "never paid", "edited too late", "address withheld"),
        *("cancelled in the shop", "cancelled on both sides", "parcel entered by hand"),
    )

    def __init__(self, tag: str, folder: Path) -> None:
        self.notes = 0
        self.kill: Callable[[int], None] = lambda port: None
        store = Store()
        store.advance(-HEAD_START)
        store.listings = {spec.listing_id: listing(spec) for spec in SPECS}
        self.sandbox = Sandbox(store, state_file=folder / f"{tag}.state")
        self.sandbox.on_kill = lambda port: self.kill(port)
        self.sandbox.start()
        self.url = self.sandbox.url
        # What there is before a story begins: products are learnt from it.
        store.happen("receipt", receipt=self._build(FIRST))
        self.channel = {
            "channel_type": "etsy",
            "api_base": self.url,
            "client_id": KEYSTRING,
            "client_secret": SHARED_SECRET,
        }
        granted = store.grant()
        self.tokens = {
            "token": granted["access_token"],
            "lifetime": float(granted["expires_in"]),
            "refresh": granted["refresh_token"],
            "refresh_lifetime": 90 * 86400.0,
        }

    @property
    def store(self) -> Store:
        """The state; another object after each restart."""
        return self.sandbox.store

    @staticmethod
    def name(order: Order) -> str:
        """What the shop calls an order."""
        return str(order.number)

    # Steps

    def do(self, what: str, order: Order) -> None:
        """A step of an order's life. No two of them are in one second, which is all Etsy tells."""
        with self.store.lock:
            self.store.advance(1)
            getattr(self, f"_{what}")(order)

    def _build(self, order: Order) -> Json:
        """A receipt like the samples, with other goods for another buyer."""
        sample = copy.deepcopy(default_receipts()[0])
        line = sample["transactions"][0]
        worth = sum(ARTICLES[sku][1].price * pieces for sku, pieces in order.goods)
        off = worth * order.percent // 100
        sample |= {
            "receipt_id": order.number,
            "buyer_user_id": 810_000_000 + order.number,
            "name": f"Kundin {order.number}",
            "first_line": f"Feldweg {order.number}",
            "second_line": None,
            "city": "Berlin",
            "zip": "10115",
            "formatted_address": f"Kundin {order.number}\nFeldweg {order.number}\n10115 Berlin",
            "message_from_buyer": None,
            "status": "paid" if order.is_paid else "payment processing",
            "is_paid": order.is_paid,
            "total_price": money(worth),
            "discount_amt": money(off),
            "subtotal": money(worth - off),
            "total_shipping_cost": money(SHIPPING),
            "grandtotal": money(worth - off + SHIPPING),
            "transactions": [
                line | self._line(order, number, sku, pieces)
                for number, (sku, pieces) in enumerate(order.goods)
            ],
        }
        sample["transactions"][0]["shop_coupon"] = off / 100
        if order.life == WITHHELD:
            sample.update(dict.fromkeys(ADDRESS))
        return sample

    @staticmethod
    def _line(order: Order, number: int, sku: str, pieces: int) -> Json:
        spec, article = ARTICLES[sku]
        return {
            "transaction_id": order.number * 10 + number,
            "receipt_id": order.number,
            "buyer_user_id": 810_000_000 + order.number,
            "title": spec.title,
            "sku": sku,
            "quantity": pieces,
            "price": money(article.price),
            "listing_id": spec.listing_id,
            "product_id": article.product_id,
            "variations": [],
            "product_data": [],
            "shop_coupon": 0.0,
        }

    def _place(self, order: Order) -> None:
        self.store.happen("receipt", receipt=self._build(order))

    def _happen(self, kind: str, order: Order, **facts: Any) -> None:
        self.store.happen(kind, receipt_id=order.number, **facts)

    def _edit(self, order: Order) -> None:
        """What a buyer may still change at Etsy: where it goes."""
        street = f"Neue Gasse {order.number}"
        text = f"Kundin {order.number}\n{street}\n10115 Berlin"
        self._happen("edit", order, changes={"first_line": street, "formatted_address": text})

    def _note(self) -> Json:
        """A change; what is the same as before counts as none, whatever moment it has."""
        self.notes += 1
        return {"message_from_buyer": f"Bitte klingeln {self.notes}"}

    def _touch(self, order: Order) -> None:
        self._happen("edit", order, changes=self._note())

    def _pay(self, order: Order) -> None:
        self._happen("pay", order)

    def _cancel(self, order: Order) -> None:
        self._happen("cancel", order)

    def _refund(self, order: Order) -> None:
        """What a piece of the first article costs."""
        self._happen("refund", order, amount=ARTICLES[order.goods[0][0]][1].price)

    def _ship(self, order: Order) -> None:
        """The seller enters the number of the parcel before we can tell it."""
        self._happen("ship", order, carrier_name="dhl", tracking_code=f"T{order.number}-1")

    def count(self, sku: str, pieces: int) -> None:
        """Somebody in the shop changes its stock."""
        spec, article = ARTICLES[sku]
        with self.store.lock:
            now = max(0, self._offering(sku)["quantity"] + pieces)
            self.store.happen(
                "offer",
                listing_id=spec.listing_id,
                product_id=article.product_id,
                quantity=now,
            )

    def _offering(self, sku: str) -> Json:
        rows = alive(self.store.listings[ARTICLES[sku][0].listing_id])
        return next(row["offerings"][0] for row in rows if row["sku"] == sku)

    # Looking

    def _receipt(self, order: Order) -> Json | None:
        return self.store.receipts.get(order.number)

    def is_shipped(self, order: Order) -> bool:
        """Whether the shop knows that everything has left: of each parcel its number."""
        node = self._receipt(order)
        ours = [step.what for step in order.steps if step.who == "hub"]
        parcels = ours.count("ship") + ours.count("ship_part")
        return bool(node) and node["is_shipped"] and len(node["shipments"]) >= parcels

    def updated_at(self, order: Order) -> str:
        """As the channel says it."""
        node = self._receipt(order)
        if not node:
            return ""
        moment = datetime.fromtimestamp(node["updated_timestamp"], timezone.utc)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    def facts(self) -> dict[str, Any]:
        """All effects."""
        with self.store.lock:
            assert not self.store.violations, self.store.violations
            ledger = Counter[str]()
            for row in self.store.ledger:
                ledger[row["ledger_type"]] += row["amount"]
            return {
                "orders": {
                    str(number): self._order_facts(node)
                    for number, node in self.store.receipts.items()
                },
                "listings": {
                    str(number): self._listing_facts(node)
                    for number, node in self.store.listings.items()
                },
                "ledger": dict(ledger),
            }

    def _order_facts(self, node: Json) -> Json:
        mails = [row for row in self.store.mails if row["receipt_id"] == node["receipt_id"]]
        return {
            "status": node["status"],
            "shipments": sorted(row["tracking_code"] for row in node["shipments"]),
            "mails": sorted(row["tracking_code"] for row in mails),
            "refunds": sorted(cents(row["amount"]) for row in node["refunds"]),
        }

    @staticmethod
    def _listing_facts(node: Json) -> Json:
        """State, pieces, and everything a write of pieces has to leave alone."""
        return {
            "state": node["state"],
            "products": [
                [product["sku"], product["product_id"], product["property_values"]]
                + [product["offerings"][0]]
                for product in alive(node)
            ],
            "on": [node["inventory"][key] for key in sorted(node["inventory"]) if "_on_" in key],
        }

    # Trouble

    def tell(self) -> int:
        """Etsy tells owners of one shop nothing by itself."""
        return 0

    def trouble(self, chance: random.Random, names: list[str]) -> str:
        """Do one mean thing; tells which."""
        kinds = {"fault": 8, "renewal": 1, "restart": 1, "leap": 1, "change": 1, "limits": 1}
        return getattr(self, f"_trouble_{_draw(chance, kinds)}")(chance, names)

    def _fault(self, chance: random.Random, kind: str, aim: str) -> str:
        options = {"status": chance.choice((500, 502, 503, 429))} if "status" in kind else {}
        self.store.add_faults(kind, operation=aim, seconds=0.3, **options)
        return f"{kind} {aim}"

    def _trouble_fault(self, chance: random.Random, _names: list[str]) -> str:
        return self._fault(chance, _draw(chance, FAULTS), _draw(chance, AIMS))

    def _trouble_renewal(self, chance: random.Random, _names: list[str]) -> str:
        """Everybody needs a new token, which is not to be had at once."""
        self.store.authority.expire()
        return self._fault(chance, chance.choice(RENEWAL_FAULTS), "token")

    def _trouble_restart(self, _chance: random.Random, _names: list[str]) -> str:
        self.sandbox.restart()
        return "restart"

    def _trouble_leap(self, chance: random.Random, _names: list[str]) -> str:
        seconds = chance.uniform(0, LONGEST_LEAP)
        self.store.advance(seconds)
        return f"{seconds:.0f} s pass"

    def _trouble_change(self, chance: random.Random, names: list[str]) -> str:
        """An order changes between two requests of a run."""
        known = [name for name in names if int(name) in self.store.receipts]
        if not known:
            return "nothing"
        name = chance.choice(known)
        aim = chance.choice(("getShopReceipts", "getShopReceipt"))
        event = {"kind": "edit", "receipt_id": int(name), "changes": self._note()}
        self.store.add_faults("event", operation=aim, event=event)
        return f"{name} changes before {aim}"

    def _trouble_limits(self, chance: random.Random, _names: list[str]) -> str:
        """Etsy allows less, or tells what it allows in other words."""
        limits = self.store.limits
        limits.per_second = chance.choice((10, 150))
        limits.variant = chance.choice(list(VARIANTS))
        return f"{limits.per_second} requests a second, headers {limits.variant}"

    def calm(self) -> None:
        """No more faults."""
        with self.store.lock:
            self.store.faults.clear()
            self.store.limits.per_second, self.store.limits.variant = 150, "usual"

    def stop(self) -> None:
        """Close the shop."""
        self.sandbox.stop()
