# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What buyers, the seller at Etsy's own pages, and Etsy do: no client can do any of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from . import money
from .answers import Json, cents
from .answers import money as in_money
from .inventory import alive, pieces
from .receipts import ship as ship_receipt

# Fields of a line that end with the listing.
OF_LISTING = ("listing_id", "product_id", "sku")


def receipt(store: Any, event: Json) -> Json:
    """A buyer orders: the receipt as the interface has it, stamped with now unless told."""
    node = copy.deepcopy(event["receipt"])
    if not event.get("keep_times"):
        now = store.now()
        for name in ("create", "created", "update", "updated"):
            node[f"{name}_timestamp"] = now
        for row in node["transactions"]:
            row["create_timestamp"] = row["created_timestamp"] = now
            row["paid_timestamp"] = now if node["is_paid"] else None
    if event.get("buyer_currency"):
        store.buyer_currencies[node["receipt_id"]] = event["buyer_currency"]
    node = store.put_receipt(node)
    if event.get("take_stock", True):
        for row in node["transactions"]:
            take(store, row["listing_id"], row["product_id"], row["quantity"])
    return node


def take(store: Any, listing_id: int | None, product_id: int | None, quantity: int) -> None:
    """Sold pieces are no longer on offer; the last one sold ends the listing."""
    listing = store.listings.get(listing_id)
    if not listing or listing["listing_type"] == "download":
        return
    for product in alive(listing):
        if product["product_id"] == product_id:
            offering = product["offerings"][0]
            offering["quantity"] = max(0, offering["quantity"] - quantity)
    if listing["state"] == "active" and not pieces(listing):
        listing["state"] = "sold_out"
    listing["updated_timestamp"] = store.now()


def sell(store: Any, event: Json) -> Json:
    """Somebody buys pieces of a product; only the stock is of interest."""
    take(store, event["listing_id"], event["product_id"], int(event.get("quantity", 1)))
    return store.listing(event["listing_id"])


def pay(store: Any, event: Json) -> Json:
    """The buyer's payment has arrived."""
    node = store.receipt(event["receipt_id"])
    node["is_paid"] = True
    node["status"] = "paid"
    for row in node["transactions"]:
        row["paid_timestamp"] = store.now()
    store.touch(node)
    money.settle(store, node)
    return node


def refund(store: Any, event: Json) -> Json:
    """The seller gives money back; without an amount all that is left of it."""
    node = store.receipt(event["receipt_id"])
    total = node["grandtotal"]
    left = cents(total) - sum(cents(row["amount"]) for row in node["refunds"])
    amount = int(event.get("amount", left))
    if not 0 < amount <= left:
        raise ValueError(f"{amount} is not between 0 and {left}")
    row = {
        "amount": in_money(amount, total["currency_code"], total["divisor"]),
        "created_timestamp": store.now(),
        "reason": event.get("reason", "damaged"),
        "note_from_issuer": event.get("note"),
        "status": "completed",
    }
    node["refunds"] = [*node["refunds"], row]
    if node["status"] != "canceled":
        node["status"] = "fully refunded" if amount == left else "partially refunded"
    store.touch(node)
    money.settle(store, node)
    return node


def cancel(store: Any, event: Json) -> Json:
    """The seller calls the order off; what was paid goes back."""
    node = store.receipt(event["receipt_id"])
    node["status"] = "canceled"
    store.touch(node)
    left = cents(node["grandtotal"]) - sum(cents(row["amount"]) for row in node["refunds"])
    if node["is_paid"] and left:
        refund(store, {"reason": "buyer cancelled", **event, "amount": left})
    return node


def edit(store: Any, event: Json) -> Json:
    """Fields of a receipt change: an address, a message."""
    return store.change_receipt(event["receipt_id"], event["changes"])


def ship(store: Any, event: Json) -> Json:
    """The seller enters a parcel on Etsy's own pages."""
    node = store.receipt(event["receipt_id"])
    ship_receipt(store, node, event.get("carrier_name"), event.get("tracking_code"))
    return node


def deliver(store: Any, event: Json) -> Json:
    """The parcel has arrived."""
    node = store.receipt(event["receipt_id"])
    store.delivered.add(node["receipt_id"])
    store.touch(node)
    return node


def delete_listing(store: Any, event: Json) -> Json:
    """A listing is deleted; lines of orders no longer name it. Receipts are not stamped."""
    listing = store.listing(event["listing_id"])
    del store.listings[event["listing_id"]]
    for node in store.receipts.values():
        for row in node["transactions"]:
            if row["listing_id"] == event["listing_id"]:
                row.update(dict.fromkeys(OF_LISTING))
    return listing


def offer(store: Any, event: Json) -> Json:
    """The seller changes an offering by hand: pieces, price in cents, whether it is shown."""
    listing = store.listing(event["listing_id"])
    product = next(row for row in alive(listing) if row["product_id"] == event["product_id"])
    offering = product["offerings"][0]
    changes = {name: event[name] for name in ("quantity", "is_enabled") if name in event}
    if "price" in event:
        changes["price"] = in_money(event["price"])
    offering.update(changes)
    listing["updated_timestamp"] = store.now()
    return listing


def listing_state(store: Any, event: Json) -> Json:
    """A listing expires, or the seller takes it off."""
    listing = store.listing(event["listing_id"])
    listing["state"] = event["state"]
    listing["updated_timestamp"] = store.now()
    return listing


def charge(store: Any, event: Json) -> Json:
    """Etsy takes a fee of its own: advertising, a listing."""
    reference = ("listing", event.get("reference_id", 1710000001))
    money.fee(store, event["ledger_type"], int(event["amount"]), reference)
    return store.ledger[-1]


def pay_out(store: Any, _event: Json) -> Json:
    """Etsy pays the balance out."""
    return money.pay_out(store)


EVENTS: dict[str, Callable[[Any, Json], Json]] = {
    "receipt": receipt,
    "sell": sell,
    "pay": pay,
    "refund": refund,
    "cancel": cancel,
    "edit": edit,
    "ship": ship,
    "deliver": deliver,
    "delete_listing": delete_listing,
    "offer": offer,
    "listing_state": listing_state,
    "charge": charge,
    "pay_out": pay_out,
}


def happen(store: Any, event: Json) -> Json:
    """Let an event happen; its ``kind`` says which."""
    with store.lock:
        return EVENTS[event["kind"]](store, event)
