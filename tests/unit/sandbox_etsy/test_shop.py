# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts, shipments and faults; nothing that Etsy's file does not allow is taken or given."""

import json

import pytest
import requests

from tests.sandbox.etsy import default_receipts, expected_totals
from tests.sandbox.etsy.answers import cents
from tests.sandbox.etsy.faults import KINDS
from tests.sandbox.etsy.guard import Violation, guard
from tests.sandbox.etsy.receipts import ADDRESS

from .conftest import SHOP

FIRST = f"{SHOP}/receipts/3511000001"


def pages(caller, **query):
    found, offset = [], 0
    while True:
        page = caller.get(f"{SHOP}/receipts", limit=3, offset=offset, **query)
        found += page["results"]
        offset += 3
        if offset >= page["count"]:
            return found


def test_the_samples_are_served_as_they_are(caller):
    found = pages(caller, sort_on="receipt_id", sort_order="asc")
    assert found == default_receipts()
    totals = expected_totals()
    for receipt in found:
        facts = totals[receipt["receipt_id"]]
        collected = cents(receipt["total_tax_cost"]) + cents(receipt["total_vat_cost"])
        assert cents(receipt["grandtotal"]) == facts["total"] + collected
        assert cents(receipt["subtotal"]) == facts["goods"] - facts["discount"]


def test_filters_and_order(caller):
    changed = pages(caller, sort_on="updated", sort_order="asc", min_last_modified=1794800060)
    stamps = [receipt["updated_timestamp"] for receipt in changed]
    assert stamps == sorted(stamps)
    assert len(stamps) == 7
    assert [r["receipt_id"] for r in pages(caller, was_paid="false")] == [3511000008]
    assert [r["receipt_id"] for r in pages(caller, was_canceled="true")] == [3511000006]
    assert [r["receipt_id"] for r in pages(caller, was_shipped="true")] == [3511000005]
    assert pages(caller, was_delivered="true") == []
    caller.happen("deliver", receipt_id=3511000005)
    assert [r["receipt_id"] for r in pages(caller, was_delivered="true")] == [3511000005]
    newest = caller.get(f"{SHOP}/receipts", limit=1, sort_on="updated")["results"]
    assert newest[0]["receipt_id"] == 3511000005


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 101},
        {"limit": "many"},
        {"offset": -1},
        {"sort_on": "name"},
        {"min_last_modified": 5},
        {"was_payed": "true"},
        {"page": 2},
        {"limit": [1, 2]},
    ],
)
def test_other_query_parameters_are_refused(caller, query):
    caller.get(f"{SHOP}/receipts", status=400, **query)


def test_other_shops_and_paths(caller):
    caller.get("/shops/1/receipts", status=403)
    caller.get("/shops/1", status=404)
    caller.get(f"{SHOP}/receipts/1", status=404)
    caller.get(f"{SHOP}/orders", status=404)
    answer = caller.ask("DELETE", f"{SHOP}/receipts")
    assert answer.status_code == 404


def test_wrong_answers_are_noticed(sandbox):
    """The judge stands apart from the server."""
    judge = guard()
    call = judge.request("GET", f"/v3/application{FIRST}", [], b"", "")
    receipt = default_receipts()[0]

    def judged(status, content):
        judge.answer(call, status, json.dumps(content).encode())

    judged(200, receipt)
    for wrong in ({"is_paid": "yes"}, {"paid": True}, {"status": "new"}, {"name": None}):
        with pytest.raises(Violation, match=next(iter(wrong))):
            judged(200, {**receipt, **wrong})
    for status in (403, 429):
        judged(status, {"error": "no"})
        with pytest.raises(Violation):
            judged(status, {"message": "no"})


def test_a_wrong_answer_is_an_error_of_the_stand_in(sandbox, caller, capsys):
    sandbox.store.receipt(3511000001)["status"] = "new"
    assert "status" in caller.get(FIRST, status=500)["error"]
    assert len(sandbox.store.violations) == 1
    assert "getShopReceipt 200" in capsys.readouterr().err
    sandbox.store.violations.clear()


# Shipments


def test_each_shipment_mails_the_buyer(sandbox, caller):
    body = {"tracking_code": "00340434161094022115", "carrier_name": "DHL"}
    receipt = caller.post(f"{FIRST}/tracking", body)
    assert (receipt["status"], receipt["is_shipped"]) == ("completed", True)
    assert all(row["shipped_timestamp"] for row in receipt["transactions"])
    receipt = caller.post(f"{FIRST}/tracking", body)
    assert [row["tracking_code"] for row in receipt["shipments"]] == [body["tracking_code"]] * 2
    assert len(sandbox.store.mails) == 2
    assert [effect["kind"] for effect in sandbox.store.effects] == ["shipment"] * 2
    assert receipt["updated_timestamp"] >= sandbox.store.now() - 2


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [
        (3511000001, {"tracking_kode": "1"}, 400),
        (3511000001, {"tracking_code": "1"}, 400),
        (3511000001, {"tracking_code": "1", "carrier_name": "Gute Post"}, 400),
        (3511000001, {"tracking_code": 1, "carrier_name": "DHL"}, 400),
        (3511000004, {}, 400),
        (3511000006, {}, 409),
        (3511000008, {}, 409),
    ],
)
def test_shipments_that_are_refused(sandbox, caller, number, body, status):
    caller.post(f"{SHOP}/receipts/{number}/tracking", body, status=status)
    assert sandbox.store.mails == sandbox.store.effects == []


