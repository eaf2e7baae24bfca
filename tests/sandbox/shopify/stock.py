# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stock per item and location: on hand = available + committed, whatever happens."""

from __future__ import annotations

from typing import Any

from .answers import Json, number, problem

MAIN, SECOND = "gid://shopify/Location/1", "gid://shopify/Location/2"
NAMES = {MAIN: "Lager Köln", SECOND: "Lager Bonn"}
FIRST_STOCK = 1000
MOST = 1_000_000_000
SETTABLE = ("available", "on_hand")


class Stock:
    """All levels of a shop. Items come with the first order or product that names them."""

    def __init__(self) -> None:
        self.items: dict[str, Json] = {}
        self.levels: dict[tuple[str, str], dict[str, int]] = {}

    def add_item(self, gid: str, sku: str | None, available: int = FIRST_STOCK) -> None:
        """An item that is kept at the main location."""
        if gid not in self.items:
            self.items[gid] = {
                "id": gid,
                "sku": sku,
                "tracked": True,
                "requiresShipping": True,
                "measurement": {"weight": {"value": 0.0, "unit": "KILOGRAMS"}},
            }
            self.levels[gid, MAIN] = {"available": available, "committed": 0}

    def move(self, item: str, location: str, *, available: int = 0, committed: int = 0) -> None:
        """Add to the two parts of a level."""
        level = self.levels.setdefault((item, location), {"available": 0, "committed": 0})
        level["available"] += available
        level["committed"] += committed

    def quantity(self, item: str, location: str, name: str) -> int:
        """One of the quantities of a level; those we do not keep are zero."""
        level = self.levels[item, location]
        if name == "on_hand":
            return level["available"] + level["committed"]
        return level.get(name, 0)


def location_node(gid: str) -> Json | None:
    """A location as the interface shows it."""
    if gid not in NAMES:
        return None
    return {
        "__typename": "Location",
        "id": gid,
        "legacyResourceId": str(number(gid)),
        "name": NAMES[gid],
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "shipsInventory": True,
        "isFulfillmentService": False,
        "address": {"city": NAMES[gid].split()[1], "zip": "50667", "countryCode": "DE"},
    }


def item_node(store: Any, gid: str) -> Json | None:
    """An item as the interface shows it."""
    item = store.stock.items.get(gid)
    return item and {**item, "__typename": "InventoryItem", "updatedAt": store.stamp()}


def level_node(item: str, location: str) -> Json:
    """One level; its quantities are read when they are asked for."""
    return {
        "__typename": "InventoryLevel",
        "id": f"gid://shopify/InventoryLevel/{number(location)}?inventory_item_id={number(item)}",
        "of": item,
        "place": location,
    }


def levels_of_item(store: Any, node: Json, **_page: Any) -> list[Json]:
    """Where an item is kept."""
    return [level_node(*key) for key in store.stock.levels if key[0] == node["id"]]


def levels_of_location(store: Any, node: Json, **_page: Any) -> list[Json]:
    """What is kept at a location."""
    return [level_node(*key) for key in store.stock.levels if key[1] == node["id"]]


def quantities(store: Any, node: Json, names: list[str]) -> list[Json]:
    """The quantities of a level that are asked for."""
    return [
        {
            "id": f"gid://shopify/InventoryQuantity/{number(node['of'])}?name={name}",
            "name": name,
            "quantity": store.stock.quantity(node["of"], node["place"], name),
            "updatedAt": store.stamp(),
        }
        for name in names
    ]


def _check_target(store: Any, row: Json, index: int, part: str) -> Json | None:
    path = ("input", part, index)
    if row["inventoryItemId"] not in store.stock.items:
        code = "INVALID_INVENTORY_ITEM"
        return problem("The inventory item is unknown", *path, "inventoryItemId", code=code)
    if (row["inventoryItemId"], row["locationId"]) not in store.stock.levels:
        text = "The quantity can't be set for a location where the item isn't stocked"
        return problem(text, *path, "locationId", code="INVALID_LOCATION")
    return None


