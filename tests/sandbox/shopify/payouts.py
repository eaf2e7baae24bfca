# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify Payments: what every payment cost, and what went to the bank in one sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .answers import Json, amount, money, number
from .builder import cents

GATEWAY = "shopify_payments"
SHARE, FIXED = Decimal("0.019"), Decimal("0.25")
GROUPS = {"CHARGE": ("chargesGross", "chargesFee"), "REFUND": ("refundsFeeGross", "refundsFee")}


def entries(store: Any) -> list[Json]:
    """Balance transactions of all payments and refunds, oldest first."""
    found = []
    for order in store.orders.values():
        for row in order["transactions"]:
            paid = row["kind"] in ("SALE", "CAPTURE")
            counts = row["gateway"] == GATEWAY and row["status"] == "SUCCESS" and not row["test"]
            if counts and (paid or row["kind"] == "REFUND"):
                found.append(_entry(store, order, row, paid))
    return sorted(found, key=lambda entry: (entry["transactionDate"], entry["id"]))


def _entry(store: Any, order: Json, row: Json, paid: bool) -> Json:
    gross = amount(row["amountSet"]) * (1 if paid else -1)
    # The fee of a payment is kept when it is given back.
    fee = cents(gross * SHARE) + FIXED if paid else Decimal(0)
    gid = f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number(row['id'])}"
    payout = store.paid_out.get(gid)
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction",
        "id": gid,
        "type": "CHARGE" if paid else "REFUND",
        "test": False,
        "transactionDate": row["processedAt"],
        "sourceId": number(row["id"]),
        "sourceType": "CHARGE" if paid else "REFUND",
        "sourceOrderTransactionId": number(row["id"]),
        "amount": money(gross),
        "fee": money(fee),
        "net": money(gross - fee),
        "associatedOrder": {"id": order["id"], "name": order["name"]},
        "associatedPayout": {"id": payout, "status": "PAID" if payout else "PENDING"},
        "adjustmentReason": None,
        "adjustmentsOrders": [],
    }


def issue(store: Any) -> Json:
    """Pay out everything that was not paid out yet; made by the control interface."""
    rows = [row for row in entries(store) if not row["associatedPayout"]["id"]]
    gid = store.gid("ShopifyPaymentsPayout")
    summary = {
        key: Decimal(0)
        for key in (
            *("chargesGross", "chargesFee", "refundsFeeGross", "refundsFee"),
            *("adjustmentsGross", "adjustmentsFee", "reservedFundsGross", "retriedPayoutsGross"),
        )
    }
    for row in rows:
        store.paid_out[row["id"]] = gid
        gross, fee = GROUPS[row["type"]]
        summary[gross] += Decimal(row["amount"]["amount"])
        summary[fee] += Decimal(row["fee"]["amount"])
    net = sum((Decimal(row["net"]["amount"]) for row in rows), Decimal(0))
    node = {
        "__typename": "ShopifyPaymentsPayout",
        "id": gid,
        "legacyResourceId": str(number(gid)),
        "issuedAt": store.stamp(),
        "status": "PAID",
        "transactionType": "DEPOSIT" if net >= 0 else "WITHDRAWAL",
        "externalTraceId": f"SANDBOX{number(gid)}",
        "net": money(net),
        "summary": {key: money(value) for key, value in summary.items()},
    }
    store.payouts.append(node)
    return node


def account(store: Any) -> Json:
    """The account with its payouts, newest first, and its entries."""

    def wanted(_info: Any, query: str = "", **_page: Any) -> list[Json]:
        payout = (query or "").partition("payments_transfer_id:")[2].split(" ")[0]
        rows = entries(store)
        if not payout:
            return rows
        return [row for row in rows if (row["associatedPayout"]["id"] or "").endswith(f"/{payout}")]

    return {
        "__typename": "ShopifyPaymentsAccount",
        "id": "gid://shopify/ShopifyPaymentsAccount/1",
        "activated": True,
        "defaultCurrency": "EUR",
        "payouts": lambda _info, **_page: list(reversed(store.payouts)),
        "balanceTransactions": wanted,
    }


def tenders(store: Any) -> list[Json]:
    """Payments of every kind."""
    return [
        {
            "__typename": "TenderTransaction",
            "id": f"gid://shopify/TenderTransaction/{number(row['id'])}",
            "amount": row["amountSet"]["shopMoney"],
            "paymentMethod": row["gateway"],
            "processedAt": row["processedAt"],
            "remoteReference": None,
            "test": row["test"],
            "order": order,
        }
        for order in store.orders.values()
        for row in order["transactions"]
        if row["status"] == "SUCCESS"
    ]