def test_carriers(caller):
    found = caller.get("/shipping-carriers", origin_country_iso="DE")
    assert "DHL" in [row["name"] for row in found["results"]]
    caller.get("/shipping-carriers", status=400)
    for number, name in enumerate(("other", "dhl-germany", "UPS")):
        body = {"tracking_code": "1", "carrier_name": name}
        shipments = caller.post(f"{FIRST}/tracking", body)["shipments"]
        assert shipments[number]["carrier_name"] == name
    caller.tell("switch", unknown_carrier="dropped")
    body = {"tracking_code": "1", "carrier_name": "Gute Post"}
    assert len(caller.post(f"{FIRST}/tracking", body)["shipments"]) == 3


def test_restrictions_of_german_shops(sandbox, caller):
    caller.tell("switch", addresses_hidden=True, tracking_refused=True)
    receipt = caller.get(FIRST)
    assert {receipt[name] for name in ADDRESS} == {None}
    assert receipt["name"] == "Marie Schäfer"
    assert pages(caller)[0]["country_iso"] is None
    assert caller.post(f"{FIRST}/tracking", {}, status=403) == {"error": "Unauthorized"}
    assert sandbox.store.mails == []
    caller.tell("switch", addresses_hidden=False, tracking_refused=False)
    assert caller.post(f"{FIRST}/tracking", {})["zip"] == "04109"


# What happens without us


def test_life_of_a_receipt(caller):
    number = 3511000008
    path = f"{SHOP}/receipts/{number}"
    before = caller.get(path)["updated_timestamp"]
    caller.happen("pay", receipt_id=number)
    assert caller.get(path)["status"] == "paid"
    caller.happen("edit", receipt_id=number, changes={"first_line": "Neuer Weg 1"})
    caller.happen("ship", receipt_id=number, tracking_code="1Z", carrier_name="UPS")
    caller.happen("refund", receipt_id=number, amount=200)
    assert caller.get(path)["status"] == "partially refunded"
    caller.happen("cancel", receipt_id=number)
    receipt = caller.get(path)
    assert (receipt["first_line"], receipt["status"]) == ("Neuer Weg 1", "canceled")
    assert sum(cents(row["amount"]) for row in receipt["refunds"]) == 1340
    assert receipt["updated_timestamp"] > before


def test_a_new_receipt_takes_stock(caller):
    receipt = {**default_receipts()[1], "receipt_id": 3511000100}
    caller.happen("receipt", receipt=receipt)
    assert caller.get(f"{SHOP}/receipts/3511000100")["updated_timestamp"] > 1794800060
    products = caller.get("/listings/1710000001/inventory")["products"]
    assert [row["offerings"][0]["quantity"] for row in products] == [42, 6]


def test_a_deleted_listing_leaves_no_trace(caller):
    caller.happen("delete_listing", listing_id=1710000002)
    row = caller.get(FIRST)["transactions"][1]
    assert (row["listing_id"], row["product_id"], row["sku"]) == (None, None, None)
    caller.get("/listings/1710000002/inventory", status=404)


# Faults


def test_every_fault_is_over_after_its_turn(sandbox, caller):
    options = {"hang": {"seconds": 0.01}, "hang_after": {"seconds": 0.01}}
    options["event"] = {"event": {"kind": "pay", "receipt_id": 3511000008}}
    for kind in KINDS:
        caller.tell("fault", kind=kind, **options.get(kind, {}))
        try:
            caller.ask("GET", "/users/me")
        except requests.RequestException:
            assert kind.split("_")[0] in ("hang", "drop", "half", "kill"), kind
        assert sandbox.store.faults == [], kind
        caller.use(sandbox.store.grant())
        caller.get("/users/me")


@pytest.mark.parametrize("kind", ["status_after", "drop_after", "half_after"])
def test_work_is_done_although_the_answer_is_lost(sandbox, caller, kind):
    caller.tell("fault", kind=kind, operation="createReceiptShipment")
    caller.get("/users/me")
    if kind == "status_after":
        caller.post(f"{FIRST}/tracking", {}, status=500)
    else:
        with pytest.raises(requests.RequestException):
            caller.post(f"{FIRST}/tracking", {})
    assert caller.get(FIRST)["is_shipped"]
    assert len(sandbox.store.mails) == 1


def test_something_happens_between_two_pages(caller):
    event = {"kind": "edit", "receipt_id": 3511000001, "changes": {"city": "Halle"}}
    caller.tell("fault", kind="event", event=event, operation="getShopReceipts", after=1)
    found = pages(caller, sort_on="updated", sort_order="asc")
    numbers = [receipt["receipt_id"] for receipt in found]
    # The changed one comes again at the end, and one behind it has moved up and is missed.
    assert numbers.count(3511000001) == 2
    assert len(set(numbers)) == 7
