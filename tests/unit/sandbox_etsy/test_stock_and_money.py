# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Inventories are replaced as a whole; every cent of the ledger has a reason."""

import copy

import pytest

from tests.sandbox.etsy import default_receipts
from tests.sandbox.etsy.answers import cents
from tests.sandbox.etsy.money import STYLES, half_up, in_shop_currency

from .conftest import SHOP

SOAP, SIMPLE, THREE, SOLD_OUT = 1710000001, 1710000002, 1710000004, 1710000005
ALL_TIME = {"min_created": 1794800000, "max_created": 1794800000 + 31 * 86400}


def inventory(listing):
    return f"/listings/{listing}/inventory"


def sendable(content):
    """What may be sent of what was read, with nothing lost."""
    body = copy.deepcopy(content)
    for product in body["products"]:
        for name in ("product_id", "is_deleted"):
            del product[name]
        for value in product["property_values"]:
            del value["scale_name"]
        for offering in product["offerings"]:
            for name in ("offering_id", "is_deleted"):
                del offering[name]
            offering["price"] = cents(offering["price"]) / 100
    return body


def quantities(content):
    return [product["offerings"][0]["quantity"] for product in content["products"]]


def test_what_is_sent_whole_stays_whole(sandbox, caller):
    before = caller.get(inventory(THREE))
    body = sendable(before)
    for number, product in enumerate(body["products"]):
        product["offerings"][0]["quantity"] = number
    caller.put(inventory(THREE), body, status=400)
    after = caller.put(inventory(THREE), body, max_variations_supported=3)
    assert quantities(after) == list(range(8))
    for product, wanted in zip(after["products"], before["products"], strict=True):
        product["offerings"][0]["quantity"] = wanted["offerings"][0]["quantity"]
    assert after == before
    assert sandbox.store.effects[0]["kind"] == "inventory"


def test_what_is_not_sent_is_gone(caller):
    body = sendable(caller.get(inventory(SOAP)))
    del body["products"][0], body["products"][0]["property_values"][0]["property_name"]
    del body["products"][0]["sku"]
    body["products"][0]["property_values"][0]["value_ids"] = []
    after = caller.put(inventory(SOAP), {"products": body["products"]})
    assert len(after["products"]) == 1
    assert after["price_on_property"] == []
    assert after["products"][0]["sku"] == ""
    value = after["products"][0]["property_values"][0]
    assert value["property_name"] is None
    assert value["value_ids"] != [1214]
    everything = caller.get(inventory(SOAP), show_deleted="true")["products"]
    assert [product["is_deleted"] for product in everything] == [False, True]
    single = sendable(caller.get(inventory(SIMPLE)))
    del single["products"][0]["property_values"]
    assert caller.put(inventory(SIMPLE), single)["products"][0]["property_values"] == []


def change(path, value):
    """Set a value deep in a body; the last part is a key."""

    def apply(body):
        node = body
        for part in path[:-1]:
            node = node[part]
        node[path[-1]] = value

    return apply


OFFERING = ("products", 0, "offerings", 0)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (change((*OFFERING, "quantity"), 1000), "quantity"),
        (change((*OFFERING, "quantity"), -1), "quantity"),
        (change((*OFFERING, "quantity"), 1.5), "quantity"),
        (change((*OFFERING, "price"), 0), "price"),
        (change((*OFFERING, "price"), 6.905), "price"),
        (change((*OFFERING, "readiness_state_id"), 7), "readiness_state_id"),
        (change((*OFFERING, "readiness_state_id"), None), "readiness_state_id"),
        (change((*OFFERING, "offering_id"), 1), "offering_id"),
        (change(("products", 0, "product_id"), 1), "product_id"),
        (change(("products", 0, "offerings"), []), "offerings"),
        (change(("products", 0, "property_values"), []), "same properties"),
        (change(("products", 0, "property_values", 0, "values"), ["200 g"]), "same property"),
        (change(("products", 0, "property_values", 0, "values"), ["1 (g)"]), "parenthesis"),
        (change(("price_on_property",), []), "price_on_property"),
        (change(("quantity_on_property",), []), "quantity_on_property"),
        (change(("sku_on_property",), []), "sku_on_property"),
        (change(("sku_on_property",), [99]), "sku_on_property"),
        (change(("products",), []), "products"),
        (change(("product",), []), "product"),
    ],
)
def test_inventories_that_are_refused(sandbox, caller, spoil, words):
    before = caller.get(inventory(SOAP))
    body = sendable(before)
    spoil(body)
    assert words in caller.put(inventory(SOAP), body, status=400)["error"]
    assert caller.get(inventory(SOAP)) == before
    assert sandbox.store.effects == []


def without_stock(caller, listing):
    body = sendable(caller.get(inventory(listing)))
    for product in body["products"]:
        product["offerings"][0]["quantity"] = 0
    return body


def state(caller, listing):
    return caller.get(f"/listings/{listing}")["state"]


def set_state(caller, listing, wanted, status=200):
    answer = caller.ask("PATCH", f"{SHOP}/listings/{listing}", data={"state": wanted})
    assert answer.status_code == status, answer.text
    return answer.json()


