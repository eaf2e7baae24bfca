# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Requests for refunds of an amount: spread over what is left of each payment, to the cent."""

from decimal import Decimal

import pytest

from channels.base.errors import RefusedError
from channels.base.outgoing import RefundWish
from channels.shopify.outgoing import ShopifyOutgoing


class Client:
    """Answers with one order, charged in francs, as the shop does."""

    def __init__(self, *transactions):
        self.order = {
            "id": "order",
            "presentmentCurrencyCode": "CHF",
            "transactions": transactions,
        }

    def execute(self, name, variables):
        """The one question asked here."""
        assert (name, variables) == ("order_payments", {"id": "order"})
        return {"order": self.order}


def transaction(identity, francs, kind="SALE", status="SUCCESS", parent=None):
    return {
        "id": identity,
        "kind": kind,
        "status": status,
        "gateway": f"gateway of {identity}",
        "amountSet": {
            # Far from the francs: a mixture of both shows.
            "shopMoney": {"amount": "1000.00", "currencyCode": "EUR"},
            "presentmentMoney": {"amount": francs, "currencyCode": "CHF"},
        },
        "parentTransaction": parent and {"id": parent},
    }


def ask(amount, *transactions):
    adapter = ShopifyOutgoing()
    adapter.client = Client(*transactions)
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
