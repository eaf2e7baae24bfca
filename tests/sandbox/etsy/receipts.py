# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts and shipments as Etsy serves them, with the limits it sets to German shops."""

from __future__ import annotations

from typing import Any

from .answers import Json, Refusal, cents, page
from .guard import Call
from .samples import load
from .store import SHOP_ID

ADDRESS = (
    *("first_line", "second_line", "city", "state", "zip", "country_iso"),
    "formatted_address",
)
# Query parameter: field of a receipt, and whether it is a lower bound.
BOUNDS = {
    "min_created": ("created_timestamp", True),
    "max_created": ("created_timestamp", False),
    "min_last_modified": ("updated_timestamp", True),
    "max_last_modified": ("updated_timestamp", False),
}
SORTS = {
    "created": "created_timestamp",
    "updated": "updated_timestamp",
    "receipt_id": "receipt_id",
}
ASCENDING = ("asc", "ascending", "up")
# Words for carriers that Etsy's fulfilment tutorial lists, as far as parcels from Germany go;
# the list of the interface itself has other names, and is made for estimates of delivery.
WORDS = frozenset(
    {
        *("austrian-post", "deutsch-post", "dhl", "dhl-germany", "dpd", "dpd-de", "fedex"),
        *("gls", "hermes-de", "other", "swiss-post", "ups"),
    }
)
# Above this many cents a parcel inside the United States needs a tracking code.
UNTRACKED = 1000


def shown(store: Any, receipt: Json) -> Json:
    """A receipt as the key may see it; addresses of buyers and e-mail may be withheld."""
    node = {**receipt, "buyer_email": None}
    if store.addresses_hidden:
        node.update(dict.fromkeys(ADDRESS))
    return node


def own_shop(call: Call) -> None:
    """A key of a seller opens one shop only."""
    if call.path["shop_id"] != SHOP_ID:
        raise Refusal(403, "User does not own the shop")


def _fits(store: Any, receipt: Json, query: Json) -> bool:
    """Whether a receipt is asked for."""
    for name, (field, is_lower) in BOUNDS.items():
        if name in query:
            value = receipt[field]
            if value < query[name] if is_lower else value > query[name]:
                return False
    facts = {
        "was_paid": receipt["is_paid"],
        "was_shipped": receipt["is_shipped"],
        "was_delivered": receipt["receipt_id"] in store.delivered,
        "was_canceled": receipt["status"] == "canceled",
    }
    return all(query.get(name) in (None, fact) for name, fact in facts.items())


def get_receipts(store: Any, call: Call) -> Json:
    """Receipts of the shop; equal times are in the order of their numbers."""
    own_shop(call)
    query = call.query
    field = SORTS[query["sort_on"]]
    found = sorted(
        (receipt for receipt in store.receipts.values() if _fits(store, receipt, query)),
        key=lambda receipt: (receipt[field], receipt["receipt_id"]),
        reverse=query["sort_order"] not in ASCENDING,
    )
    result = page(found, query)
    return {**result, "results": [shown(store, receipt) for receipt in result["results"]]}


def get_receipt(store: Any, call: Call) -> Json:
    """One receipt."""
    own_shop(call)
    return shown(store, store.receipt(call.path["receipt_id"]))


def get_transactions(store: Any, call: Call) -> Json:
    """Lines of one receipt."""
    own_shop(call)
    rows = store.receipt(call.path["receipt_id"])["transactions"]
    return {"count": len(rows), "results": rows}


def get_shop_transactions(store: Any, call: Call) -> Json:
    """Lines of all receipts, the newest first."""
    own_shop(call)
    rows = [row for receipt in store.receipts.values() for row in receipt["transactions"]]
    rows.sort(key=lambda row: (row["created_timestamp"], row["transaction_id"]), reverse=True)
    return page(rows, call.query)


def carriers(_store: Any, _call: Call) -> Json:
    """Carriers Etsy knows for parcels from a country."""
    return load("shipping_carriers_de.json")


def _known_carriers() -> set[str]:
    return {row["name"] for row in load("shipping_carriers_de.json")["results"]} | WORDS


def track(store: Any, call: Call) -> Json:
    """Hand in a shipment. Each time this succeeds the buyer gets an e-mail, also for a code
    that was handed in before."""
    own_shop(call)
    if store.tracking_refused:
        raise Refusal(403, "Unauthorized")
    receipt = store.receipt(call.path["receipt_id"])
    body = call.body or {}
    _check_shipment(receipt, body)
    carrier, code = body.get("carrier_name"), body.get("tracking_code")
    if carrier and carrier not in _known_carriers():
        if store.unknown_carrier == "refused":
            raise Refusal(400, f"Invalid carrier_name: {carrier}")
        carrier = code = None
    ship(store, receipt, carrier, code)
    store.effect("shipment", receipt_id=receipt["receipt_id"], body=body)
    return shown(store, receipt)


def _check_shipment(receipt: Json, body: Json) -> None:
    """Refuse what Etsy does not take."""
    code, carrier = body.get("tracking_code"), body.get("carrier_name")
    if receipt["status"] in ("canceled", "fully refunded"):
        raise Refusal(409, "The receipt is canceled")
    if not receipt["is_paid"]:
        raise Refusal(409, "The receipt is not paid")
    if bool(code) != bool(carrier):
        raise Refusal(400, "tracking_code and carrier_name are needed together")
    goods = cents(receipt["grandtotal"])
    country = receipt["country_iso"]
    if not code and (country == "IN" or (country == "US" and goods > UNTRACKED)):
        raise Refusal(400, "A tracking number is required")


def ship(store: Any, receipt: Json, carrier: str | None, code: str | None) -> None:
    """A parcel has left, told by the seller's program or by hand; the buyer gets an e-mail."""
    with store.lock:
        now = store.now()
        if code:
            receipt["shipments"] = [
                *receipt["shipments"],
                {
                    "receipt_shipping_id": store.number(901_000_100),
                    "shipment_notification_timestamp": now,
                    "carrier_name": carrier,
                    "tracking_code": code,
                },
            ]
        receipt["is_shipped"] = True
        if receipt["status"] == "paid":
            receipt["status"] = "completed"
        for row in receipt["transactions"]:
            row["shipped_timestamp"] = row["shipped_timestamp"] or now
            row["expected_ship_date"] = None
        store.touch(receipt)
        store.mails.append(
            {"receipt_id": receipt["receipt_id"], "kind": "shipped", "tracking_code": code}
        )
