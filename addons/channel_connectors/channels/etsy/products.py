# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products of a shop: its listings, each with the products that can be chosen of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..base.money import ZERO
from ..base.products import Variant
from ..base.reading import Json
from . import inventory
from .client import EtsyClient

LISTINGS_AT_ONCE = 100
# States in which a listing has stock that matters; drafts were never offered.
STATES = ("active", "sold_out", "inactive", "expired")
GRAMS = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}


def listing_pages(client: EtsyClient) -> Iterator[list[Json]]:
    """All listings of the shop that are or were offered, with their inventories.

    Pages shift when a listing is made or ends in between: one may come twice. One that is
    missed then comes with the next reading.
    """
    for state in STATES:
        offset = 0
        while True:
            params = {
                "state": state,
                "includes": ["Inventory"],
                "limit": LISTINGS_AT_ONCE,
                "offset": offset,
            }
            nodes = client.get(f"shops/{client.shop_id}/listings", params)["results"]
            yield nodes
            if len(nodes) < LISTINGS_AT_ONCE:
                break
            offset += LISTINGS_AT_ONCE


def variants_of(node: Json) -> Iterator[Variant]:
    """What can be bought of a listing, named as the orders name it."""
    for product in inventory.products(node.get("inventory") or {}):
        chosen = (value for row in product["property_values"] for value in row.get("values") or ())
        choices = ", ".join(chosen)
        yield Variant(
            external_id=str(product["product_id"]),
            product_id=str(node["listing_id"]),
            title=f"{node['title']} – {choices}" if choices else node["title"],
            sku=(product.get("sku") or "").strip(),
            price=_price(product["offerings"]),
            weight=_weight(node),
            is_ended=node.get("state") == "expired",
        )


def _price(offerings: list[Json]) -> Decimal:
    """Price of what can be bought; Etsy's own examples carry a divisor of 0, which says none."""
    on_sale = [row for row in offerings if row.get("is_enabled")] or offerings
    money = on_sale[0].get("price") or {}
    return Decimal(money["amount"]) / money["divisor"] if money.get("divisor") else ZERO


def _weight(node: Json) -> Decimal:
    """Grams of a listing, packed; nothing if the shop does not say."""
    unit = GRAMS.get(node.get("item_weight_unit") or "")
    return Decimal(str(node.get("item_weight") or 0)) * unit if unit else ZERO


class EtsyProducts:
    """The part of the adapter that reads products. Listings are made by people, with pictures."""

    client: EtsyClient

    def variant_pages(self) -> Iterator[list[Variant]]:
        """All products of the shop, page by page."""
        for nodes in listing_pages(self.client):
            yield [variant for node in nodes for variant in variants_of(node)]
