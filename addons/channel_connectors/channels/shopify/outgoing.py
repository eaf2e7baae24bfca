# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What goes to Shopify: stock, fulfilments, cancellations, refunds; and its stock and state.

Every request that has an effect is either repeatable with its key or is preceded by a look at
what is there, which the caller keeps. Money is in the currency the customer was charged in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from ..base.errors import InputError, RefusedError
from ..base.money import ZERO
from ..base.outgoing import (
    Delivery,
    Hold,
    Level,
    LevelsRefusedError,
    OpenLine,
    Place,
    RefundOffer,
    RefundWish,
    Rest,
    Shipment,
    ShippingState,
    SpentKeyError,
    StaleError,
    Step,
    Tracking,
)
from ..base.reading import Json
from .carriers import company_name
from .client import ShopifyClient

LEVELS_AT_ONCE = 250
ITEMS_AT_ONCE = 250
VARIANTS_AT_ONCE = 250
OPEN_STATES = frozenset({"OPEN", "IN_PROGRESS", "SCHEDULED", "ON_HOLD"})
FAILED_STATES = frozenset({"ERROR", "FAILURE"})
STALE_CODES = frozenset({"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"})
SPENT_CODES = frozenset(
    {"IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}
)


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _available(level: Json) -> int:
    return next(row["quantity"] for row in level["quantities"] if row["name"] == "available")


def _charged(bag: Json) -> Decimal:
    """An amount in the currency the customer was charged in, as credit notes are."""
    return Decimal(bag["presentmentMoney"]["amount"])


def _open_payments(rows: list[Json]) -> Iterator[tuple[Json, Decimal]]:
    """Payments in Shopify's order, with what has not been given back of each."""
    back: dict[str, Decimal] = {}
    for row in rows:
        if row["kind"] == "REFUND" and row["status"] not in FAILED_STATES:
            parent = (row["parentTransaction"] or {}).get("id", "")
            back[parent] = back.get(parent, ZERO) + _charged(row["amountSet"])
    for row in rows:
        if row["kind"] in ("SALE", "CAPTURE") and row["status"] == "SUCCESS":
            yield row, _charged(row["amountSet"]) - back.get(row["id"], ZERO)


def _repayment(order_id: str, row: Json, amount: Decimal, paid: Json | None) -> Json:
    return {
        "orderId": order_id,
        "kind": "REFUND",
        "gateway": row["gateway"],
        "amount": str(amount),
        "parentId": (paid or {}).get("id"),
    }


class ShopifyOutgoing:
    """The outgoing half of the adapter; ``client`` comes from the other half."""

    client: ShopifyClient

    # Stock

    levels_at_once = LEVELS_AT_ONCE

    def places(self) -> list[Place]:
        """Places that hold stock, closed ones too."""
        return [
            Place(row["id"], row["name"], row["isActive"])
            for page in self.client.pages("locations", {}, "locations")
            for row in page
        ]

    def stock_items(self, variant_ids: Iterable[str]) -> dict[str, str]:
        """Stock item by variant, of variants whose stock Shopify counts."""
        found = {}
        for chunk in _chunks(list(variant_ids), VARIANTS_AT_ONCE):
            for node in self.client.execute("variant_items", {"ids": list(chunk)})["nodes"]:
                if node and node["inventoryItem"]["tracked"]:
                    found[node["id"]] = node["inventoryItem"]["id"]
        return found

    def levels_of(
        self, item_ids: Iterable[str], resting: Collection[str] = ()
    ) -> dict[tuple[str, str], int]:
        """Available quantity by item and place; places that do not keep an item are left out.

        Nothing ever rests here: Shopify takes a level of zero.
        """
        found = {}
        for chunk in _chunks(list(item_ids), ITEMS_AT_ONCE):
            for node in self.client.execute("inventory_levels", {"ids": list(chunk)})["nodes"]:
                for level in (node or {}).get("inventoryLevels", {}).get("nodes", ()):
                    found[node["id"], level["location"]["id"]] = _available(level)
        return found

    def levels_at(self, place_id: str, resting: Collection[str] = ()) -> Iterator[dict[str, int]]:
        """Available quantity by item at a place, page by page; see ``levels_of``."""
        after = None
        while True:
            variables = {"location": place_id, "after": after}
            place = self.client.execute("inventory_at_location", variables)["location"]
            if not place:
                return
            page = place["inventoryLevels"]
            yield {level["item"]["id"]: _available(level) for level in page["nodes"]}
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def set_levels(
        self, levels: Sequence[Level], key: str, reference: str, on_rest: Rest | None = None
    ) -> None:
        """Set levels, all or none. ``StaleError`` if one is no longer what it was before,
        ``LevelsRefusedError`` if some cannot be set at all.
        """
        quantities = [
            {
                "inventoryItemId": level.item_id,
                "locationId": level.place_id,
                "quantity": level.quantity,
                "changeFromQuantity": level.before,
            }
            for level in levels
        ]
        content = {
            "name": "available",
            "reason": "correction",
            "referenceDocumentUri": reference,
            "quantities": quantities,
        }
        try:
            self.client.mutate("inventory_set", {"input": content, "key": key})
        except InputError as error:
            codes = {problem.code for problem in error.problems}
            if codes & STALE_CODES:
                raise StaleError(str(error)) from error
            if codes & SPENT_CODES:
                raise SpentKeyError(str(error)) from error
            indexes = {
                int(part) for problem in error.problems for part in problem.path if part.isdigit()
            }
            raise LevelsRefusedError(str(error), indexes or range(len(levels))) from error

    def keep_item(self, item_id: str, place_id: str, key: str) -> None:
        """Keep an item at a place from now on, with nothing available yet."""
        variables = {"item": item_id, "location": place_id, "key": key}
        self.client.mutate("inventory_activate", variables)

    # Shipments

    def shipping_state(self, order_id: str) -> ShippingState:
        """Open deliveries and shipments of an order."""
        order = self.client.execute("shipping_state", {"id": order_id})["order"]
        if not order:
            raise RefusedError(f"there is no order {order_id}")
        return ShippingState(
            deliveries=tuple(
                self._delivery(node)
                for node in order["fulfillmentOrders"]["nodes"]
                if node["status"] in OPEN_STATES
            ),
            shipments=tuple(self._shipment(node) for node in order["fulfillments"]),
            cancelled=bool(order["cancelledAt"]),
        )

    @staticmethod
    def _delivery(node: Json) -> Delivery:
        actions = {row["action"] for row in node["supportedActions"]}
        holds = node["fulfillmentHolds"] if node["status"] == "ON_HOLD" else ()
        place = node["assignedLocation"]["location"] or {}
        return Delivery(
            external_id=node["id"],
            place_id=place.get("id") or "",
            lines=tuple(
                OpenLine(line["id"], line["lineItem"]["id"], line["remainingQuantity"])
                for line in node["lineItems"]["nodes"]
            ),
            holds=tuple(
                Hold(
                    hold["id"],
                    hold["reasonNotes"] or hold["reason"],
                    bool(hold["heldByRequestingApp"]),
                )
                for hold in holds
            ),
            can_send="CREATE_FULFILLMENT" in actions,
            can_move="MOVE" in actions,
        )

    @staticmethod
    def _shipment(node: Json) -> Shipment:
        quantities: dict[str, int] = {}
        for line in node["fulfillmentLineItems"]["nodes"]:
            key = line["lineItem"]["id"]
            quantities[key] = quantities.get(key, 0) + (line["quantity"] or 0)
        infos = node["trackingInfo"]
        return Shipment(
            external_id=node["id"],
            quantities=quantities,
            tracking=Tracking(
                next((info["company"] or "" for info in infos), ""),
                tuple(info["number"] for info in infos if info["number"]),
                tuple(info["url"] for info in infos if info["url"]),
            ),
            cancelled=node["status"] in ("CANCELLED", "ERROR", "FAILURE"),
        )

    def release(self, step: Step) -> None:
        """End our own holds of a delivery."""
        for delivery_id, _lines in step.parts:
            variables = {"id": delivery_id, "holdIds": list(step.holds)}
            self.client.mutate("fulfillment_order_release", variables)

    def move(self, step: Step) -> None:
        """Have pieces of a delivery sent from another place."""
        for delivery_id, lines in step.parts:
            variables = {
                "id": delivery_id,
                "newLocationId": step.place_id,
                "lines": [{"id": line_id, "quantity": quantity} for line_id, quantity in lines],
            }
            self.client.mutate("fulfillment_order_move", variables)

    def send(self, step: Step, tracking: Tracking, notify: bool) -> str:
        """Tell that pieces have left; the new shipment's id."""
        content: Json = {
            "lineItemsByFulfillmentOrder": [
                {
                    "fulfillmentOrderId": delivery_id,
                    "fulfillmentOrderLineItems": [
                        {"id": line_id, "quantity": quantity} for line_id, quantity in lines
                    ],
                }
                for delivery_id, lines in step.parts
            ],
            "notifyCustomer": notify,
        }
        if tracking.numbers:
            content["trackingInfo"] = self._tracking(tracking)
        answer = self.client.mutate("fulfillment_create", {"fulfillment": content})
        return answer["fulfillment"]["id"]

    def track(self, shipment_id: str, tracking: Tracking, notify: bool) -> None:
        """Replace the tracking of a shipment."""
        variables = {
            "fulfillmentId": shipment_id,
            "tracking": self._tracking(tracking),
            "notify": notify,
        }
        self.client.mutate("fulfillment_tracking", variables)

    @staticmethod
    def tracking_company(name: str) -> str:
        """The carrier as Shopify calls it."""
        return company_name(name)

    @staticmethod
    def _tracking(tracking: Tracking) -> Json:
        content: Json = {"numbers": list(tracking.numbers)}
        if tracking.company:
            content["company"] = tracking.company
        if len(tracking.urls) == len(tracking.numbers):
            content["urls"] = list(tracking.urls)
        return content

    # Cancellations and refunds

    def cancel(
        self, order_id: str, reason: str, *, restock: bool, refund: bool, notify: bool
    ) -> None:
        """Cancel an order for good; ``refund`` gives the money back the way it came."""
        variables: Json = {
            "orderId": order_id,
            "reason": reason,
            "restock": restock,
            "notify": notify,
        }
        if refund:
            variables["refundMethod"] = {"originalPaymentMethodsRefund": True}
        self.client.mutate("order_cancel", variables)

    def is_cancelled(self, order_id: str) -> bool:
        """Whether an order is cancelled, or no longer there."""
        order = self.client.execute("order_refunds", {"id": order_id})["order"]
        return not order or bool(order["cancelledAt"])

    def find_refund(self, order_id: str, mark: str) -> str:
        """The refund whose note contains ``mark``, or nothing."""
        order = self.client.execute("order_refunds", {"id": order_id})["order"]
        refunds = (order or {}).get("refunds") or ()
        return next((row["id"] for row in refunds if mark in (row["note"] or "")), "")

    def offer_refund(self, order_id: str, wish: RefundWish) -> RefundOffer:
        """What Shopify would give back, and the request that does it."""
        order = self.client.execute("order_refunds", {"id": order_id})["order"]
        if not order:
            raise RefusedError(f"there is no order {order_id}")
        unsent = {row["id"]: row["unfulfilledQuantity"] for row in order["lineItems"]["nodes"]}
        lines = self._refund_lines(wish, unsent)
        variables = {"id": order_id, "lines": lines, "shipping": str(wish.shipping)}
        offer = self.client.execute("refund_suggested", variables)["order"]["suggestedRefund"]
        parts = [(row, _charged(row["amountSet"])) for row in offer["suggestedTransactions"]]
        content: Json = {
            **self._refund_head(order, wish),
            "refundLineItems": lines,
            "transactions": [
                _repayment(order_id, row, part, row["parentTransaction"]) for row, part in parts
            ],
        }
        if wish.shipping:
            content["shipping"] = {"amount": str(wish.shipping)}
        return RefundOffer(
            currency=order["presentmentCurrencyCode"],
            amount=sum((part for _row, part in parts), ZERO),
            maximum=_charged(offer["maximumRefundableSet"]),
            request=content,
        )

    def refund_of_amount(self, order_id: str, wish: RefundWish, amount: Decimal) -> Json:
        """The request that gives back an amount for no piece in particular, spread over the
        payments of the order in Shopify's order.
        """
        order = self.client.execute("order_payments", {"id": order_id})["order"]
        transactions = []
        rest = amount
        for row, left in _open_payments(order["transactions"]):
            part = min(rest, left)
            if part > 0:
                transactions.append(_repayment(order_id, row, part, row))
                rest -= part
        if rest:
            raise RefusedError(f"{rest} of {amount} cannot be refunded to any payment")
        return {
            **self._refund_head(order, wish),
            "discrepancyReason": "OTHER",
            "transactions": transactions,
        }

    @staticmethod
    def _refund_head(order: Json, wish: RefundWish) -> Json:
        """Shopify asks for the currency where it is not the shop's; all amounts are in it."""
        return {
            "orderId": order["id"],
            "currency": order["presentmentCurrencyCode"],
            "note": wish.note,
            "notify": wish.notify,
        }

    @staticmethod
    def _refund_lines(wish: RefundWish, unsent: dict[str, int]) -> list[Json]:
        """Pieces not sent yet are cancelled, pieces that were sent come back or do not."""
        lines = []
        for line_id, quantity in wish.quantities.items():
            cancelled = min(quantity, unsent.get(line_id, 0))
            returned = quantity - cancelled
            kinds = [(cancelled, "CANCEL"), (returned, "RETURN" if wish.restock else "NO_RESTOCK")]
            for pieces, kind in kinds:
                if not pieces:
                    continue
                line: Json = {"lineItemId": line_id, "quantity": pieces, "restockType": kind}
                if kind != "NO_RESTOCK" and wish.place_id:
                    line["locationId"] = wish.place_id
                lines.append(line)
        return lines

    def refund(self, request: Json, key: str) -> str:
        """Give money back; the refund's id."""
        answer = self.client.mutate("refund_create", {"input": request, "key": key})
        return answer["refund"]["id"]
