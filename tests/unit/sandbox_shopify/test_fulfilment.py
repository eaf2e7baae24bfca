# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Fulfilment orders at the stand-in: parts, holds, moves, and answers that get lost."""

import pytest

from channels.base.errors import InputError, UncertainError
from tests.sandbox.shopify.stock import MAIN, SECOND


def read(client, order):
    found = client.execute("fulfillment_orders", {"id": order["id"]})["order"]
    return found, found["fulfillmentOrders"]["nodes"]


def sending(node, pieces=None, number="00340434161094042557"):
    rows = node["lineItems"]["nodes"]
    return {
        "fulfillment": {
            "lineItemsByFulfillmentOrder": [
                {
                    "fulfillmentOrderId": node["id"],
                    "fulfillmentOrderLineItems": [
                        {"id": row["id"], "quantity": count}
                        for row, count in zip(rows, pieces, strict=False)
                    ]
                    if pieces
                    else None,
                }
            ],
            "trackingInfo": {"company": "DHL", "number": number},
            "notifyCustomer": True,
        }
    }


def on_hand(shop, order):
    item = shop.store.item_of(order["lineItems"][0])
    return shop.store.stock.quantity(item, MAIN, "on_hand")


def test_in_two_parcels(shop, client, order):
    before = on_hand(shop, order)
    _found, (node,) = read(client, order)
    assert [row["remainingQuantity"] for row in node["lineItems"]["nodes"]] == [2, 1]
    client.mutate("fulfillment_create", sending(node, [1]))
    found, (node,) = read(client, order)
    assert (found["displayFulfillmentStatus"], node["status"]) == (
        "PARTIALLY_FULFILLED",
        "IN_PROGRESS",
    )
    client.mutate("fulfillment_create", sending(node))
    found, (node,) = read(client, order)
    assert (found["displayFulfillmentStatus"], node["status"]) == ("FULFILLED", "CLOSED")
    assert [row["trackingInfo"][0]["company"] for row in found["fulfillments"]] == ["DHL", "DHL"]
    assert on_hand(shop, order) == before - 2
    with pytest.raises(InputError):
        client.mutate("fulfillment_create", sending(node))


def test_more_than_there_is(client, order):
    _found, (node,) = read(client, order)
    with pytest.raises(InputError, match="quantity"):
        client.mutate("fulfillment_create", sending(node, [3]))


@pytest.mark.parametrize("kind", ["drop_after", "half_after", "status_after"])
def test_a_lost_answer_is_told_and_not_repeated(shop, client, order, kind):
    """There is no key: whoever lost the answer has to look before doing it again."""
    _found, (node,) = read(client, order)
    shop.store.add_faults(kind, operation="FulfillmentCreate")
    with pytest.raises(UncertainError):
        client.mutate("fulfillment_create", sending(node))
    found, (node,) = read(client, order)
    assert len(found["fulfillments"]) == 1
    assert not any(row["remainingQuantity"] for row in node["lineItems"]["nodes"])


def test_throttled_is_repeated_for_it_was_not_done(shop, client, order):
    _found, (node,) = read(client, order)
    shop.store.add_faults("throttled", operation="FulfillmentCreate")
    client.mutate("fulfillment_create", sending(node))
    assert len(read(client, order)[0]["fulfillments"]) == 1


def test_cancelled_is_open_again(shop, client, order):
    before = on_hand(shop, order)
    _found, (node,) = read(client, order)
    made = client.mutate("fulfillment_create", sending(node))["fulfillment"]
    for _time in range(2):
        client.mutate("fulfillment_cancel", {"id": made["id"]})
    _found, (node,) = read(client, order)
    assert [row["remainingQuantity"] for row in node["lineItems"]["nodes"]] == [2, 1]
    assert on_hand(shop, order) == before


def test_held_goods_are_not_sent(client, order):
    _found, (node,) = read(client, order)
    hold = {"reason": "OTHER", "reasonNotes": "lot is blocked"}
    made = client.mutate("fulfillment_order_hold", {"id": node["id"], "hold": hold})
    _found, (node,) = read(client, order)
    assert node["status"] == "ON_HOLD"
    assert node["fulfillmentHolds"][0]["reasonNotes"] == "lot is blocked"
    with pytest.raises(InputError, match="ON_HOLD"):
        client.mutate("fulfillment_create", sending(node))
    holds = [made["fulfillmentHold"]["id"]]
    client.mutate("fulfillment_order_release", {"id": node["id"], "holdIds": holds})
    client.mutate("fulfillment_create", sending(read(client, order)[1][0]))


def test_a_part_from_another_location(shop, client, order):
    _found, (node,) = read(client, order)
    lines = [{"id": node["lineItems"]["nodes"][0]["id"], "quantity": 1}]
    variables = {"id": node["id"], "newLocationId": SECOND, "lines": lines}
    client.mutate("fulfillment_order_move", variables)
    _found, nodes = read(client, order)
    places = {
        node["assignedLocation"]["location"]["id"]: [
            row["remainingQuantity"] for row in node["lineItems"]["nodes"]
        ]
        for node in nodes
    }
    assert places == {MAIN: [1, 1], SECOND: [1]}
    item = shop.store.item_of(order["lineItems"][0])
    assert shop.store.stock.quantity(item, SECOND, "committed") == 1
    both = sending(nodes[0])
    both["fulfillment"]["lineItemsByFulfillmentOrder"].append(
        {"fulfillmentOrderId": nodes[1]["id"]}
    )
    with pytest.raises(InputError, match="one location"):
        client.mutate("fulfillment_create", both)


def test_split(client, order):
    _found, (node,) = read(client, order)
    split = {
        "fulfillmentOrderId": node["id"],
        "fulfillmentOrderLineItems": [{"id": node["lineItems"]["nodes"][0]["id"], "quantity": 1}],
    }
    client.mutate("fulfillment_order_split", {"splits": [split]})
    assert len(read(client, order)[1]) == 2


def test_tracking_and_events(shop, client, order):
    _found, (node,) = read(client, order)
    made = client.mutate("fulfillment_create", sending(node))["fulfillment"]
    tracking = {"company": "DHL", "numbers": ["1", "2"]}
    variables = {"fulfillmentId": made["id"], "tracking": tracking, "notify": True}
    client.mutate("fulfillment_tracking", variables)
    found, _nodes = read(client, order)
    assert [row["number"] for row in found["fulfillments"][0]["trackingInfo"]] == ["1", "2"]
    assert len(shop.store.mails) == 1
    event = {"fulfillmentId": made["id"], "status": "DELIVERED"}
    assert client.mutate("fulfillment_event", {"event": event})["fulfillmentEvent"]["status"]
