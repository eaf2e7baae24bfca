# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Fulfilment orders with holds and moves, and fulfilments: what is sent from where."""

from __future__ import annotations

from typing import Any

from .answers import Json, number, problem
from .stock import MAIN, NAMES, location_node

OPEN = ("OPEN", "IN_PROGRESS")


def ensure(store: Any, order: Json) -> list[Json]:
    """The fulfilment orders of an order, made when they are first needed."""
    if "fulfillmentOrders" not in order:
        rows = [line for line in order["lineItems"] if line["requiresShipping"]]
        rows = [line for line in rows if line["currentQuantity"]]
        order["fulfillmentOrders"] = []
        order["fulfillments"] = []
        if rows and not order["cancelledAt"]:
            quantities = {line["id"]: line["currentQuantity"] for line in rows}
            _new(store, order, rows, quantities, MAIN)
    return order["fulfillmentOrders"]


def _new(store: Any, order: Json, lines: list[Json], quantities: Json, location: str) -> Json:
    """A fulfilment order for some pieces of some lines at a location."""
    node: Json = {
        "__typename": "FulfillmentOrder",
        "id": store.gid("FulfillmentOrder"),
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "fulfillAt": order["createdAt"],
        "fulfillBy": None,
        "updatedAt": store.stamp(),
        "order": order,
        "place": location,
        "fulfillmentHolds": [],
        "deliveryMethod": {
            "id": store.gid("DeliveryMethod"),
            "methodType": "SHIPPING",
            "presentedName": "Paket",
            "serviceCode": None,
        },
        "lineItems": [
            {
                "id": store.gid("FulfillmentOrderLineItem"),
                "totalQuantity": quantities[line["id"]],
                "remainingQuantity": quantities[line["id"]],
                "sku": line["sku"],
                "inventoryItemId": store.item_of(line),
                "lineItem": line,
            }
            for line in lines
        ],
    }
    order["fulfillmentOrders"].append(node)
    store.objects[node["id"]] = node
    return node


def assigned_location(store: Any, node: Json) -> Json:
    """Where the goods of a fulfilment order are to come from."""
    return {"name": NAMES[node["place"]], "location": location_node(node["place"])}


def supported_actions(_store: Any, node: Json) -> list[Json]:
    """What may be done with a fulfilment order now."""
    names = ["RELEASE_HOLD"] if node["status"] == "ON_HOLD" else []
    if node["status"] in OPEN:
        names = ["CREATE_FULFILLMENT", "HOLD", "MOVE", "SPLIT"]
    return [{"action": name} for name in names]


def _settle(store: Any, node: Json) -> None:
    """Status of a fulfilment order and its order after something happened."""
    left = sum(row["remainingQuantity"] for row in node["lineItems"])
    if node["fulfillmentHolds"]:
        node["status"] = "ON_HOLD"
    elif node["status"] != "CANCELLED":
        whole = sum(row["totalQuantity"] for row in node["lineItems"])
        node["status"] = "CLOSED" if not left else "OPEN" if left == whole else "IN_PROGRESS"
    node["updatedAt"] = store.stamp()
    order = node["order"]
    rows = [row for fo in order["fulfillmentOrders"] for row in fo["lineItems"]]
    open_pieces = sum(row["remainingQuantity"] for row in rows)
    sent = any(row["status"] == "SUCCESS" for row in order["fulfillments"])
    order["displayFulfillmentStatus"] = (
        "FULFILLED"
        if sent and not open_pieces
        else "PARTIALLY_FULFILLED"
        if sent
        else "UNFULFILLED"
    )
    store.touch(order)


def _wanted(node: Json, given: list[Json] | None) -> dict[str, int]:
    """Pieces per line of a fulfilment order: those named, or all that are left."""
    if given:
        return {row["id"]: row["quantity"] for row in given}
    rows = node["lineItems"]
    return {row["id"]: row["remainingQuantity"] for row in rows if row["remainingQuantity"]}


