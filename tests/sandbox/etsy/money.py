# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payments and the ledger of the payment account, booked as receipts are paid and refunded.

Fees as Etsy publishes them for German shops: 4 % and 0.30 of a payment, 6.5 % of goods, of
shipping and of gift wrap, each rounded to the cent. A refund gives back its share of the
processing fee. The ledger is in the shop's currency.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .answers import Json, cents, money, not_found, page
from .guard import Call
from .receipts import own_shop
from .store import CURRENCY, SHOP_ID, USER_ID

PROCESSING = Fraction(4, 100)
PROCESSING_FIXED = 30
TRANSACTION = Fraction(65, 1000)
LISTING_FEE = 18
LEDGER_ID = 31
# What a unit of the buyer's currency is worth in the shop's.
RATES = {
    "EUR": Fraction(1),
    "USD": Fraction(92, 100),
    "CHF": Fraction(106, 100),
    "GBP": Fraction(117, 100),
}


def half_up(value: Fraction) -> int:
    """Nearest whole number, halves away from zero."""
    return -half_up(-value) if value < 0 else int(value + Fraction(1, 2))


def in_shop_currency(amount: int, currency: str) -> int:
    """Cents of an amount as they come to the ledger."""
    return half_up(amount * RATES[currency])


# Booking


def book(store: Any, kind: str, amount: int, reference: tuple[str, object], **extra: Any) -> Json:
    """An entry of the ledger; kind is ``ledger_type`` and, unless given, ``description``."""
    balance = store.ledger[-1]["balance"] if store.ledger else 0
    number = len(store.ledger) + 1
    moment = extra.pop("moment", None) or store.now()
    entry = {
        "entry_id": 8000 + number,
        "ledger_id": LEDGER_ID,
        "sequence_number": 14000 + number,
        "amount": amount,
        "currency": CURRENCY,
        "description": extra.pop("description", kind),
        "balance": balance + amount,
        "create_date": moment,
        "created_timestamp": moment,
        "ledger_type": kind,
        "reference_type": reference[0],
        "reference_id": str(reference[1]),
        "parent_entry_id": 0,
        "payment_adjustments": [],
        **extra,
    }
    store.ledger.append(entry)
    return entry


def fee(store: Any, kind: str, amount: int, reference: tuple[str, object], **extra: Any) -> None:
    """A fee, and the VAT on it where the shop has to bear that."""
    if not amount:
        return
    entry = book(store, kind, -amount, reference, **extra)
    vat = half_up(Fraction(amount * store.fee_vat, 100))
    if vat:
        book(
            store,
            "vat_seller_services",
            -vat,
            ("bill", 9000 + entry["entry_id"]),
            parent_entry_id=entry["entry_id"],
            moment=entry["created_timestamp"],
        )


def payment_of(store: Any, receipt: Json) -> Json | None:
    """The payment of a receipt, if it is paid."""
    number = receipt["receipt_id"]
    return next((row for row in store.payments.values() if row["receipt_id"] == number), None)


def settle(store: Any, *receipts: Json) -> None:
    """Book, in order of time, what receipts have been paid and refunded and the ledger lacks."""
    due = [entry for receipt in receipts for entry in _due(store, receipt)]
    for _moment, receipt, refund in sorted(due, key=lambda entry: entry[0]):
        if refund is None:
            _pay(store, receipt)
        else:
            _give_back(store, receipt, payment_of(store, receipt), refund)


def _due(store: Any, receipt: Json) -> list[tuple[int, Json, Json | None]]:
    """What is to be booked for a receipt: its payment, then refunds."""
    payment = payment_of(store, receipt)
    if not receipt["is_paid"] or not cents(receipt["grandtotal"]):
        return []
    done = len(payment["payment_adjustments"]) if payment else 0
    refunds = [(row["created_timestamp"], receipt, row) for row in receipt["refunds"][done:]]
    return refunds if payment else [(_paid_at(receipt), receipt, None), *refunds]


