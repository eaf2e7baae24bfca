# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Money back: suggested and created refunds, cancelled orders, payments marked as received.

Amounts of goods are gross in a gross shop; those of freight are net with the tax beside them.
All is reckoned in the currency the customer was charged in, also what a refund is asked for.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from . import fulfilment
from .answers import Json, charged, charged_bag, problem
from .builder import cents
from .stock import MAIN

RESTOCKING = ("CANCEL", "RETURN")


def refunded_pieces(order: Json, line_id: str) -> int:
    """Pieces of a line that were given back so far."""
    rows = [row for refund in order["refunds"] for row in refund.get("refundLineItems") or ()]
    return sum(row["quantity"] for row in rows if row["lineItem"]["id"] == line_id)


def _line_money(order: Json, line: Json, start: int, pieces: int) -> tuple[Decimal, Decimal]:
    """Amount and tax of some pieces; over all pieces of a line they add up to the cent."""
    whole = line["quantity"]
    discount = sum((charged(row["allocatedAmountSet"]) for row in line["discountAllocations"]), 0)
    total = charged(line["originalUnitPriceSet"]) * whole - discount
    tax = sum((charged(row["priceSet"]) for row in line["taxLines"]), Decimal(0))

    def part(value: Decimal) -> Decimal:
        return cents(value * (start + pieces) / whole) - cents(value * start / whole)

    return part(Decimal(total)), part(tax)


def _freight_money(order: Json) -> tuple[Decimal, Decimal]:
    """What freight is left to give back, with tax, and the tax in it."""
    total = tax = Decimal(0)
    for line in order["shippingLines"]:
        own_tax = sum((charged(row["priceSet"]) for row in line["taxLines"]), Decimal(0))
        discount = sum((charged(r["allocatedAmountSet"]) for r in line["discountAllocations"]), 0)
        price = charged(line["originalPriceSet"]) - discount
        total += price if order["taxesIncluded"] else price + own_tax
        tax += own_tax
    for refund in order["refunds"]:
        for row in refund.get("refundShippingLines") or ():
            total -= charged(row["subtotalAmountSet"]) + charged(row["taxAmountSet"])
            tax -= charged(row["taxAmountSet"])
    return total, tax


def _rows(store: Any, order: Json, given: list[Json] | None) -> list[Json] | str:
    """Refund lines for the pieces asked for, or why they cannot be given back."""
    lines = {line["id"]: line for line in order["lineItems"]}
    rows = []
    for entry in given or ():
        line, pieces = lines.get(entry["lineItemId"]), entry["quantity"]
        if line is None:
            return "Line item not found."
        start = refunded_pieces(order, line["id"])
        if not 0 < pieces <= line["quantity"] - start:
            return "Quantity cannot refund more items than were purchased"
        total, tax = _line_money(order, line, start, pieces)
        rows.append(
            {
                "id": store.gid("RefundLineItem"),
                "quantity": pieces,
                "restockType": entry.get("restockType") or "NO_RESTOCK",
                "restocked": (entry.get("restockType") or "") in RESTOCKING,
                "location": None,
                "place": entry.get("locationId") or MAIN,
                "lineItem": line,
                "priceSet": line["originalUnitPriceSet"],
                "subtotalSet": charged_bag(total, order),
                "totalTaxSet": charged_bag(tax, order),
            }
        )
    return rows


def _total(order: Json, rows: list[Json], freight: Decimal) -> Decimal:
    goods = sum((charged(row["subtotalSet"]) for row in rows), Decimal(0))
    taxes = sum((charged(row["totalTaxSet"]) for row in rows), Decimal(0))
    return goods + freight + (0 if order["taxesIncluded"] else taxes)


def _paid(order: Json) -> list[tuple[Json, Decimal]]:
    """Payments with what is left of them."""
    rows = [row for row in order["transactions"] if row["status"] == "SUCCESS"]
    back: dict[str, Decimal] = {}
    for row in rows:
        if row["kind"] == "REFUND" and row["parentTransaction"]:
            key = row["parentTransaction"]["id"]
            back[key] = back.get(key, Decimal(0)) + charged(row["amountSet"])
    paid = [row for row in rows if row["kind"] in ("SALE", "CAPTURE")]
    return [(row, charged(row["amountSet"]) - back.get(row["id"], Decimal(0))) for row in paid]