def _refusal(node: Json | None, wanted: dict[str, int], statuses: tuple[str, ...]) -> str:
    """Why pieces of a fulfilment order cannot be taken; empty if they can."""
    if node is None:
        return "Fulfillment order does not exist."
    if node["status"] not in statuses:
        return f"The fulfillment order is {node['status']}."
    left = {row["id"]: row["remainingQuantity"] for row in node["lineItems"]}
    if not wanted or any(not 0 < n <= left.get(key, 0) for key, n in wanted.items()):
        return "Invalid fulfillment order line item quantity requested."
    return ""


def create(store: Any, fulfillment: Json, message: str | None = None) -> Json:
    """Pieces leave one location, all that were named or none."""
    parts = []
    for entry in fulfillment["lineItemsByFulfillmentOrder"]:
        node = store.objects.get(entry["fulfillmentOrderId"])
        wanted = _wanted(node, entry.get("fulfillmentOrderLineItems")) if node else {}
        if text := _refusal(node, wanted, OPEN):
            return {"fulfillment": None, "userErrors": [problem(text, "fulfillment")]}
        parts.append((node, wanted))
    if len({(node["place"], node["order"]["id"]) for node, _wanted_ in parts}) != 1:
        text = "All fulfillment orders must be of one order and one location."
        return {"fulfillment": None, "userErrors": [problem(text, "fulfillment")]}
    made = _fulfillment(store, parts, fulfillment.get("trackingInfo"))
    for node, wanted in parts:
        for row in node["lineItems"]:
            pieces = wanted.get(row["id"], 0)
            row["remainingQuantity"] -= pieces
            if pieces and row["inventoryItemId"]:
                store.stock.move(row["inventoryItemId"], node["place"], committed=-pieces)
        _settle(store, node)
    store.emit("FULFILLMENTS_CREATE", _told(made))
    return {"fulfillment": made, "userErrors": []}


def _fulfillment(store: Any, parts: list[tuple[Json, dict[str, int]]], given: Json | None) -> Json:
    order, place = parts[0][0]["order"], parts[0][0]["place"]
    node: Json = {
        "__typename": "Fulfillment",
        "id": store.gid("Fulfillment"),
        "name": f"{order['name']}-F{len(order['fulfillments']) + 1}",
        "status": "SUCCESS",
        "createdAt": store.stamp(),
        "order": order,
        "place": place,
        "trackingInfo": _tracking(given),
        "events": [],
        "pieces": [
            (fo, row, wanted[row["id"]])
            for fo, wanted in parts
            for row in fo["lineItems"]
            if wanted.get(row["id"])
        ],
    }
    order["fulfillments"].append(node)
    store.objects[node["id"]] = node
    return node


def _tracking(given: Json | None) -> list[Json]:
    given = given or {}
    numbers = given.get("numbers") or [given.get("number")]
    urls = given.get("urls") or [given.get("url")]
    urls += [None] * (len(numbers) - len(urls))
    company = given.get("company")
    return [
        {"company": company, "number": number_, "url": url}
        for number_, url in zip(numbers, urls, strict=False)
        if number_ or url or company
    ]


def _told(node: Json) -> Json:
    return {
        "id": number(node["id"]),
        "admin_graphql_api_id": node["id"],
        "order_id": number(node["order"]["id"]),
        "status": node["status"].lower(),
        "updated_at": node["order"]["updatedAt"],
    }


def cancel(store: Any, id: str) -> Json:
    """The pieces of a fulfilment are to be sent again."""
    node = store.objects.get(id)
    if not node:
        return {"fulfillment": None, "userErrors": [problem("Fulfillment not found.", "id")]}
    if node["status"] != "CANCELLED":
        node["status"] = "CANCELLED"
        for fo, row, pieces in node["pieces"]:
            row["remainingQuantity"] += pieces
            if row["inventoryItemId"]:
                store.stock.move(row["inventoryItemId"], fo["place"], committed=pieces)
            _settle(store, fo)
        store.emit("FULFILLMENTS_UPDATE", _told(node))
    return {"fulfillment": node, "userErrors": []}


