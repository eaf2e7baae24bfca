# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products of a shop: read, made once, changed; and what is noted with an order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..base.products import ProductWish, Variant, VariantWish, plain
from ..base.reading import Json
from .client import ShopifyClient

VARIANTS_PER_PAGE = 250
SKUS_PER_SEARCH = 20
ONLY_VARIANT = "Default Title"
GRAMS = {
    "GRAMS": Decimal(1),
    "KILOGRAMS": Decimal(1000),
    "OUNCES": Decimal("28.349523125"),
    "POUNDS": Decimal("453.59237"),
}
UNIT_PRICE = re.compile(r"([\d.]+) (\w+) / (\d+) (\w+)")


def parse_variant(node: Json) -> Variant:
    """A variant of the shop as all channels describe theirs."""
    product, item = node["product"], node["inventoryItem"]
    title = product["title"]
    if node["title"] != ONLY_VARIANT:
        title = f"{title} – {node['title']}"
    weight = (item["measurement"] or {}).get("weight")
    measure = node["unitPriceMeasurement"] if node["showUnitPrice"] else None
    return Variant(
        external_id=node["id"],
        product_id=product["id"],
        title=title,
        sku=(node["sku"] or "").strip(),
        barcode=(node["barcode"] or "").strip(),
        price=Decimal(node["price"]),
        weight=Decimal(str(weight["value"])) * GRAMS[weight["unit"]] if weight else Decimal(0),
        unit_price=_unit_price_text(measure) if measure else "",
        taxable=node["taxable"],
        is_gift_card=product["isGiftCard"],
    )


def _unit_price_text(measure: Json) -> str:
    quantity = plain(Decimal(str(measure["quantityValue"])))
    reference = f"{measure['referenceValue']} {measure['referenceUnit']}"
    return f"{quantity} {measure['quantityUnit']} / {reference}"


def _unit_price_input(text: str) -> Json:
    """Input for a unit price; without one, none is shown."""
    found = UNIT_PRICE.fullmatch(text)
    if not found:
        return {"showUnitPrice": False}
    quantity, unit, reference, reference_unit = found.groups()
    return {
        "showUnitPrice": True,
        "unitPriceMeasurement": {
            "quantityValue": float(quantity),
            "quantityUnit": unit,
            "referenceValue": int(reference),
            "referenceUnit": reference_unit,
        },
    }


def _weight_input(grams: str) -> Json:
    return {"weight": {"value": float(Decimal(grams) / 1000), "unit": "KILOGRAMS"}}


class ShopifyProducts:
    """The part of the adapter that deals with products."""

    client: ShopifyClient

    def variant_pages(self) -> Iterator[list[Variant]]:
        """All variants of the shop, page by page."""
        variables = {"first": VARIANTS_PER_PAGE}
        for nodes in self.client.pages("variants_page", variables, "productVariants"):
            yield [parse_variant(node) for node in nodes]

    def variants_with(self, skus: Iterable[str]) -> list[Variant]:
        """Variants with one of the SKUs, as far as the search of the shop knows them."""
        wanted = sorted(set(skus))
        found = []
        for start in range(0, len(wanted), SKUS_PER_SEARCH):
            terms = (
                "sku:'{}'".format(sku.replace("\\", "\\\\").replace("'", "\\'"))
                for sku in wanted[start : start + SKUS_PER_SEARCH]
            )
            data = self.client.execute("variant_by_sku", {"query": " OR ".join(terms)})
            found += [parse_variant(node) for node in data["productVariants"]["nodes"]]
        # The search is generous with capitals and parts of words.
        return [variant for variant in found if variant.sku in wanted]

    def variants_at(self, handle: str) -> list[Variant]:
        """Variants of the product with this address, as it is at this moment."""
        product = self.client.execute("product_by_handle", {"handle": handle})
        node = product["productByIdentifier"]
        return [parse_variant(row) for row in node["variants"]["nodes"]] if node else []

    def make_product(self, wish: ProductWish) -> list[Variant]:
        """Make a product that customers do not see yet; asking twice makes it once."""
        content = {
            "title": wish.title,
            "handle": wish.handle,
            "status": "DRAFT",
            "productOptions": self._options(wish),
            "variants": [self._variant_input(variant) for variant in wish.variants],
        }
        variables = {
            "input": content,
            "identifier": {"handle": wish.handle},
            "synchronous": True,
        }
        product = self.client.mutate("product_set", variables)["product"]
        return [parse_variant(node) for node in product["variants"]["nodes"]]

    @staticmethod
    def _options(wish: ProductWish) -> list[Json]:
        values: dict[str, dict[str, None]] = {}
        for variant in wish.variants:
            for name, value in variant.options or (("Title", ONLY_VARIANT),):
                values.setdefault(name, {})[value] = None
        return [
            {"name": name, "values": [{"name": value} for value in found]}
            for name, found in values.items()
        ]

    @staticmethod
    def _variant_input(wish: VariantWish) -> Json:
        content: Json = {
            "price": wish.price,
            "barcode": wish.barcode or None,
            "taxable": wish.taxable,
            "optionValues": [
                {"optionName": name, "name": value}
                for name, value in wish.options or (("Title", ONLY_VARIANT),)
            ],
            "inventoryItem": {
                "sku": wish.sku,
                "tracked": wish.tracked,
                "measurement": _weight_input(wish.weight),
            },
        }
        if wish.unit_price is not None:
            content |= _unit_price_input(wish.unit_price)
        return content

    def change_variant(self, product_id: str, variant_id: str, changes: Mapping[str, str]) -> None:
        """Give a variant another price, barcode, weight or unit price. Asking twice changes
        nothing more.
        """
        content: Json = {}
        if "price" in changes:
            content["price"] = changes["price"]
        if "barcode" in changes:
            content["barcode"] = changes["barcode"]
        if "weight" in changes:
            content["inventoryItem"] = {"measurement": _weight_input(changes["weight"])}
        if "unit_price" in changes:
            content |= _unit_price_input(changes["unit_price"])
        rows = [{"id": variant_id, **content}]
        self.client.mutate("variants_update", {"productId": product_id, "variants": rows})

    def note_on_order(self, order_id: str, key: str, content: Any) -> None:
        """Keep data with an order, in place of what was kept under the same key."""
        row = {
            "ownerId": order_id,
            "namespace": "batch",
            "key": key,
            "type": "json",
            "value": json.dumps(content, ensure_ascii=False, sort_keys=True),
        }
        self.client.mutate("metafields_set", {"metafields": [row]})
