# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Returns: a customer sends pieces back, they are disposed of and refunded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import refunds
from .answers import Json, problem
from .stock import MAIN


def request(store: Any, name: str, pieces: dict[str, int]) -> Json:
    """A return of some pieces of fulfilled lines, by SKU; made by the control interface."""
    order = store.order_by_name(name)
    sent = [
        (row["lineItem"], count)
        for node in order.get("fulfillments") or ()
        if node["status"] == "SUCCESS"
        for _fo, row, count in node["pieces"]
    ]
    rows, backs = [], []
    for line, count in sent:
        wanted = min(pieces.get(line["sku"], 0), count)
        if not wanted:
            continue
        piece = {"id": store.gid("FulfillmentLineItem"), "lineItem": line}
        rows.append(_return_line(store, piece, wanted))
        back = {
            "__typename": "ReverseFulfillmentOrderLineItem",
            "id": store.gid("ReverseFulfillmentOrderLineItem"),
            "totalQuantity": wanted,
            "dispositions": [],
            "fulfillmentLineItem": piece,
        }
        store.objects[back["id"]] = back
        backs.append(back)
    if not rows:
        raise ValueError(f"nothing of {name} that was sent can come back")
    node = {
        "__typename": "Return",
        "id": store.gid("Return"),
        "name": f"{name}-R1",
        "status": "OPEN",
        "createdAt": store.stamp(),
        "closedAt": None,
        "order": order,
        "totalQuantity": sum(row["quantity"] for row in rows),
        "returnLineItems": rows,
        "exchangeLineItems": [],
        "reverseFulfillmentOrders": [
            {"id": store.gid("ReverseFulfillmentOrder"), "status": "OPEN", "lineItems": backs}
        ],
        "refunds": [],
    }
    store.objects[node["id"]] = node
    order["returnStatus"] = "IN_PROGRESS"
    store.touch(order)
    store.emit("RETURNS_APPROVE", _told(node))
    return node


def _return_line(store: Any, piece: Json, wanted: int) -> Json:
    return {
        "__typename": "ReturnLineItem",
        "id": store.gid("ReturnLineItem"),
        "quantity": wanted,
        "processedQuantity": 0,
        "refundableQuantity": wanted,
        "refundedQuantity": 0,
        "returnReasonNote": "",
        "customerNote": None,
        "returnReasonDefinition": None,
        "restockingFee": None,
        "fulfillmentLineItem": piece,
    }


def _told(node: Json) -> Json:
    return {
        "id": int(node["id"].rsplit("/", 1)[1]),
        "admin_graphql_api_id": node["id"],
        "order": {"admin_graphql_api_id": node["order"]["id"]},
        "status": node["status"].lower(),
    }


def dispose(store: Any, dispositionInputs: list[Json]) -> Json:
    """Where pieces went: only those that are good go back to stock."""
    done = []
    for given in dispositionInputs:
        row = store.objects.get(given["reverseFulfillmentOrderLineItemId"])
        used = sum(entry["quantity"] for entry in row["dispositions"]) if row else 0
        if row is None or not 0 < given["quantity"] <= row["totalQuantity"] - used:
            wrong = problem("Quantity is more than what can be disposed", "dispositionInputs")
            return {"reverseFulfillmentOrderLineItems": None, "userErrors": [wrong]}
        done.append((row, given))
    for row, given in done:
        place = given.get("locationId") or MAIN
        row["dispositions"].append(
            {
                "id": store.gid("ReverseFulfillmentOrderDisposition"),
                "type": given["dispositionType"],
                "quantity": given["quantity"],
                "place": place,
                "createdAt": store.stamp(),
            }
        )
        item = store.item_of(row["fulfillmentLineItem"]["lineItem"])
        if given["dispositionType"] == "RESTOCKED" and item:
            store.stock.move(item, place, available=given["quantity"])
    rows = [row for row, _given in done]
    return {"reverseFulfillmentOrderLineItems": rows, "userErrors": []}


def process(store: Any, input: Json) -> Json:
    """Pieces of a return are here: dispose of them and give the money back."""

    def refuse(text: str) -> Json:
        return {"return": None, "userErrors": [problem(text, "returnId", code="INVALID")]}

    node = store.objects.get(input["returnId"])
    if node is None or node["status"] != "OPEN":
        return refuse("Return is not open")
    lines = {row["id"]: row for row in node["returnLineItems"]}
    given = input.get("returnLineItems") or []
    for entry in given:
        row = lines.get(entry["id"])
        if row is None or not 0 < entry["quantity"] <= row["quantity"] - row["processedQuantity"]:
            return refuse("Quantity is more than what can be processed")
    for entry in given:
        lines[entry["id"]]["processedQuantity"] += entry["quantity"]
        if entry.get("dispositions"):
            dispose(store, entry["dispositions"])
    issue = (input.get("financialTransfer") or {}).get("issueRefund")
    if issue:
        _refund(store, node, lines, given, issue["orderTransactions"])
    if all(row["processedQuantity"] == row["quantity"] for row in lines.values()):
        node["status"], node["closedAt"] = "CLOSED", store.stamp()
        node["order"]["returnStatus"] = "RETURNED"
    store.touch(node["order"])
    store.emit("RETURNS_PROCESS", _told(node))
    return {"return": node, "userErrors": []}


def _refund(store: Any, node: Json, lines: Json, given: list[Json], payments: list[Json]) -> None:
    """The refund of processed pieces; stock was moved by their disposition."""
    order = node["order"]
    wanted = [
        {
            "lineItemId": lines[entry["id"]]["fulfillmentLineItem"]["lineItem"]["id"],
            "quantity": entry["quantity"],
        }
        for entry in given
    ]
    rows = refunds._rows(store, order, wanted)
    money = [
        {
            "gateway": order["transactions"][0]["gateway"],
            "amount": row["transactionAmount"]["amount"],
            "parentId": row["parentId"],
        }
        for row in payments
    ]
    refund = refunds.book(store, order, rows, (Decimal(0), Decimal(0)), money, None)
    refund["return"] = node
    node["refunds"].append(refund)
    for entry in given:
        lines[entry["id"]]["refundedQuantity"] += entry["quantity"]
        lines[entry["id"]]["refundableQuantity"] -= entry["quantity"]