def update_tracking(
    store: Any, fulfillmentId: str, trackingInfoInput: Json, notifyCustomer: bool = False
) -> Json:
    """Replace the tracking; every notified change is a mail to the customer."""
    node = store.objects.get(fulfillmentId)
    if not node:
        return {"fulfillment": None, "userErrors": [problem("Fulfillment not found.")]}
    node["trackingInfo"] = _tracking(trackingInfoInput)
    if notifyCustomer:
        store.mails.append({"order": node["order"]["name"], "about": "tracking"})
    store.touch(node["order"])
    store.emit("FULFILLMENTS_UPDATE", _told(node))
    return {"fulfillment": node, "userErrors": []}


def add_event(store: Any, fulfillmentEvent: Json) -> Json:
    """A parcel was seen."""
    node = store.objects.get(fulfillmentEvent["fulfillmentId"])
    if not node:
        return {"fulfillmentEvent": None, "userErrors": [problem("Fulfillment not found.")]}
    event = {
        "id": store.gid("FulfillmentEvent"),
        "status": fulfillmentEvent["status"],
        "happenedAt": fulfillmentEvent.get("happenedAt") or store.stamp(),
    }
    node["events"].append(event)
    return {"fulfillmentEvent": event, "userErrors": []}


def hold(store: Any, id: str, fulfillmentHold: Json) -> Json:
    """One more hold."""
    node = store.objects.get(id)
    if node is None or node["status"] not in (*OPEN, "ON_HOLD"):
        wrong = problem("The fulfillment order is not in a holdable state.", "id")
        return {"fulfillmentHold": None, "fulfillmentOrder": None, "userErrors": [wrong]}
    made = {
        "__typename": "FulfillmentHold",
        "id": store.gid("FulfillmentHold"),
        "reason": fulfillmentHold["reason"],
        "reasonNotes": fulfillmentHold.get("reasonNotes"),
        "heldByRequestingApp": True,
    }
    node["fulfillmentHolds"].append(made)
    _settle(store, node)
    store.emit("FULFILLMENT_ORDERS_PLACED_ON_HOLD", _order_told(node))
    return {"fulfillmentHold": made, "fulfillmentOrder": node, "userErrors": []}


def _order_told(node: Json) -> Json:
    return {"fulfillment_order": {"id": node["id"], "status": node["status"].lower()}}


def release(store: Any, id: str, holdIds: list[str] | None = None) -> Json:
    """End some holds, or all."""
    node = store.objects.get(id)
    if node is None:
        wrong = problem("Fulfillment order not found.", "id", code="FULFILLMENT_ORDER_NOT_FOUND")
        return {"fulfillmentOrder": None, "userErrors": [wrong]}
    node["fulfillmentHolds"] = [
        row for row in node["fulfillmentHolds"] if holdIds is not None and row["id"] not in holdIds
    ]
    _settle(store, node)
    store.emit("FULFILLMENT_ORDERS_HOLD_RELEASED", _order_told(node))
    return {"fulfillmentOrder": node, "userErrors": []}


def _take(store: Any, node: Json, wanted: dict[str, int], location: str) -> Json:
    """Part of a fulfilment order as one of its own; the rest keeps its id."""
    taken = {}
    for row in node["lineItems"]:
        if pieces := wanted.get(row["id"]):
            row["remainingQuantity"] -= pieces
            row["totalQuantity"] -= pieces
            taken[row["lineItem"]["id"]] = (row["lineItem"], pieces)
    node["lineItems"] = [row for row in node["lineItems"] if row["totalQuantity"]]
    lines = [line for line, _pieces in taken.values()]
    quantities = {key: pieces for key, (_line, pieces) in taken.items()}
    return _new(store, node["order"], lines, quantities, location)