def _paid_at(receipt: Json) -> int:
    moments = [row["paid_timestamp"] for row in receipt["transactions"] if row["paid_timestamp"]]
    return max([receipt["created_timestamp"], *moments])


def _pay(store: Any, receipt: Json) -> None:
    currency = receipt["grandtotal"]["currency_code"]
    gross = cents(receipt["grandtotal"])
    cost = half_up(gross * PROCESSING) + PROCESSING_FIXED
    moment = _paid_at(receipt)
    number = store.number(55_000)
    amounts = {
        "gross": money(gross, currency),
        "fees": money(cost, currency),
        "net": money(gross - cost, currency),
    }
    payment = store.payments[number] = {
        "payment_id": number,
        "buyer_user_id": receipt["buyer_user_id"],
        "shop_id": SHOP_ID,
        "receipt_id": receipt["receipt_id"],
        **{f"amount_{name}": value for name, value in amounts.items()},
        **{f"posted_{name}": value for name, value in amounts.items()},
        **dict.fromkeys(("adjusted_gross", "adjusted_fees", "adjusted_net")),
        "currency": currency,
        "shop_currency": CURRENCY,
        "buyer_currency": store.buyer_currencies.get(receipt["receipt_id"], currency),
        "shipping_user_id": receipt["buyer_user_id"],
        "shipping_address_id": number,
        "billing_address_id": number,
        "status": "settled",
        "shipped_timestamp": None,
        "create_timestamp": moment,
        "created_timestamp": moment,
        "update_timestamp": moment,
        "updated_timestamp": moment,
        "payment_adjustments": [],
    }
    _book_payment(store, receipt, payment)


def _book_payment(store: Any, receipt: Json, payment: Json) -> None:
    """Payment, what Etsy keeps of it, and the tax Etsy has collected and remits itself."""
    currency, moment = payment["currency"], payment["created_timestamp"]
    reference = ("payment", payment["payment_id"])

    def shop(value: Json) -> int:
        return in_shop_currency(cents(value), currency)

    book(
        store,
        "payment",
        shop(receipt["grandtotal"]),
        reference,
        description="PAYMENT_GROSS",
        moment=moment,
    )
    collected = shop(receipt["total_tax_cost"]) + shop(receipt["total_vat_cost"])
    if collected:
        book(store, "sales_tax", -collected, ("receipt", receipt["receipt_id"]), moment=moment)
    for row in receipt["transactions"]:
        worth = cents(row["price"]) * row["quantity"] - half_up(
            Fraction(str(row["shop_coupon"])) * 100
        )
        amount = half_up(in_shop_currency(worth, currency) * TRANSACTION)
        fee(store, "transaction", amount, ("transaction", row["transaction_id"]), moment=moment)
    for kind, field in (
        ("shipping_transaction", "total_shipping_cost"),
        ("gift_wrap_fees", "gift_wrap_price"),
    ):
        amount = half_up(shop(receipt[field]) * TRANSACTION)
        fee(store, kind, amount, ("receipt", receipt["receipt_id"]), moment=moment)
    fee(
        store,
        "payment_processing_fee",
        shop(payment["amount_fees"]),
        reference,
        description="PAYMENT_PROCESSING_FEE",
        moment=moment,
    )


