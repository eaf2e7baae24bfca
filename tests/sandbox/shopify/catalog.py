# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products and variants: those of the situations, and what was created since."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from .answers import Json, number, problem
from .situations import CATALOGUE

TERM = re.compile(r"""\b(sku|barcode):\s*(?:'([^']*)'|"([^"]*)"|(\S+))""")


def initial(store: Any) -> dict[str, Json]:
    """A product with one variant for each article."""
    variants = {}
    for index, (sku, (title, price, _home, _abroad)) in enumerate(CATALOGUE.items()):
        serial = 4000 + index
        product = _product(f"gid://shopify/Product/{serial}", title)
        product["isGiftCard"] = sku == "GUT-25"
        node = _variant(store, f"gid://shopify/ProductVariant/{serial}", product)
        node |= {"sku": sku, "price": price}
        store.stock.add_item(node["item"], sku)
        variants[node["id"]] = node
    return variants


def _product(gid: str, title: str) -> Json:
    return {
        "__typename": "Product",
        "id": gid,
        "title": title,
        "handle": re.sub(r"\W+", "-", title.lower()).strip("-"),
        "status": "ACTIVE",
        "isGiftCard": False,
        "productType": "",
        "vendor": "Sandbox",
        "updatedAt": "2026-11-01T00:00:00Z",
        "variants": [],
    }


def _variant(store: Any, gid: str, product: Json) -> Json:
    node = {
        "__typename": "ProductVariant",
        "id": gid,
        "legacyResourceId": str(number(gid)),
        "title": "Default Title",
        "displayName": f"{product['title']} - Default Title",
        "sku": None,
        "barcode": None,
        "price": "0.00",
        "compareAtPrice": None,
        "taxable": True,
        "inventoryPolicy": "DENY",
        "requiresComponents": False,
        "updatedAt": "2026-11-01T00:00:00Z",
        "unitPriceMeasurement": None,
        "showUnitPrice": False,
        "selectedOptions": [{"name": "Title", "value": "Default Title"}],
        "product": product,
        "item": f"gid://shopify/InventoryItem/{number(gid)}",
        "isNew": False,
    }
    product["variants"].append(node)
    return node


def find(store: Any, query: str | None = None) -> list[Json]:
    """Variants that match one of the terms of a search, or all. A search may be behind: it
    does not find what was made since, where the store is told so.
    """
    rows = list(store.variants.values())
    terms = [(found[1], found[2] or found[3] or found[4]) for found in TERM.finditer(query or "")]
    if not terms:
        return rows
    known = [row for row in rows if not (store.search_is_behind and row["isNew"])]
    return [row for row in known if any(row[field] == value for field, value in terms)]


def products(store: Any) -> dict[str, Json]:
    """Products by id."""
    return {row["product"]["id"]: row["product"] for row in store.variants.values()}


def by_identifier(store: Any, identifier: Json) -> Json | None:
    """A product by its id or handle, always up to date."""
    rows = products(store)
    if "id" in identifier:
        return rows.get(identifier["id"])
    return next((row for row in rows.values() if row["handle"] == identifier["handle"]), None)


def set_product(
    store: Any, input: Json, identifier: Json | None = None, synchronous: bool = True
) -> Json:
    """Create or replace a product. Lists that are given are what there is afterwards."""
    identifier = identifier or ({"id": input["id"]} if input.get("id") else {})
    product = by_identifier(store, identifier) if identifier else None
    if wrong := _check_product(store, product, input, identifier):
        return {"product": None, "productSetOperation": None, "userErrors": [wrong]}
    if product is None:
        product = _product(store.gid("Product"), input["title"])
        product["handle"] = identifier.get("handle") or product["handle"]
        input = {"variants": [{"optionValues": []}], **input}
    for key in ("title", "status", "productType", "vendor", "handle"):
        product[key] = input.get(key) or product[key]
    product["updatedAt"] = store.stamp()
    if "variants" in input:
        kept = [_set_variant(store, product, given) for given in input["variants"]]
        for node in [row for row in product["variants"] if row not in kept]:
            product["variants"].remove(node)
            del store.variants[node["id"]]
    return {"product": product, "productSetOperation": None, "userErrors": []}


