# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Listings and their inventory. Writing replaces all of it, as Etsy does: a product that is
not sent is gone, and so is every field of a product that is not sent with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import money
from .answers import Json, Refusal, cents, page
from .answers import money as in_money
from .catalog import OPENED, READINESS
from .guard import Call
from .receipts import own_shop
from .store import CURRENCY, SHOP_ID, USER_ID

MOST = 999
RELIST_SECONDS = 120 * 86400
# States of listings that have ended, and what renewing them is called in the ledger.
ENDED = {"sold_out": "renew_sold", "expired": "renew_expired"}
ASPECTS = ("price", "quantity", "sku", "readiness_state")


def alive(listing: Json) -> list[Json]:
    """Products that are not deleted."""
    return [row for row in listing["inventory"]["products"] if not row["is_deleted"]]


def offerings(listing: Json) -> list[Json]:
    """Offerings that are not deleted."""
    return [row for product in alive(listing) for row in product["offerings"]]


def pieces(listing: Json) -> int:
    """What a buyer may order of a listing in all."""
    return sum(row["quantity"] for row in offerings(listing) if row["is_enabled"])


# Reading


def shown_inventory(listing: Json, *, deleted: bool = False) -> Json:
    """The inventory as it is served."""
    inventory = listing["inventory"]
    return {**inventory, "products": inventory["products"] if deleted else alive(listing)}


def shown_listing(store: Any, listing: Json, includes: tuple[str, ...] = ()) -> Json:
    """A listing as it is served."""
    lowest = min(offerings(listing), key=lambda row: cents(row["price"]))["price"]
    changed = listing["updated_timestamp"]
    node = {
        "listing_id": listing["listing_id"],
        "user_id": USER_ID,
        "shop_id": SHOP_ID,
        "title": listing["title"],
        "description": listing["title"],
        "state": listing["state"],
        "creation_timestamp": OPENED,
        "created_timestamp": OPENED,
        "ending_timestamp": changed + RELIST_SECONDS,
        "original_creation_timestamp": OPENED,
        "last_modified_timestamp": changed,
        "updated_timestamp": changed,
        "state_timestamp": changed,
        "quantity": pieces(listing),
        "url": f"https://www.etsy.com/listing/{listing['listing_id']}",
        "listing_type": listing["listing_type"],
        "has_variations": any(product["property_values"] for product in alive(listing)),
        "should_auto_renew": listing["should_auto_renew"],
        "language": "de",
        "price": lowest,
        "skus": [product["sku"] for product in alive(listing) if product["sku"]],
    }
    if "Inventory" in includes:
        node["inventory"] = shown_inventory(listing)
    return node


def get_listings(store: Any, call: Call) -> Json:
    """Listings of the shop in one state; active ones unless asked otherwise."""
    own_shop(call)
    found = [row for row in store.listings.values() if row["state"] == call.query["state"]]
    includes = tuple(call.query.get("includes", ()))
    result = page(found, call.query)
    rows = [shown_listing(store, row, includes) for row in result["results"]]
    return {**result, "results": rows}


def get_listing(store: Any, call: Call) -> Json:
    """One listing."""
    return shown_listing(store, store.listing(call.path["listing_id"]))


def get_batch(store: Any, call: Call) -> Json:
    """Several listings."""
    return _batch(store, call, tuple(call.query.get("includes", ())))


def get_batch_inventory(store: Any, call: Call) -> Json:
    """Several listings with their inventories."""
    return _batch(store, call, ("Inventory",))


def _batch(store: Any, call: Call, includes: tuple[str, ...]) -> Json:
    numbers = call.query["listing_ids"]
    if len(numbers) > 100:
        raise Refusal(400, "listing_ids: at most 100")
    rows = [
        shown_listing(store, store.listings[number], includes)
        for number in dict.fromkeys(numbers)
        if number in store.listings
    ]
    return {"count": len(rows), "results": rows}


def get_inventory(store: Any, call: Call) -> Json:
    """The inventory of one listing."""
    listing = store.listing(call.path["listing_id"])
    content = shown_inventory(listing, deleted=bool(call.query.get("show_deleted")))
    if call.query.get("includes") == "Listing":
        shown = shown_listing(store, listing)
        content["listing"] = {key: value for key, value in shown.items() if key != "skus"}
    return content


# Writing


def put_inventory(store: Any, call: Call) -> Json:
    """Replace the inventory by what is sent, and nothing but that."""
    listing = store.listing(call.path["listing_id"])
    body = call.body
    on_property = {name: body.get(f"{name}_on_property") or [] for name in ASPECTS}
    most = int(call.query.get("max_variations_supported", 2))
    _check(listing, body["products"], on_property, most)
    had = pieces(listing)
    products = [_product(store, listing, row) for row in body["products"]]
    _relist(store, listing, products)
    gone = [{**row, "is_deleted": True} for row in alive(listing)]
    kept = {row["product_id"] for row in products}
    listing["inventory"] = {
        "products": [
            *products,
            *(row for row in listing["inventory"]["products"] if row["is_deleted"]),
            *(row for row in gone if row["product_id"] not in kept),
        ],
        **{f"{name}_on_property": values for name, values in on_property.items()},
    }
    listing["updated_timestamp"] = store.now()
    store.effect(
        "inventory", listing_id=listing["listing_id"], body=body, before=had, after=pieces(listing)
    )
    return shown_inventory(listing)


def _key(product: Json) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """What tells products of a listing apart: their choices."""
    rows = product.get("property_values") or []
    return tuple(sorted((row["property_id"], tuple(row["values"])) for row in rows))