def test_some_stock_has_to_be_left(sandbox, caller):
    """One variation may be at nothing, or be hidden, but not all of them."""
    body = without_stock(caller, SOAP)
    wrong = caller.put(inventory(SOAP), body, status=400)
    assert wrong == {"error": "One offering must have quantity greater than 0"}
    body["products"][0]["offerings"][0] |= {"quantity": 5, "is_enabled": False}
    caller.put(inventory(SOAP), body, status=400)
    body["products"][1]["offerings"][0]["quantity"] = 1
    assert quantities(caller.put(inventory(SOAP), body)) == [5, 1]
    caller.happen("listing_state", listing_id=SOAP, state="inactive")
    caller.put(inventory(SOAP), without_stock(caller, SOAP), status=400)


def test_off_sale_and_on_again_is_free(sandbox, caller):
    entries = len(sandbox.store.ledger)
    assert set_state(caller, SIMPLE, "inactive")["state"] == "inactive"
    assert state(caller, SIMPLE) == "inactive"
    assert set_state(caller, SIMPLE, "active")["state"] == "active"
    assert len(sandbox.store.ledger) == entries
    assert [effect["state"] for effect in sandbox.store.effects] == ["inactive", "active"]
    set_state(caller, SIMPLE, "sold_out", status=400)
    set_state(caller, SOLD_OUT, "inactive", status=400)
    answer = caller.ask("PATCH", f"{SHOP}/listings/{SIMPLE}", data={"stait": "active"})
    assert answer.status_code == 400


def test_a_listing_that_has_ended_is_renewed(sandbox, caller):
    set_state(caller, SOLD_OUT, "active")
    assert quantities(caller.get(inventory(SOLD_OUT))) == [1]
    assert sandbox.store.ledger[-1]["ledger_type"] == "renew_sold"
    caller.happen("listing_state", listing_id=SIMPLE, state="expired")
    set_state(caller, SIMPLE, "active")
    assert quantities(caller.get(inventory(SIMPLE))) == [25]
    assert sandbox.store.ledger[-1]["ledger_type"] == "renew_expired"


@pytest.mark.parametrize(
    ("relisting", "status", "after", "cost"),
    [("fee", 200, "active", 18), ("stays", 200, "sold_out", 0), ("refused", 409, "sold_out", 0)],
)
def test_stock_for_a_listing_that_has_ended(sandbox, caller, relisting, status, after, cost):
    caller.tell("switch", relisting=relisting, without_stock="sold_out")
    caller.put(inventory(SIMPLE), without_stock(caller, SIMPLE))
    found = caller.get(f"{SHOP}/listings", state="sold_out")["results"]
    assert [row["listing_id"] for row in found] == [SIMPLE, SOLD_OUT]
    balance = sandbox.store.ledger[-1]["balance"]
    body = without_stock(caller, SIMPLE)
    body["products"][0]["offerings"][0]["quantity"] = 5
    caller.put(inventory(SIMPLE), body, status=status)
    assert state(caller, SIMPLE) == after
    assert sandbox.store.ledger[-1]["balance"] == balance - cost


def test_the_last_piece_is_sold(caller):
    product = caller.get(inventory(1710000003))["products"][0]["product_id"]
    caller.happen("sell", listing_id=1710000003, product_id=product, quantity=4)
    assert state(caller, 1710000003) == "sold_out"


def test_the_seller_works_by_hand(sandbox, caller):
    product = caller.get(inventory(SOAP))["products"][1]["product_id"]
    sandbox.store.happen("offer", listing_id=SOAP, product_id=product, quantity=3, price=1250)
    offering = caller.get(inventory(SOAP))["products"][1]["offerings"][0]
    assert (offering["quantity"], cents(offering["price"])) == (3, 1250)
    caller.happen("listing_state", listing_id=SOAP, state="expired")
    body = sendable(caller.get(inventory(SOAP)))
    caller.put(inventory(SOAP), body)
    assert state(caller, SOAP) == "active"
    assert sandbox.store.ledger[-1]["ledger_type"] == "renew_expired"


def test_listings(caller):
    active = caller.get(f"{SHOP}/listings", includes="Inventory", limit=100)
    assert active["count"] == 5
    three = next(row for row in active["results"] if row["listing_id"] == THREE)
    assert three["inventory"] == caller.get(inventory(THREE))
    assert three["quantity"] == sum(range(5, 13))
    batch = caller.get("/listings/batch/inventory", listing_ids=f"{SOAP},{THREE},5")
    assert [row["listing_id"] for row in batch["results"]] == [SOAP, THREE]
    whole = caller.get(inventory(SOAP), includes="Listing")["listing"]
    assert whole["listing_id"] == SOAP
    caller.get("/listings/5", status=404)
    many = ",".join(map(str, range(1, 102)))
    caller.get("/listings/batch/inventory", status=400, listing_ids=many)
    assert caller.get("/listings/batch", listing_ids=SOAP)["count"] == 1
    assert caller.get(f"{SHOP}/readiness-state-definitions")["count"] == 2


# Money