def _check_previous(store: Any, row: Json, index: int, part: str, name: str) -> Json | None:
    """Compare and swap; since 2026-04 the value has to be sent, null stands for "whatever"."""
    path = ("input", part, index, "changeFromQuantity")
    if "changeFromQuantity" not in row:
        return problem("changeFromQuantity is required", *path)
    expected = row["changeFromQuantity"]
    found = store.stock.quantity(row["inventoryItemId"], row["locationId"], name)
    if expected is not None and expected != found:
        text = f"The quantity is {found}, not {expected}"
        return problem(text, *path, code="CHANGE_FROM_QUANTITY_STALE")
    return None


def _group(store: Any, given: Json, rows: list[tuple[str, str, int]], name: str) -> Json:
    """Carry changes out, tell subscribers, and describe what was done."""
    changes = []
    for item, location, delta in rows:
        store.stock.move(item, location, available=delta)
        if delta:
            store.emit("INVENTORY_LEVELS_UPDATE", _told(store, item, location))
        changes.append(
            {
                "name": name,
                "delta": delta,
                "quantityAfterChange": store.stock.quantity(item, location, name),
                "item": item_node(store, item),
                "location": location_node(location),
            }
        )
    return {
        "id": store.gid("InventoryAdjustmentGroup"),
        "createdAt": store.stamp(),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": changes,
    }


def _told(store: Any, item: str, location: str) -> Json:
    return {
        "inventory_item_id": number(item),
        "location_id": number(location),
        "available": store.stock.quantity(item, location, "available"),
        "updated_at": store.stamp(),
        "admin_graphql_api_id": level_node(item, location)["id"],
    }


def set_quantities(store: Any, input: Json) -> Json:
    """All levels or none."""
    problems, rows, seen = [], [], set()
    name = input["name"]
    if name not in SETTABLE:
        problems.append(problem("Invalid name", "input", "name", code="INVALID_NAME"))
    if len(input["quantities"]) > 250:
        problems.append(problem("At most 250 quantities", "input", "quantities"))
    for index, row in enumerate(input["quantities"] if not problems else []):
        target = (row["inventoryItemId"], row["locationId"])
        found = _check_target(store, row, index, "quantities")
        found = found or _check_previous(store, row, index, "quantities", name)
        if target in seen:
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            found = problem("Named twice", "input", "quantities", index, code=code)
        if not 0 <= row["quantity"] <= MOST:
            kind = "NEGATIVE" if row["quantity"] < 0 else "TOO_HIGH"
            path = ("input", "quantities", index, "quantity")
            found = problem("Out of range", *path, code=f"INVALID_QUANTITY_{kind}")
        seen.add(target)
        if found:
            problems.append(found)
        else:
            rows.append((*target, row["quantity"] - store.stock.quantity(*target, name)))
    group = None if problems else _group(store, input, rows, name)
    return {"inventoryAdjustmentGroup": group, "userErrors": problems}


def adjust_quantities(store: Any, input: Json) -> Json:
    """Change levels by differences, all or none."""
    problems, rows = [], []
    for index, row in enumerate(input["changes"]):
        found = _check_target(store, row, index, "changes")
        found = found or _check_previous(store, row, index, "changes", input["name"])
        if found:
            problems.append(found)
        rows.append((row["inventoryItemId"], row["locationId"], row["delta"]))
    group = None if problems else _group(store, input, rows, input["name"])
    return {"inventoryAdjustmentGroup": group, "userErrors": problems}


def activate(store: Any, inventoryItemId: str, locationId: str, available: int = 0) -> Json:
    """Keep an item at one more location."""
    if inventoryItemId not in store.stock.items or locationId not in NAMES:
        wrong = problem("The item or the location is unknown", "inventoryItemId")
        return {"inventoryLevel": None, "userErrors": [wrong]}
    if (inventoryItemId, locationId) not in store.stock.levels:
        store.stock.move(inventoryItemId, locationId, available=available or 0)
    node = level_node(inventoryItemId, locationId)
    return {"inventoryLevel": node, "userErrors": []}