def _check_product(store: Any, product: Json | None, input: Json, identifier: Json) -> Json | None:
    """What is wrong with an input, if anything."""
    if product is None and "id" in identifier:
        return problem("Product does not exist", "input", "id", code="PRODUCT_DOES_NOT_EXIST")
    if product is None and not input.get("title"):
        return problem("Title can't be blank", "input", "title", code="INVALID_PRODUCT")
    handle = input.get("handle")
    taken = handle and by_identifier(store, {"handle": handle})
    if taken and taken is not product:
        return problem("Handle is not unique", "input", "handle", code="HANDLE_NOT_UNIQUE")
    names = [_option_values(given) for given in input.get("variants") or ()]
    if len(set(names)) != len(names):
        return problem("The variant exists", "input", "variants", code="INVALID_VARIANT")
    declared = {
        (option["name"], value["name"])
        for option in input.get("productOptions") or ()
        for value in option.get("values") or ()
    }
    if names and not {pair for row in names for pair in row} <= declared:
        code = "OPTION_VALUE_DOES_NOT_EXIST"
        return problem("The option value does not exist", "input", "variants", code=code)
    return None


def _option_values(given: Json) -> tuple[tuple[str, str], ...]:
    return tuple((row["optionName"], row["name"]) for row in given["optionValues"])


def _set_variant(store: Any, product: Json, given: Json) -> Json:
    """The variant with these option values; one that is new gets stock of nothing."""
    values = _option_values(given) or (("Title", "Default Title"),)
    shown = [{"name": name, "value": value} for name, value in values]
    node = next((row for row in product["variants"] if row["selectedOptions"] == shown), None)
    sku = given.get("sku") or (given.get("inventoryItem") or {}).get("sku")
    if node is None:
        node = _variant(store, store.gid("ProductVariant"), product)
        node |= {"selectedOptions": shown, "title": " / ".join(value for _n, value in values)}
        node["isNew"] = True
        store.variants[node["id"]] = node
        store.stock.add_item(node["item"], sku, 0)
    node["sku"] = sku or node["sku"]
    _fill(store, node, given)
    return node


def _fill(store: Any, node: Json, given: Json) -> None:
    for key in ("price", "barcode", "taxable", "unitPriceMeasurement", "showUnitPrice"):
        if key in given:
            node[key] = given[key]
    if node["unitPriceMeasurement"]:
        node["unitPriceMeasurement"].setdefault("measuredType", "WEIGHT")
    item = store.stock.items[node["item"]]
    for key in ("tracked", "requiresShipping", "measurement"):
        if key in (given.get("inventoryItem") or {}):
            item[key] = given["inventoryItem"][key]
    node["updatedAt"] = store.stamp()


def update_variants(
    store: Any, productId: str, variants: list[Json], allowPartialUpdates: bool = False
) -> Json:
    """Change variants of one product."""
    done, problems = [], []
    for index, given in enumerate(variants):
        node = store.variants.get(given.get("id"))
        if node is None or node["product"]["id"] != productId:
            text, code = "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST"
            problems.append(problem(text, "variants", index, "id", code=code))
        else:
            done.append((node, given))
    if problems and not allowPartialUpdates:
        return {"productVariants": None, "userErrors": problems}
    for node, given in done:
        _fill(store, node, given)
    return {"productVariants": [node for node, _given in done], "userErrors": problems}


def set_metafields(store: Any, metafields: list[Json]) -> Json:
    """At most 25, all or none, each only if it is what the caller believes."""
    problems, rows = [], []
    if len(metafields) > 25:
        problems.append(problem("Exceeded the maximum of 25", "metafields", code="LESS_THAN"))
    for index, given in enumerate(metafields):
        key = (given["ownerId"], given.get("namespace") or "app", given["key"])
        known = store.metafields.get(key)
        digest = known["compareDigest"] if known else None
        if store.find(given["ownerId"]) is None:
            text = "Owner does not exist."
            problems.append(problem(text, "metafields", index, "ownerId", code="INVALID"))
        elif "compareDigest" in given and given["compareDigest"] != digest:
            text = "The resource has been updated since it was loaded."
            problems.append(problem(text, "metafields", index, code="STALE_OBJECT"))
        rows.append((key, given, known))
    if problems:
        return {"metafields": None, "userErrors": problems}
    done = []
    for key, given, known in rows:
        store.metafields[key] = {
            "id": known["id"] if known else store.gid("Metafield"),
            "namespace": key[1],
            "key": key[2],
            "value": given["value"],
            "compareDigest": hashlib.sha256(given["value"].encode()).hexdigest(),
            "updatedAt": store.stamp(),
        }
        done.append(store.metafields[key])
    return {"metafields": done, "userErrors": []}
