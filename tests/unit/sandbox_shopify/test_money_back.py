# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Refunds, returns, cancellations and payouts at the stand-in, to the cent."""

from decimal import Decimal

import pytest

from channels.base.errors import InputError
from channels.shopify.mapping import parse_order
from tests.sandbox.shopify import payouts, returns
from tests.sandbox.shopify.stock import MAIN


def suggested(client, order, lines, shipping="0.00"):
    variables = {"id": order["id"], "lines": lines, "shipping": shipping}
    return client.execute("refund_suggested", variables)["order"]["suggestedRefund"]


def refund(client, order, lines, shipping="0.00", key="refund"):
    proposal = suggested(client, order, lines, shipping)
    transactions = [
        {
            "orderId": order["id"],
            "gateway": row["gateway"],
            "kind": "REFUND",
            "amount": row["amountSet"]["presentmentMoney"]["amount"],
            "parentId": row["parentTransaction"]["id"],
        }
        for row in proposal["suggestedTransactions"]
    ]
    given = {
        "orderId": order["id"],
        "currency": order["presentmentCurrencyCode"],
        "refundLineItems": lines,
        "transactions": transactions,
    }
    if Decimal(shipping):
        given["shipping"] = {"amount": shipping}
    return client.mutate("refund_create", {"input": given, "key": key})["refund"]


def fetch(client, order):
    """The order as the product reads it."""
    (node,) = client.execute("orders_by_ids", {"ids": [order["id"]]})["nodes"]
    ids = [row["id"] for row in node["refunds"]]
    node["refunds"] = client.execute("refunds_by_ids", {"ids": ids})["nodes"] if ids else []
    return node


@pytest.mark.parametrize("name", ["#1001", "#1002", "#1009", "#1010", "#1017"])
def test_piece_by_piece_until_nothing_is_left(shop, client, name):
    """The product understands every step, and all parts sum to the order to the cent."""
    order = shop.store.order_by_name(name)
    whole = parse_order(fetch(client, order)).total
    key = 0
    for line in order["lineItems"]:
        for _piece in range(line["quantity"]):
            key += 1
            rows = [{"lineItemId": line["id"], "quantity": 1, "restockType": "CANCEL"}]
            refund(client, order, rows, key=f"{name}-{key}")
    freight = suggested(client, order, [])["shipping"]["maximumRefundableSet"]["presentmentMoney"]
    refund(client, order, [], freight["amount"], key=f"{name}-freight")
    order_now = parse_order(fetch(client, order))
    assert order_now.amount_refunded == whole
    assert sum(line.net + line.tax for row in order_now.refunds for line in row.lines) == whole
    assert order["displayFinancialStatus"] == "REFUNDED"


def test_stock_comes_back_only_if_asked(shop, client, order):
    line = order["lineItems"][0]
    item = shop.store.item_of(line)
    before = shop.store.stock.quantity(item, MAIN, "available")
    rows = [{"lineItemId": line["id"], "quantity": 1, "restockType": "NO_RESTOCK"}]
    refund(client, order, rows, key="a")
    assert shop.store.stock.quantity(item, MAIN, "available") == before
    refund(client, order, [{**rows[0], "restockType": "CANCEL"}], key="b")
    assert shop.store.stock.quantity(item, MAIN, "available") == before + 1
    with pytest.raises(InputError, match="more items"):
        refund(client, order, rows, key="c")


def test_lost_answer_gives_back_once(shop, client, order):
    shop.store.add_faults("drop_after", operation="RefundCreate")
    refund(client, order, [{"lineItemId": order["lineItems"][0]["id"], "quantity": 1}])
    assert len(order["refunds"]) == 1


def test_cancel(shop, client, order):
    variables = {
        "orderId": order["id"],
        "reason": "CUSTOMER",
        "restock": True,
        "refundMethod": {"originalPaymentMethodsRefund": True},
    }
    job = client.mutate("order_cancel", variables)["job"]
    assert client.execute("job", {"id": job["id"]})["job"]["done"]
    payload = fetch(client, order)
    assert payload["displayFinancialStatus"] == "REFUNDED"
    assert payload["cancelledAt"]
    assert client.execute("fulfillment_orders", {"id": order["id"]})["order"]["fulfillmentOrders"][
        "nodes"
    ][0]["status"] == ("CANCELLED")
    with pytest.raises(InputError, match="already been cancelled"):
        client.mutate("order_cancel", variables)


def test_return(shop, client, order):
    node = client.execute("fulfillment_orders", {"id": order["id"]})["order"]
    entry = {"fulfillmentOrderId": node["fulfillmentOrders"]["nodes"][0]["id"]}
    given = {"fulfillment": {"lineItemsByFulfillmentOrder": [entry]}}
    client.mutate("fulfillment_create", given)
    made = returns.request(shop.store, "#1001", {"HON-500": 1})
    found = client.execute("return", {"id": made["id"]})["return"]
    (row,) = found["returnLineItems"]["nodes"]
    (back,) = found["reverseFulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"]
    payment = order["transactions"][0]
    process = {
        "returnId": made["id"],
        "returnLineItems": [
            {
                "id": row["id"],
                "quantity": 1,
                "dispositions": [
                    {
                        "reverseFulfillmentOrderLineItemId": back["id"],
                        "quantity": 1,
                        "dispositionType": "NOT_RESTOCKED",
                        "locationId": MAIN,
                    }
                ],
            }
        ],
        "financialTransfer": {
            "issueRefund": {
                "orderTransactions": [
                    {
                        "parentId": payment["id"],
                        "transactionAmount": {"amount": "7.99", "currencyCode": "EUR"},
                    }
                ]
            }
        },
    }
    client.mutate("return_process", {"input": process})
    found = client.execute("return", {"id": made["id"]})["return"]
    assert found["status"] == "CLOSED"
    assert len(found["refunds"]["nodes"]) == 1
    parsed = parse_order(fetch(client, order))
    assert parsed.amount_refunded == Decimal("7.99")


def test_payout_is_the_sum_of_its_entries(shop, client, order):
    refund(client, order, [{"lineItemId": order["lineItems"][0]["id"], "quantity": 1}])
    made = payouts.issue(shop.store)
    account = client.execute("payouts")["shopifyPaymentsAccount"]
    (payout,) = account["payouts"]["nodes"]
    query = f"payments_transfer_id:{payout['legacyResourceId']}"
    rows = client.execute("balance_transactions", {"query": query})["shopifyPaymentsAccount"][
        "balanceTransactions"
    ]["nodes"]
    assert sum(Decimal(row["net"]["amount"]) for row in rows) == Decimal(payout["net"]["amount"])
    assert {row["type"] for row in rows} == {"CHARGE", "REFUND"}
    gross = Decimal(payout["summary"]["chargesGross"]["amount"])
    fees = Decimal(payout["summary"]["chargesFee"]["amount"])
    back = Decimal(payout["summary"]["refundsFeeGross"]["amount"])
    assert gross - fees + back == Decimal(made["net"]["amount"])
    assert len(client.execute("tender_transactions")["tenderTransactions"]["nodes"]) > len(rows)