def ledger(caller):
    found, offset = [], 0
    path = f"{SHOP}/payment-account/ledger-entries"
    while True:
        page = caller.get(path, limit=10, offset=offset, **ALL_TIME)
        found += page["results"]
        offset += 10
        if offset >= page["count"]:
            return found[::-1]


@pytest.mark.parametrize("style", sorted(STYLES))
def test_the_ledger_adds_up(sandbox, caller, style):
    caller.tell("switch", ledger_style=style, fee_vat=19)
    receipt = copy.deepcopy(default_receipts()[3])
    receipt["receipt_id"] = 3511000200
    receipt["total_tax_cost"]["amount"] = 333
    receipt["grandtotal"]["amount"] += 333
    caller.happen("receipt", receipt=receipt)
    caller.happen("refund", receipt_id=3511000200, amount=1000)
    caller.happen("refund", receipt_id=3511000200)
    caller.happen("charge", ledger_type="offsite_ads_fee", amount=300)
    rows = ledger(caller)
    balance = 0
    for row in rows:
        balance += row["amount"]
        assert row["balance"] == balance
    assert [row["sequence_number"] for row in rows] == list(range(14001, 14001 + len(rows)))
    moments = [row["created_timestamp"] for row in rows]
    assert moments == sorted(moments)
    taxes = sum(row["amount"] for row in rows if row["ledger_type"] == "sales_tax")
    assert taxes == 0
    paid_out = caller.happen("pay_out")
    assert (paid_out["amount"], paid_out["balance"]) == (-balance, 0)


def test_vat_on_fees_names_the_fee(caller):
    caller.tell("switch", fee_vat=19)
    caller.happen("charge", ledger_type="listing", amount=100)
    fee, vat = ledger(caller)[-2:]
    assert (vat["ledger_type"], vat["amount"]) == ("vat_seller_services", -19)
    assert vat["parent_entry_id"] == fee["entry_id"]


def test_payments_know_their_receipt(caller):
    payment = caller.get(f"{SHOP}/receipts/3511000005/payments")["results"][0]
    amounts = {name: cents(payment[f"amount_{name}"]) for name in ("gross", "fees", "net")}
    assert amounts == {"gross": 2370, "fees": 125, "net": 2245}
    assert cents(payment["adjusted_gross"]) == 1680
    assert cents(payment["adjusted_fees"]) == 97
    assert payment["payment_adjustments"][0]["total_adjustment_amount"] == 690
    rows = ledger(caller)
    entries = [row for row in rows if row["reference_id"] == str(payment["payment_id"])]
    assert {row["ledger_type"] for row in entries} == {"PAYMENT_GROSS", "PAYMENT_PROCESSING_FEE"}
    refund = next(row for row in rows if row["amount"] == -690)
    numbers = f"{entries[0]['entry_id']},{refund['entry_id']}"
    path = f"{SHOP}/payment-account/ledger-entries/payments"
    assert caller.get(path, ledger_entry_ids=numbers)["results"] == [payment]
    listed = caller.get(f"{SHOP}/payments", payment_ids=payment["payment_id"])
    assert listed["results"] == [payment]
    assert caller.get(f"{SHOP}/receipts/3511000008/payments")["count"] == 0


def test_fees_are_returned_with_all_of_a_payment(sandbox):
    """But for the fixed part of the processing fee."""
    rows = [
        row["amount"]
        for row in sandbox.store.ledger
        if row["ledger_type"] not in ("PAYMENT_GROSS", "REFUND_GROSS")
        and row["reference_id"] in _references(sandbox.store, 3511000006)
    ]
    assert sum(rows) == -30


def _references(store, number):
    payment = store.payments[store.paid_by[number]]
    receipt = store.receipts[number]
    return {
        str(number),
        str(payment["payment_id"]),
        *(str(row["transaction_id"]) for row in receipt["transactions"]),
        *(str(row["payment_adjustment_id"]) for row in payment["payment_adjustments"]),
    }


def test_a_month_at_most(caller):
    path = f"{SHOP}/payment-account/ledger-entries"
    longer = {**ALL_TIME, "max_created": ALL_TIME["max_created"] + 1}
    assert "31 days" in caller.get(path, status=400, **longer)["error"]
    caller.get(path, status=400, min_created=1794800000)


def test_other_currencies(caller):
    receipt = copy.deepcopy(default_receipts()[3])
    receipt["receipt_id"] = 3511000300
    for value in (*receipt.values(), *receipt["transactions"][0].values()):
        if isinstance(value, dict):
            value["currency_code"] = "CHF"
    caller.happen("receipt", receipt=receipt)
    row = next(row for row in ledger(caller)[::-1] if row["ledger_type"] == "PAYMENT_GROSS")
    assert (row["amount"], row["currency"]) == (in_shop_currency(4180, "CHF"), "EUR")
    euros = {**default_receipts()[3], "receipt_id": 3511000301}
    caller.happen("receipt", receipt=euros, buyer_currency="USD")
    payment = caller.get(f"{SHOP}/receipts/3511000301/payments")["results"][0]
    assert (payment["currency"], payment["buyer_currency"]) == ("EUR", "USD")
    assert half_up(-in_shop_currency(150, "USD")) == -138