def suggested(
    store: Any, order: Json, refundLineItems: list[Json] | None = None, shippingAmount: str = "0"
) -> Json:
    """What the shop would give back, spread over the payments."""
    rows = _rows(store, order, refundLineItems)
    rows = [] if isinstance(rows, str) else rows
    freight = Decimal(str(shippingAmount or 0))
    left, tax_left = _freight_money(order)
    rest = total = _total(order, rows, freight)
    transactions = []
    for payment, open_amount in _paid(order):
        part = min(rest, open_amount)
        rest -= part
        if part:
            transactions.append(
                {
                    "gateway": payment["gateway"],
                    "kind": "SUGGESTED_REFUND",
                    "amountSet": charged_bag(part, order),
                    "parentTransaction": payment,
                }
            )
    taxes = sum((charged(row["totalTaxSet"]) for row in rows), Decimal(0))
    goods = sum((charged(row["subtotalSet"]) for row in rows), Decimal(0))
    paid = sum((open_amount for _payment, open_amount in _paid(order)), Decimal(0))
    return {
        "amountSet": charged_bag(total, order),
        "subtotalSet": charged_bag(goods, order),
        "totalTaxSet": charged_bag(taxes, order),
        "totalCartDiscountAmountSet": charged_bag(Decimal(0), order),
        "maximumRefundableSet": charged_bag(paid, order),
        "shipping": {
            "amountSet": charged_bag(freight, order),
            "maximumRefundableSet": charged_bag(left, order),
            "taxSet": charged_bag(cents(tax_left * freight / left) if left else Decimal(0), order),
        },
        "refundLineItems": rows,
        "suggestedTransactions": transactions,
    }


def _currency_problem(order: Json, currency: str | None) -> str:
    """What is wrong with the currency of a refund; it may be left out in the shop's own."""
    shown = order["presentmentCurrencyCode"]
    if currency is None and shown != order["currencyCode"]:
        return "Currency is required for orders in another currency than the shop's"
    return "" if currency in (None, shown) else f"Currency must be {shown}"


def create(store: Any, input: Json) -> Json:
    """Give money back and take the goods in.

    Amounts carry no currency of their own. The shop would book a sum that differs from the
    pieces as a discrepancy; here it is refused if no reason is given for it.
    """

    def refuse(text: str, *field: object) -> Json:
        return {"refund": None, "order": None, "userErrors": [problem(text, *field)]}

    order = store.orders.get(input["orderId"])
    if order is None:
        return refuse("Order not found", "orderId")
    rows = _rows(store, order, input.get("refundLineItems"))
    if isinstance(rows, str):
        return refuse(rows, "refundLineItems")
    if text := _currency_problem(order, input.get("currency")):
        return refuse(text, "currency")
    freight_left, freight_tax = _freight_money(order)
    shipping = input.get("shipping") or {}
    freight = (
        freight_left if shipping.get("fullRefund") else Decimal(str(shipping.get("amount") or 0))
    )
    if freight > freight_left:
        return refuse("Shipping amount is more than what can be refunded", "shipping")
    payments = {row["id"]: left for row, left in _paid(order)}
    given = input.get("transactions") or []
    for index, row in enumerate(given):
        if Decimal(str(row["amount"])) > payments.get(row.get("parentId"), Decimal(0)):
            text = "Transactions amount must be less than or equal to what was paid"
            return refuse(text, "transactions", index)
    back = sum((Decimal(str(row["amount"])) for row in given), Decimal(0))
    if back != _total(order, rows, freight) and not input.get("discrepancyReason"):
        return refuse("Transactions amount differs from what is refunded", "transactions")
    tax = cents(freight_tax * freight / freight_left) if freight else Decimal(0)
    node = book(store, order, rows, (freight - tax, tax), given, input.get("note"))
    return {"refund": node, "order": order, "userErrors": []}


def book(
    store: Any,
    order: Json,
    rows: list[Json],
    freight: tuple[Decimal, Decimal],
    payments: list[Json],
    note: str | None,
) -> Json:
    """Put a refund on its order: goods, money, totals, stock, subscribers."""
    transactions = [_transaction(store, order, row) for row in payments]
    order["transactions"] = [*order["transactions"], *transactions]
    money_back = sum((charged(row["amountSet"]) for row in transactions), Decimal(0))
    shipping = []
    if sum(freight):
        line = {
            "id": store.gid("RefundShippingLine"),
            "shippingLine": order["shippingLines"][0],
            "subtotalAmountSet": charged_bag(freight[0], order),
            "taxAmountSet": charged_bag(freight[1], order),
        }
        shipping.append(line)
    node = {
        "__typename": "Refund",
        "id": store.gid("Refund"),
        "legacyResourceId": "0",
        "createdAt": store.stamp(),
        "processedAt": store.stamp(),
        "updatedAt": store.stamp(),
        "note": note,
        "order": order,
        "return": None,
        "duties": [],
        "orderAdjustments": [],
        "totalRefundedSet": charged_bag(money_back, order),
        "refundLineItems": rows,
        "refundShippingLines": shipping,
        "transactions": transactions,
    }
    store.refunds[node["id"]] = node
    order["refunds"] = [*order["refunds"], node]
    _reduce(store, order, rows, freight, money_back)
    store.touch(order)
    store.emit("REFUNDS_CREATE", {**_told(node), "order_id": _told(order)["id"]})
    return node


def _told(node: Json) -> Json:
    return {"id": int(node["id"].rsplit("/", 1)[1]), "admin_graphql_api_id": node["id"]}


