# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Requests for refunds: in the customer's currency, to the cent, payment by payment."""

from decimal import Decimal

import pytest

from channels.base.errors import RefusedError
from channels.base.outgoing import RefundWish
from channels.shopify.outgoing import ShopifyOutgoing


class Client:
    """Answers with one order, charged in francs, as the shop does."""

    def __init__(self, **answers):
        self.order = {"id": "order", "presentmentCurrencyCode": "CHF", **answers}

    def execute(self, _name, variables):
        """Whatever is asked about the order."""
        assert variables["id"] == "order"
        return {"order": self.order}


def bag(francs):
    """Euros are far from the francs: a mixture of both shows."""
    return {
        "shopMoney": {"amount": "1000.00", "currencyCode": "EUR"},
        "presentmentMoney": {"amount": francs, "currencyCode": "CHF"},
    }


def transaction(identity, francs, kind="SALE", status="SUCCESS", parent=None):
    return {
        "id": identity,
        "kind": kind,
        "status": status,
        "gateway": f"gateway of {identity}",
        "amountSet": bag(francs),
        "parentTransaction": parent and {"id": parent},
    }


def ask(amount, *transactions):
    adapter = ShopifyOutgoing()
    adapter.client = Client(transactions=transactions)
    return adapter.refund_of_amount("order", RefundWish({}, note="N"), Decimal(amount))


PAID = (
    transaction("authorized", "50.00", kind="AUTHORIZATION"),
    transaction("voucher", "20.00"),
    transaction("card", "30.00", kind="CAPTURE", parent="authorized"),
    transaction("refused", "99.00", status="FAILURE"),
    transaction("back", "12.50", kind="REFUND", parent="voucher"),
    transaction("on its way", "5.00", kind="REFUND", status="PENDING", parent="card"),
    transaction("not back", "20.00", kind="REFUND", status="FAILURE", parent="card"),
)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("7.49", {"voucher": "7.49"}),
        ("7.51", {"voucher": "7.50", "card": "0.01"}),
        ("32.50", {"voucher": "7.50", "card": "25.00"}),
    ],
)
def test_what_is_left_of_each_payment(amount, parts):
    request = ask(amount, *PAID)
    assert {row["parentId"]: row["amount"] for row in request["transactions"]} == parts
    assert (request["currency"], request["orderId"]) == ("CHF", "order")
    assert all(row["gateway"] == f"gateway of {row['parentId']}" for row in request["transactions"])


def test_no_more_than_is_left():
    with pytest.raises(RefusedError):
        ask("32.51", *PAID)


def test_other_refunds_leave_a_payment_alone():
    """A refund to no payment we know of takes nothing from one."""
    back = transaction("by hand", "9.00", kind="REFUND")
    (row,) = ask("20", transaction("paid", "20.00"), back)["transactions"]
    assert row["amount"] == "20"


def test_offer_is_what_the_payments_give():
    """An order of which a part was paid gives back no more, whatever its pieces are worth."""
    adapter = ShopifyOutgoing()
    parts = [transaction("new", "20.00", parent="voucher"), transaction("new", "5.01")]
    suggested = {
        "amountSet": bag("30.00"),
        "maximumRefundableSet": bag("40.00"),
        "suggestedTransactions": parts,
    }
    lines = {"nodes": [{"id": "line", "unfulfilledQuantity": 0}]}
    adapter.client = Client(lineItems=lines, suggestedRefund=suggested)
    offer = adapter.offer_refund("order", RefundWish({"line": 1}, shipping=Decimal("4.50")))
    assert (offer.currency, str(offer.amount), str(offer.maximum)) == ("CHF", "25.01", "40.00")
    assert [row["amount"] for row in offer.request["transactions"]] == ["20.00", "5.01"]
    assert [row["parentId"] for row in offer.request["transactions"]] == ["voucher", None]
    assert offer.request["shipping"] == {"amount": "4.50"}
    assert offer.request["currency"] == "CHF"
