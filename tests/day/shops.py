# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The stand-ins for the day: as in the stories of `tests.chaos`, with buyers of their own kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.chaos.etsy import ARTICLES, EtsyWorld
from tests.chaos.shopify import ShopifyWorld
from tests.chaos.story import Order
from tests.sandbox import etsy
from tests.sandbox.shopify import payouts
from tests.sandbox.shopify.answers import Json
from tests.sandbox.shopify.stock import MAIN

from .plan import BALM, JAR

# Articles that the shops are told the stock of; the others are made to order.
STOCKED = (JAR, BALM)
TEXT = "Für Anna, 24.12."
MOST_AT_ETSY = 999


class ShopifyDay(ShopifyWorld):
    """Some buyers forget the number of their house; some want a name on the candle."""

    kind = "shopify"

    def _build(self, order: Order, goods: tuple[tuple[str, int], ...]) -> Json:
        node = super()._build(order, goods)
        # Whoever pays later, does it through the shop, too.
        for row in node["transactions"]:
            row.update(gateway="shopify_payments", manualPaymentGateway=False)
        if order.life == "address incomplete":
            for name in ("billingAddress", "shippingAddress"):
                node[name]["address1"] = "Feldweg"
        if order.life == "personalised":
            lines = node["lineItems"]
            for line in lines["nodes"] if isinstance(lines, dict) else lines:
                line["customAttributes"] = [{"key": "Gravur", "value": TEXT}]
        return node

    def pay_out(self) -> Any:
        """The shop transfers what it has collected."""
        with self.store.lock:
            return payouts.issue(self.store)

    def levels(self) -> dict[str, int]:
        """Pieces on offer by article."""
        with self.store.lock:
            return {
                self.store.stock.items[item]["sku"]: level["available"]
                for (item, place), level in self.store.stock.levels.items()
                if place == MAIN and self.store.stock.items[item]["sku"] in STOCKED
            }

    def restock(self) -> None:
        """What is made to order does not run out in the shop."""

    def run_low(self) -> None:
        """This shop goes on offering what is sold out."""

    def told(self) -> dict[str, list[str]]:
        """Numbers of parcels by order; a parcel without one has an empty one."""
        with self.store.lock:
            return {
                node["name"]: [
                    row["number"]
                    for shipment in node.get("fulfillments") or ()
                    for row in shipment["trackingInfo"] or [{"number": ""}]
                ]
                for node in self.store.orders.values()
            }


class EtsyDay(EtsyWorld):
    """Some buyers want a name on the candle."""

    kind = "etsy"

    def __init__(self, tag: str, folder: Path) -> None:
        super().__init__(tag, folder)
        self.restock()

    @staticmethod
    def _line(order: Order, number: int, sku: str, pieces: int) -> Json:
        line = EtsyWorld._line(order, number, sku, pieces)
        if order.life == "personalised":
            line["variations"] = [
                {
                    "property_id": 54,
                    "value_id": None,
                    "formatted_name": "Personalisierung",
                    "formatted_value": TEXT,
                    "question_id": 77001,
                }
            ]
        return line

    def pay_out(self) -> Any:
        """Etsy transfers the balance."""
        return self.store.happen("pay_out")

    def levels(self) -> dict[str, int]:
        """Pieces on offer by article."""
        with self.store.lock:
            return {sku: self._offering(sku)["quantity"] for sku in STOCKED}

    def restock(self) -> None:
        """What is made to order does not run out in the shop."""
        for sku in ARTICLES.keys() - set(STOCKED):
            self._offer(sku, MOST_AT_ETSY)

    def run_low(self) -> None:
        """One balm is left on offer: whoever buys it ends the listing."""
        self._offer(BALM, 1)

    def _offer(self, sku: str, pieces: int) -> None:
        spec, article = ARTICLES[sku]
        values = {"listing_id": spec.listing_id, "product_id": article.product_id}
        self.store.happen("offer", quantity=pieces, **values)

    def told(self) -> dict[str, list[str]]:
        """Numbers of parcels by order."""
        with self.store.lock:
            return {
                str(number): [row["tracking_code"] for row in node["shipments"]]
                for number, node in self.store.receipts.items()
            }


def kinds() -> tuple[str, ...]:
    """Shops whose stand-in can run here: that for Etsy needs Etsy's own file."""
    return ("shopify", "etsy") if etsy.available() else ("shopify",)


def open_all(folder: Path) -> dict[str, ShopifyDay | EtsyDay]:
    """The stand-ins, by kind."""
    worlds = {"shopify": ShopifyDay, "etsy": EtsyDay}
    return {kind: worlds[kind](kind, folder) for kind in kinds()}