def _give_back(store: Any, receipt: Json, payment: Json, refund: Json) -> None:
    amount = cents(refund["amount"])
    currency, moment = payment["currency"], refund["created_timestamp"]
    adjustment = _adjustment(store, receipt, payment, refund)
    payment["payment_adjustments"].append(adjustment)
    before = {
        name: cents(payment[f"adjusted_{name}"] or payment[f"amount_{name}"])
        for name in ("gross", "fees")
    }
    gross = before["gross"] - amount
    cost = before["fees"] - adjustment["total_fee_adjustment_amount"]
    payment["adjusted_gross"] = money(gross, currency)
    payment["adjusted_fees"] = money(cost, currency)
    payment["adjusted_net"] = money(gross - cost, currency)
    payment["update_timestamp"] = payment["updated_timestamp"] = moment
    reference = ("payment_adjustment", adjustment["payment_adjustment_id"])
    book(
        store,
        "refund",
        -in_shop_currency(amount, currency),
        reference,
        description="REFUND_GROSS",
        moment=moment,
        payment_adjustments=[adjustment],
    )
    if back := adjustment["total_fee_adjustment_amount"]:
        book(
            store,
            "payment_processing_fee",
            in_shop_currency(back, currency),
            reference,
            description="REFUND_PROCESSING_FEE",
            moment=moment,
        )


def _adjustment(store: Any, receipt: Json, payment: Json, refund: Json) -> Json:
    """What Etsy tells about one refund."""
    amount, moment = cents(refund["amount"]), refund["created_timestamp"]
    number = store.number(66_000)
    in_shop = in_shop_currency(amount, payment["currency"])
    item = {
        "payment_adjustment_id": number,
        "payment_adjustment_item_id": number,
        "adjustment_type": "ITEM",
        "amount": amount,
        "shop_amount": in_shop,
        "transaction_id": receipt["transactions"][0]["transaction_id"],
        "bill_payment_id": None,
        "created_timestamp": moment,
        "updated_timestamp": moment,
    }
    return {
        "payment_adjustment_id": number,
        "payment_id": payment["payment_id"],
        "status": "REFUNDED",
        "is_success": True,
        "user_id": USER_ID,
        "reason_code": (refund["reason"] or "OTHER").upper(),
        "total_adjustment_amount": amount,
        "shop_total_adjustment_amount": in_shop,
        "buyer_total_adjustment_amount": amount,
        "total_fee_adjustment_amount": half_up(amount * PROCESSING),
        "create_timestamp": moment,
        "created_timestamp": moment,
        "update_timestamp": moment,
        "updated_timestamp": moment,
        "payment_adjustment_items": [item],
    }


def pay_out(store: Any) -> Json:
    """Etsy pays the balance to the seller's bank account."""
    balance = store.ledger[-1]["balance"] if store.ledger else 0
    number = store.number(71_000)
    return book(store, "DISBURSE2", -balance, ("disbursement", number))


# Operations


def receipt_payments(store: Any, call: Call) -> Json:
    """Payments of one receipt."""
    own_shop(call)
    payment = payment_of(store, store.receipt(call.path["receipt_id"]))
    rows = [payment] if payment else []
    return {"count": len(rows), "results": rows}


def payments(store: Any, call: Call) -> Json:
    """Payments by number."""
    own_shop(call)
    rows = [store.payments[key] for key in call.query["payment_ids"] if key in store.payments]
    if not rows:
        raise not_found()
    return {"count": len(rows), "results": rows}


def ledger_entries(store: Any, call: Call) -> Json:
    """Entries of a time, the newest first."""
    own_shop(call)
    low, high = call.query["min_created"], call.query["max_created"]
    rows = [row for row in store.ledger if low <= row["created_timestamp"] <= high]
    return page(rows[::-1], call.query)


def ledger_payments(store: Any, call: Call) -> Json:
    """Payments that entries of the ledger are about."""
    own_shop(call)
    wanted = set(call.query["ledger_entry_ids"])
    found: dict[int, Json] = {}
    for entry in store.ledger:
        if entry["entry_id"] in wanted:
            for payment in store.payments.values():
                if _is_about(entry, payment):
                    found[payment["payment_id"]] = payment
    return {"count": len(found), "results": list(found.values())}


def _is_about(entry: Json, payment: Json) -> bool:
    numbers = {
        "payment": [payment["payment_id"]],
        "payment_adjustment": [
            row["payment_adjustment_id"] for row in payment["payment_adjustments"]
        ],
    }
    return entry["reference_id"] in map(str, numbers.get(entry["reference_type"], []))
