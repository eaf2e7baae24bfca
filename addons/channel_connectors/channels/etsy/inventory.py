# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The inventory of a listing, read and written as a whole.

Etsy takes no quantity by itself: a write replaces all products of a listing, and what is left
out is gone for good. So what was read is written back with nothing but its quantities changed.
Source: updateListingInventory in Etsy's reference.

A product is known by its listing and its choices ("Size: 100 g"), for Etsy may give it another
number whenever the listing is edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ..base.reading import Json

MAX_QUANTITY = 999
# More choices than this need to be announced in the request.
USUAL_CHOICES = 2
ACTIVE = "active"
INACTIVE = "inactive"
# States of a listing in which offering it again is charged by Etsy.
ENDED = frozenset({"sold_out", "expired"})
_LISTS = ("price_on_property", "quantity_on_property", "sku_on_property")
_READINESS = "readiness_state_on_property"


class InventoryError(Exception):
    """An inventory that cannot be written back as it is; the message says why."""


def item_id(listing_id: Any, product: Json) -> str:
    """What a product of a listing is known by in our books."""
    return f"{listing_id}/{choices(product)}"


def listing_of(item: str) -> int:
    """The listing an item belongs to."""
    return int(item.partition("/")[0])


def choices(product: Json) -> str:
    """The choices that make a product of a listing, the same in every order of reading."""
    return ";".join(sorted(_choice(value) for value in product.get("property_values") or ()))


def _choice(value: Json) -> str:
    chosen = value.get("value_ids") or value.get("values") or ()
    return f"{value['property_id']}={'+'.join(str(part) for part in chosen)}"


def products(inventory: Json) -> list[Json]:
    """The products of an inventory that are not deleted, with their live offerings."""
    found = []
    for product in inventory.get("products") or ():
        offerings = [row for row in product.get("offerings") or () if not row.get("is_deleted")]
        if offerings and not product.get("is_deleted"):
            found.append({**product, "offerings": offerings})
    return found


def levels(listing_id: Any, inventory: Json) -> dict[str, int]:
    """Quantity by item."""
    return {
        item_id(listing_id, product): max(row["quantity"] for row in product["offerings"])
        for product in products(inventory)
    }


def items_by_product(listing_id: Any, inventory: Json) -> dict[str, str]:
    """Item by Etsy's number of the product."""
    return {
        str(product["product_id"]): item_id(listing_id, product) for product in products(inventory)
    }


def changed(
    listing_id: Any, inventory: Json, wanted: Mapping[str, int], others: int | None = None
) -> Json:
    """The request that writes an inventory back with other quantities.

    ``wanted`` is the quantity by item; what it does not name keeps its own, or has ``others``.
    Where Etsy keeps one quantity for several products they can only be changed to the same.
    """
    live = products(inventory)
    keys = [item_id(listing_id, product) for product in live]
    if len(set(keys)) != len(keys):
        raise InventoryError("two products of the listing have the same choices")
    if missing := sorted(set(wanted) - set(keys)):
        raise InventoryError(f"the listing has no product {', '.join(missing)}")
    quantities = _spread(live, keys, wanted, inventory.get("quantity_on_property") or ())
    request: Json = {
        "products": [
            _product(product, quantities.get(key, others))
            for key, product in zip(keys, live, strict=True)
        ]
    }
    request |= {name: list(inventory.get(name) or ()) for name in _LISTS}
    if _READINESS in inventory:
        request[_READINESS] = list(inventory[_READINESS] or ())
    return request


def has_stock(request: Json) -> bool:
    """Whether anything could be bought after a request. Etsy takes no other inventory."""
    return any(
        row["quantity"] and row["is_enabled"]
        for product in request["products"]
        for row in product["offerings"]
    )


def query_of(request: Json) -> dict[str, str]:
    """The query a request needs: a third choice has to be announced."""
    most = max((len(row["property_values"]) for row in request["products"]), default=0)
    return {"max_variations_supported": str(most)} if most > USUAL_CHOICES else {}


def _spread(
    live: list[Json], keys: list[str], wanted: Mapping[str, int], varies: Iterable[int]
) -> dict[str, int]:
    """Quantity by item, the same for all that share one."""
    on = set(varies)
    groups: dict[str, list[str]] = {}
    for key, product in zip(keys, live, strict=True):
        values = [row for row in product.get("property_values") or () if row["property_id"] in on]
        groups.setdefault(choices({"property_values": values}), []).append(key)
    quantities = {}
    for group in groups.values():
        asked = {wanted[key] for key in group if key in wanted}
        if len(asked) > 1:
            raise InventoryError(
                "the listing has one quantity for several variations, but they have "
                f"{', '.join(str(quantity) for quantity in sorted(asked))} in stock"
            )
        for quantity in asked:
            quantities |= dict.fromkeys(group, min(max(quantity, 0), MAX_QUANTITY))
    return quantities


def _product(product: Json, quantity: int | None) -> Json:
    return {
        "sku": product.get("sku") or "",
        "property_values": [_value(row) for row in product.get("property_values") or ()],
        "offerings": [_offering(row, quantity) for row in product["offerings"]],
    }


def _value(row: Json) -> Json:
    value = {
        "property_id": row["property_id"],
        "value_ids": list(row.get("value_ids") or ()),
        "values": list(row.get("values") or ()),
    }
    for name in ("property_name", "scale_id"):
        if row.get(name) is not None:
            value[name] = row[name]
    return value


def _offering(row: Json, quantity: int | None) -> Json:
    return {
        "price": _price(row["price"]),
        "quantity": row["quantity"] if quantity is None else quantity,
        "is_enabled": row["is_enabled"],
        "readiness_state_id": row.get("readiness_state_id"),
    }


def _price(money: Json) -> float:
    """Etsy reads a price as a number; its own examples carry a divisor of 0."""
    if not money.get("divisor"):
        raise InventoryError(f"the price has the divisor {money.get('divisor')!r}")
    return float(Decimal(money["amount"]) / money["divisor"])