def move(
    store: Any,
    id: str,
    newLocationId: str,
    fulfillmentOrderLineItems: list[Json] | None = None,
) -> Json:
    """Send all or a part from another location; committed stock goes with it."""
    node = store.objects.get(id)
    wanted = _wanted(node, fulfillmentOrderLineItems) if node else {}
    text = _refusal(node, wanted, OPEN)
    if not text and newLocationId not in NAMES:
        text = "The location is unknown."
    if text:
        return {
            "movedFulfillmentOrder": None,
            "originalFulfillmentOrder": node,
            "remainingFulfillmentOrder": None,
            "userErrors": [problem(text, "id")],
        }
    for row in node["lineItems"]:
        if (pieces := wanted.get(row["id"])) and row["inventoryItemId"]:
            item = row["inventoryItemId"]
            store.stock.move(item, node["place"], available=pieces, committed=-pieces)
            store.stock.move(item, newLocationId, available=-pieces, committed=pieces)
    whole = wanted == _wanted(node, None)
    untouched = all(row["remainingQuantity"] == row["totalQuantity"] for row in node["lineItems"])
    if whole and untouched:
        node["place"] = newLocationId
        moved, rest = node, None
    else:
        moved, rest = _take(store, node, wanted, newLocationId), node
    _settle(store, node)
    told = {"original_fulfillment_order": {"id": node["id"]}, **_moved_told(moved)}
    store.emit("FULFILLMENT_ORDERS_MOVED", told)
    return {
        "movedFulfillmentOrder": moved,
        "originalFulfillmentOrder": node,
        "remainingFulfillmentOrder": rest,
        "userErrors": [],
    }


def _moved_told(node: Json) -> Json:
    return {"moved_fulfillment_order": {"id": node["id"], "status": node["status"].lower()}}


def split(store: Any, fulfillmentOrderSplits: list[Json]) -> Json:
    """Send in two parts from the same place."""
    results = []
    for entry in fulfillmentOrderSplits:
        node = store.objects.get(entry["fulfillmentOrderId"])
        wanted = _wanted(node, entry["fulfillmentOrderLineItems"]) if node else {}
        if text := _refusal(node, wanted, OPEN):
            return {"fulfillmentOrderSplits": None, "userErrors": [problem(text)]}
        part = _take(store, node, wanted, node["place"])
        _settle(store, node)
        results.append({"fulfillmentOrder": node, "remainingFulfillmentOrder": part})
    return {"fulfillmentOrderSplits": results, "userErrors": []}


def withdraw(store: Any, order: Json, line: Json, pieces: int, *, restock: bool) -> int:
    """Take pieces that were not sent out of the fulfilment orders; tells how many there were."""
    taken = 0
    for node in ensure(store, order):
        for row in node["lineItems"]:
            if row["lineItem"] is line and taken < pieces:
                part = min(pieces - taken, row["remainingQuantity"])
                row["remainingQuantity"] -= part
                row["totalQuantity"] -= part
                taken += part
                if row["inventoryItemId"]:
                    back = part if restock else 0
                    store.stock.move(
                        row["inventoryItemId"], node["place"], available=back, committed=-part
                    )
        _settle(store, node)
    return taken


def sent_lines(_store: Any, node: Json, **_page: Any) -> list[Json]:
    """What a fulfilment consists of."""
    return [
        {"quantity": pieces, "lineItem": row["lineItem"]} for _fo, row, pieces in node["pieces"]
    ]


def open_pieces(store: Any, line: Json) -> int:
    """Pieces of an order line that are still to be sent."""
    order = next(order for order in store.orders.values() if line in order["lineItems"])
    rows = [row for fo in ensure(store, order) for row in fo["lineItems"]]
    return sum(row["remainingQuantity"] for row in rows if row["lineItem"] is line)
