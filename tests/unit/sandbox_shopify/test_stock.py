# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Stock at the stand-in: compare and swap, keys, and nothing done twice."""

import pytest

from channels.base.errors import InputError, RefusedError
from tests.sandbox.shopify.stock import MAIN, SECOND

ITEM = "gid://shopify/InventoryItem/4000"


def levels(client, item=ITEM):
    (node,) = client.execute("inventory_levels", {"ids": [item]})["nodes"]
    return {
        row["location"]["id"]: {each["name"]: each["quantity"] for each in row["quantities"]}
        for row in node["inventoryLevels"]["nodes"]
    }


def change(quantity, expected, location=MAIN, item=ITEM):
    row = {"inventoryItemId": item, "locationId": location, "quantity": quantity}
    if expected != "unsaid":
        row["changeFromQuantity"] = expected
    return {"name": "available", "reason": "correction", "quantities": [row]}


def put(client, key, *args, **kwargs):
    return client.mutate("inventory_set", {"input": change(*args, **kwargs), "key": key})


def test_on_hand_is_available_and_committed(client):
    level = levels(client)[MAIN]
    assert level["on_hand"] == level["available"] + level["committed"] == 1000
    assert level["committed"] > 0


def test_compare_and_swap(shop, client):
    before = levels(client)[MAIN]["available"]
    put(client, "first", 50, before)
    with pytest.raises(InputError) as caught:
        put(client, "second", 60, before)
    assert caught.value.has("CHANGE_FROM_QUANTITY_STALE")
    assert caught.value.problems[0].path == ("input", "quantities", "0", "changeFromQuantity")
    put(client, "third", 70, None)
    assert levels(client)[MAIN]["available"] == 70


def test_the_previous_quantity_has_to_be_sent(client):
    with pytest.raises(InputError, match="changeFromQuantity is required"):
        put(client, "key", 50, "unsaid")


def test_all_or_nothing(client):
    rows = change(5, None)
    rows["quantities"] += change(7, None, item="gid://shopify/InventoryItem/4001")["quantities"]
    rows["quantities"] += change(9, None, item="gid://shopify/InventoryItem/1")["quantities"]
    before = levels(client)
    with pytest.raises(InputError) as caught:
        client.mutate("inventory_set", {"input": rows, "key": "key"})
    assert caught.value.has("INVALID_INVENTORY_ITEM")
    assert levels(client) == before


def test_a_key_does_its_work_once(shop, client):
    before = levels(client)[MAIN]["available"]
    for _time in range(3):
        put(client, "same", before - 1, before)
    assert levels(client)[MAIN]["available"] == before - 1
    assert len(shop.store.effects) == 1
    assert shop.store.replays == 2
    with pytest.raises(InputError) as caught:
        put(client, "same", 3, before)
    assert caught.value.has("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")


@pytest.mark.parametrize("kind", ["drop_after", "half_after", "hang_after", "status_after"])
def test_a_lost_answer_does_not_do_the_work_twice(shop, client, kind):
    client.timeout = 0.5
    before = levels(client)[MAIN]["available"]
    shop.store.add_faults(kind, operation="InventorySet", seconds=1, status=502)
    put(client, "once", before - 10, before)
    assert levels(client)[MAIN]["available"] == before - 10
    assert len(shop.store.effects) == 1


def test_without_a_key_the_vendor_refuses(client):
    text = """mutation($input: InventorySetQuantitiesInput!) {
        inventorySetQuantities(input: $input) { userErrors { message } } }"""
    body = {"query": text, "variables": {"input": change(5, None)}}
    content = client._post(body, client._token())
    assert "@idempotent" in content["errors"][0]["message"]


def test_another_location(client):
    variables = {"item": ITEM, "location": SECOND, "available": 4, "key": "activate"}
    client.mutate("inventory_activate", variables)
    assert levels(client)[SECOND]["available"] == 4
    assert client.execute("inventory_at_location", {"location": SECOND})["location"]
    change_by = {
        "name": "available",
        "reason": "correction",
        "changes": [
            {
                "inventoryItemId": ITEM,
                "locationId": SECOND,
                "delta": -1,
                "changeFromQuantity": 4,
            }
        ],
    }
    client.mutate("inventory_adjust", {"input": change_by, "key": "adjust"})
    assert levels(client)[SECOND]["available"] == 3


def test_removed_fields_are_refused_by_the_schema(client):
    rows = change(5, None)
    rows["quantities"][0]["compareQuantity"] = 3
    with pytest.raises(RefusedError, match="compareQuantity"):
        client.mutate("inventory_set", {"input": rows, "key": "key"})