def _check(
    listing: Json, products: list[Json], on_property: dict[str, list[int]], most: int
) -> None:
    """Refuse what Etsy refuses."""
    if not products:
        raise Refusal(400, "products: at least one")
    keys = [_key(product) for product in products]
    if len(set(keys)) < len(keys):
        raise Refusal(400, "products: two with the same property values")
    properties = {tuple(number for number, _ in key) for key in keys}
    if len(properties) > 1:
        raise Refusal(400, "products: all must have the same properties")
    used = properties.pop()
    if len(used) > most:
        raise Refusal(400, f"products: more than {most} variations")
    for product in products:
        _check_product(listing, product)
    for name, numbers in on_property.items():
        if not set(numbers) <= set(used):
            raise Refusal(400, f"{name}_on_property: a property the products do not have")
        _check_aspect(name, numbers, products)


def _check_product(listing: Json, product: Json) -> None:
    if len(product["offerings"]) != 1:
        raise Refusal(400, "offerings: exactly one")
    offering = product["offerings"][0]
    if not 0 <= offering["quantity"] <= MOST:
        raise Refusal(400, f"quantity must be between 0 and {MOST}")
    price = Decimal(str(offering["price"]))
    if price <= 0 or price != price.quantize(Decimal("0.01")):
        raise Refusal(400, "price must be positive and in whole cents")
    known = {row["readiness_state_id"] for row in READINESS}
    if listing["listing_type"] == "physical" and offering["readiness_state_id"] not in known:
        raise Refusal(400, "readiness_state_id is unknown")
    for row in product.get("property_values") or []:
        if any(set("()") & set(value) for value in row["values"]):
            raise Refusal(400, "values: parenthesis characters are not allowed")
        if not row["values"]:
            raise Refusal(400, "values: at least one")


def _check_aspect(name: str, numbers: list[int], products: list[Json]) -> None:
    """What does not go with a property has to be the same in all products."""
    seen: dict[tuple[Any, ...], Any] = {}
    for product in products:
        offering = product["offerings"][0]
        value = {
            "price": offering["price"],
            "quantity": offering["quantity"],
            "sku": product.get("sku") or "",
            "readiness_state": offering["readiness_state_id"],
        }[name]
        place = tuple(part for part in _key(product) if part[0] in numbers)
        if seen.setdefault(place, value) != value:
            raise Refusal(400, f"{name} is not consistent with {name}_on_property")


def _product(store: Any, listing: Json, sent: Json) -> Json:
    """A product as it is from now on; one with the same choices keeps its number."""
    before = next((row for row in alive(listing) if _key(row) == _key(sent)), None)
    offering = sent["offerings"][0]
    product_id = before["product_id"] if before else store.number(22_900_000_000)
    old_offering = before["offerings"][0]["offering_id"] if before else None
    price = int(Decimal(str(offering["price"])) * 100)
    return {
        "product_id": product_id,
        "sku": sent.get("sku") or "",
        "is_deleted": False,
        "offerings": [
            {
                "offering_id": old_offering or store.number(23_900_000_000),
                "quantity": offering["quantity"],
                "is_enabled": offering["is_enabled"],
                "is_deleted": False,
                "price": in_money(price, CURRENCY),
                "readiness_state_id": offering["readiness_state_id"],
            }
        ],
        "property_values": [
            _property_value(store, row) for row in sent.get("property_values") or []
        ],
    }


def _property_value(store: Any, sent: Json) -> Json:
    """A choice with what was sent of it; a value without a number gets one."""
    names = {44: "Gramm"}
    return {
        "property_id": sent["property_id"],
        "property_name": sent.get("property_name"),
        "scale_id": sent.get("scale_id"),
        "scale_name": names.get(sent.get("scale_id")),
        "value_ids": sent["value_ids"] or [store.number(90_000) for _ in sent["values"]],
        "values": sent["values"],
    }


def _relist(store: Any, listing: Json, products: list[Json]) -> None:
    """What stock, or none of it, does to the state of a listing."""
    rows = [row for product in products for row in product["offerings"] if row["is_enabled"]]
    has_stock = any(row["quantity"] for row in rows)
    if not has_stock and store.without_stock == "refused":
        raise Refusal(400, "One offering must have quantity greater than 0")
    if listing["state"] == "active" and not has_stock:
        listing["state"] = "sold_out"
    elif listing["state"] in ENDED and has_stock and store.relisting != "stays":
        if store.relisting == "refused":
            raise Refusal(409, f"The listing is {listing['state']} and must be renewed first")
        _renew(store, listing)


def _renew(store: Any, listing: Json) -> None:
    """A listing that has ended runs again, for the fee of a new one."""
    kind = ENDED[listing["state"]]
    listing["state"] = "active"
    money.fee(store, kind, money.LISTING_FEE, ("listing", listing["listing_id"]))


def patch_listing(store: Any, call: Call) -> Json:
    """Take a listing off sale or put it on again; nothing else can be changed here.

    Off sale and on again is free as long as the listing runs; one that has ended is renewed.
    """
    own_shop(call)
    listing = store.listing(call.path["listing_id"])
    if set(call.body or {}) != {"state"}:
        raise Refusal(400, "The stand-in changes nothing but state")
    state = call.body["state"]
    if state == "active" and listing["state"] in ENDED:
        if not pieces(listing):
            offerings(listing)[0]["quantity"] = 1
        _renew(store, listing)
    elif not pieces(listing):
        raise Refusal(400, "There was a problem with /quantity : cannot be empty")
    listing["state"] = state
    listing["updated_timestamp"] = store.now()
    store.effect("state", listing_id=listing["listing_id"], state=state)
    shown = shown_listing(store, listing)
    return {key: value for key, value in shown.items() if key != "skus"}
