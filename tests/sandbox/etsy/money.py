# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payments and the ledger of the payment account, booked as receipts are paid and refunded.

Fees as Etsy publishes them for German shops: 4 % and 0.30 of a payment, 6.5 % of goods, of
shipping and of gift wrap, each rounded to the cent. A refund gives its share of them back, but
for the 0.30. Tax that Etsy collects comes in with the payment and goes out as ``sales_tax``.
The ledger is in the shop's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from .answers import Json, Refusal, cents, money, not_found, page
from .guard import Call
from .receipts import own_shop
from .store import CURRENCY, SHOP_ID, USER_ID

PROCESSING = Fraction(4, 100)
PROCESSING_FIXED = 30
TRANSACTION = Fraction(65, 1000)
LISTING_FEE = 18
LEDGER_ID = 31
# Ways to pay that do not go through Etsy: nothing of them is in the ledger.
OUTSIDE = ("bt", "mo", "check", "ck", "other")
LONGEST = 31 * 86400
# What an entry of a kind refers to and is called: as seen in answers of Etsy (see
# etsy/open-api#302, #442), and as in the samples. A reader has to take both.
STYLES = {
    "seen": {
        "payment": ("PAYMENT_GROSS", "shop_payment"),
        "refund": ("REFUND_GROSS", "payment_adjustment"),
        "processing": ("PAYMENT_PROCESSING_FEE", "shop_payment"),
        "processing_refund": ("REFUND_PROCESSING_FEE", "payment_adjustment"),
        "vat": ("vat_seller_services", "etsy"),
    },
    "sample": {
        "payment": ("payment", "payment"),
        "refund": ("refund", "payment_adjustment"),
        "processing": ("payment_processing_fee", "payment"),
        "processing_refund": ("payment_processing_fee", "payment_adjustment"),
        "vat": ("vat_seller_services", "bill"),
    },
}
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
    """An entry of the ledger; ``extra`` are further fields, and its ``moment`` if not now."""
    balance = store.ledger[-1]["balance"] if store.ledger else 0
    number = len(store.ledger) + 1
    moment = extra.pop("moment", None) or store.now()
    name, about = STYLES[store.ledger_style].get(kind, (kind, reference[0]))
    entry = {
        "entry_id": 8000 + number,
        "ledger_id": LEDGER_ID,
        "sequence_number": 14000 + number,
        "amount": amount,
        "currency": CURRENCY,
        "description": STYLES["seen"].get(kind, (kind,))[0],
        "balance": balance + amount,
        "create_date": moment,
        "created_timestamp": moment,
        "ledger_type": name,
        "reference_type": about,
        "reference_id": str(reference[1]),
        "parent_entry_id": 0,
        "payment_adjustments": [],
        **extra,
    }
    store.ledger.append(entry)
    return entry


def fee(store: Any, kind: str, amount: int, reference: tuple[str, object], **extra: Any) -> None:
    """A fee, negative if it is given back, and the VAT on it if the shop has to bear that."""
    if not amount:
        return
    entry = book(store, kind, -amount, reference, **extra)
    vat = half_up(Fraction(amount * store.fee_vat, 100))
    if vat:
        extra = {"parent_entry_id": entry["entry_id"], "moment": entry["created_timestamp"]}
        book(store, "vat", -vat, ("etsy", 0), **extra)


def payment_of(store: Any, receipt: Json) -> Json | None:
    """The payment of a receipt, if it is paid."""
    number = store.paid_by.get(receipt["receipt_id"])
    return store.payments[number] if number else None


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
    outside = receipt["payment_method"] in OUTSIDE
    if outside or not receipt["is_paid"] or not cents(receipt["grandtotal"]):
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
    store.paid_by[receipt["receipt_id"]] = number
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

    book(store, "payment", shop(receipt["grandtotal"]), reference, moment=moment)
    collected = shop(receipt["total_tax_cost"]) + shop(receipt["total_vat_cost"])
    if collected:
        book(store, "sales_tax", -collected, ("receipt", receipt["receipt_id"]), moment=moment)
    for kind, amount, about in _selling_fees(receipt, shop):
        fee(store, kind, amount, about, moment=moment)
    fee(store, "processing", shop(payment["amount_fees"]), reference, moment=moment)


def _selling_fees(
    receipt: Json, shop: Callable[[Json], int]
) -> Iterator[tuple[str, int, tuple[str, int]]]:
    """Etsy's share of goods, shipping and wrapping."""
    for row in receipt["transactions"]:
        coupon = half_up(Fraction(str(row["shop_coupon"])) * 100)
        worth = shop(row["price"]) * row["quantity"] - coupon
        yield "transaction", half_up(worth * TRANSACTION), ("transaction", row["transaction_id"])
    for kind, field in (
        ("shipping_transaction", "total_shipping_cost"),
        ("gift_wrap_fees", "gift_wrap_price"),
    ):
        amount = half_up(shop(receipt[field]) * TRANSACTION)
        yield kind, amount, ("receipt", receipt["receipt_id"])


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

    def shop(value: Json) -> int:
        return in_shop_currency(cents(value), currency)

    extra = {"moment": moment, "payment_adjustments": [adjustment]}
    book(store, "refund", -shop(refund["amount"]), reference, **extra)
    _give_tax_back(store, receipt, amount, gross, shop, moment)
    back = in_shop_currency(adjustment["total_fee_adjustment_amount"], currency)
    fee(store, "processing_refund", -back, reference, moment=moment)
    whole = cents(payment["amount_gross"])
    taken = sum(cost for _kind, cost, _about in _selling_fees(receipt, shop))
    share = _share(taken, whole, before["gross"], gross)
    about = ("transaction", receipt["transactions"][0]["transaction_id"])
    fee(store, "transaction_refund", -share, about, moment=moment)


def _give_tax_back(
    store: Any, receipt: Json, amount: int, left: int, shop: Callable[[Json], int], moment: int
) -> None:
    """Tax Etsy has collected goes back to the buyer by its share of the refund."""
    collected = shop(receipt["total_tax_cost"]) + shop(receipt["total_vat_cost"])
    whole = cents(receipt["grandtotal"])
    back = _share(collected, whole, left + amount, left)
    if back:
        book(store, "sales_tax", back, ("receipt", receipt["receipt_id"]), moment=moment)


def _share(amount: int, whole: int, before: int, after: int) -> int:
    """What of an amount falls on the step from one rest to a smaller one; steps add up."""
    parts = [half_up(Fraction(amount * (whole - rest), whole)) for rest in (before, after)]
    return parts[1] - parts[0]


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
    if high - low > LONGEST:
        text = "Time window between min_created and max_created must be no more than"
        raise Refusal(400, f"{text} {LONGEST} seconds (31 days).")
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
        "shop_payment": [payment["payment_id"]],
        "payment_adjustment": [
            row["payment_adjustment_id"] for row in payment["payment_adjustments"]
        ],
    }
    return entry["reference_id"] in map(str, numbers.get(entry["reference_type"], []))