def _transaction(store: Any, order: Json, given: Json) -> Json:
    parent = next(
        (row for row in order["transactions"] if row["id"] == given.get("parentId")), None
    )
    return {
        "id": store.gid("OrderTransaction"),
        "kind": "REFUND",
        "status": "SUCCESS",
        "gateway": given["gateway"],
        "manualPaymentGateway": False,
        "processedAt": store.stamp(),
        "createdAt": store.stamp(),
        "test": order["test"],
        "amountSet": charged_bag(Decimal(str(given["amount"])), order),
        "parentTransaction": parent,
        "fees": [],
    }


def _reduce(
    store: Any, order: Json, rows: list[Json], freight: tuple[Decimal, Decimal], back: Decimal
) -> None:
    """Totals of the order and pieces of its lines after a refund."""
    for row in rows:
        line = row["lineItem"]
        line["currentQuantity"] -= row["quantity"]
        restock = row["restockType"] in RESTOCKING
        open_pieces = fulfilment.withdraw(store, order, line, row["quantity"], restock=restock)
        item = store.item_of(line)
        if restock and item:
            store.stock.move(item, row["place"], available=row["quantity"] - open_pieces)
    tax = sum((charged(row["totalTaxSet"]) for row in rows), freight[1])
    total = _total(order, rows, freight[0] + freight[1])
    for key, value in (("currentTotalPriceSet", total), ("currentTotalTaxSet", tax)):
        order[key] = charged_bag(charged(order[key]) - value, order)
    refunded = charged(order["totalRefundedSet"]) + back
    order["totalRefundedSet"] = charged_bag(refunded, order)
    paid = sum((left for _row, left in _paid(order)), Decimal(0))
    if back:
        order["displayFinancialStatus"] = "PARTIALLY_REFUNDED" if paid else "REFUNDED"


def cancel(
    store: Any,
    orderId: str,
    reason: str,
    restock: bool,
    refundMethod: Json | None = None,
    notifyCustomer: bool = False,
    staffNote: str | None = None,
) -> Json:
    """Cancel an order; the job is done at once, which the caller cannot know."""
    order = store.orders.get(orderId)
    text = "Order not found" if order is None else ""
    if order and order["cancelledAt"]:
        text = "Order has already been cancelled"
    elif order and any(row["status"] == "SUCCESS" for row in order.get("fulfillments") or ()):
        text = "Cannot cancel an order with fulfilled items"
    if text:
        code = "NOT_FOUND" if order is None else "INVALID"
        wrong = problem(text, "orderId", code=code)
        return {"job": None, "orderCancelUserErrors": [wrong], "userErrors": [wrong]}
    for line in order["lineItems"]:
        fulfilment.withdraw(store, order, line, line["currentQuantity"], restock=restock)
    for node in fulfilment.ensure(store, order):
        node["status"] = "CANCELLED"
    if (refundMethod or {}).get("originalPaymentMethodsRefund"):
        rows = [
            {"lineItemId": line["id"], "quantity": line["currentQuantity"]}
            for line in order["lineItems"]
            if line["currentQuantity"]
        ]
        payments = [
            {"gateway": row["gateway"], "amount": left, "parentId": row["id"]}
            for row, left in _paid(order)
            if left
        ]
        freight, tax = _freight_money(order)
        book(store, order, _rows(store, order, rows), (freight - tax, tax), payments, staffNote)
    elif not any(left for _row, left in _paid(order)):
        order["displayFinancialStatus"] = "VOIDED"
    order["cancelledAt"], order["cancelReason"] = store.stamp(), reason
    if notifyCustomer:
        store.mails.append({"order": order["name"], "about": "cancelled"})
    store.touch(order)
    store.emit("ORDERS_CANCELLED", store.told(order))
    job = {"__typename": "Job", "id": store.gid("Job"), "done": True}
    store.objects[job["id"]] = job
    return {"job": job, "orderCancelUserErrors": [], "userErrors": []}


def mark_paid(store: Any, input: Json) -> Json:
    """A payment that arrived outside of the shop."""
    order = store.orders.get(input["id"])
    if order is None or order["displayFinancialStatus"] not in ("PENDING", "PARTIALLY_PAID"):
        return {"order": None, "userErrors": [problem("Order cannot be marked as paid.", "id")]}
    for row in order["transactions"]:
        if row["status"] == "PENDING":
            row["status"] = "SUCCESS"
    order["displayFinancialStatus"] = "PAID"
    store.touch(order)
    store.emit("ORDERS_PAID", store.told(order))
    return {"order": order, "userErrors": []}


def add_tags(store: Any, id: str, tags: list[str]) -> Json:
    """Tags of an order."""
    order = store.orders.get(id)
    if order is None:
        return {"node": None, "userErrors": [problem("Order not found", "id")]}
    order["tags"] = [*order["tags"], *(tag for tag in tags if tag not in order["tags"])]
    store.touch(order)
    return {"node": order, "userErrors": []}
