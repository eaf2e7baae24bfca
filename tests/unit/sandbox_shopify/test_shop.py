# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The rest of the stand-in: products, bulk operations, webhooks and their mischief, restart."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from channels.base.errors import InputError
from tests.sandbox.shopify import webhooks
from tests.sandbox.shopify.webhooks import Mischief

from .conftest import connect


@pytest.fixture
def subscriber():
    """Somebody who keeps what is delivered; ``answer`` is the status to give."""

    class Receiver(BaseHTTPRequestHandler):
        received, answer = [], 200

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.received.append((dict(self.headers), json.loads(body)))
            self.send_response(Receiver.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        Receiver.uri = f"http://127.0.0.1:{server.server_address[1]}/hook"
        yield Receiver
        server.shutdown()


def subscribe(client, subscriber, topic="ORDERS_UPDATED", fields=("id", "updated_at")):
    subscription = {"uri": subscriber.uri, "includeFields": list(fields)}
    client.mutate("webhook_create", {"topic": topic, "subscription": subscription})


def test_only_the_fields_asked_for(shop, client, subscriber, order):
    subscribe(client, subscriber)
    shop.store.change_order("#1001", {"note": "private"})
    assert webhooks.flush(shop.store)["delivered"] == 1
    headers, content = subscriber.received[0]
    assert set(content) == {"id", "updated_at"}
    assert headers["X-Shopify-Topic"] == "orders/updated"
    with pytest.raises(InputError, match="already been taken"):
        subscribe(client, subscriber)
    (row,) = client.execute("webhooks")["webhookSubscriptions"]["nodes"]
    client.mutate("webhook_delete", {"id": row["id"]})
    shop.store.change_order("#1001", {"note": "again"})
    assert webhooks.flush(shop.store)["delivered"] == 0


def test_lost_delayed_and_twice(shop, client, subscriber):
    subscribe(client, subscriber)
    shop.store.mischief = Mischief(lose=1, delay=1, duplicate=1)
    for number in range(4):
        shop.store.change_order("#1001", {"note": str(number)})
    told = webhooks.flush(shop.store)
    assert told == {"delivered": 2, "lost": 1, "delayed": 1, "failed": 0}
    assert len(subscriber.received) == 3
    ids = [headers["X-Shopify-Webhook-Id"] for headers, _content in subscriber.received]
    assert len(set(ids)) == 2
    assert webhooks.flush(shop.store)["delivered"] == 1


def test_in_another_order(shop, client, subscriber):
    subscribe(client, subscriber)
    for name in (f"#{number}" for number in range(1001, 1011)):
        shop.store.change_order(name)
    shop.store.mischief = Mischief(reorder=True, seed=4)
    webhooks.flush(shop.store)
    ids = [content["id"] for _headers, content in subscriber.received]
    assert len(ids) == 10
    assert ids != sorted(ids)


def test_a_subscription_ends_after_eight_failures(shop, client, subscriber):
    subscribe(client, subscriber)
    subscriber.answer = 500
    shop.store.change_order("#1001")
    for _time in range(8):
        webhooks.flush(shop.store)
    bodies = [content for _headers, content in subscriber.received]
    assert bodies == [bodies[0]] * 8
    assert not shop.store.subscriptions


@pytest.mark.parametrize("grouped", [False, True])
def test_bulk_operation(shop, client, grouped):
    shop.store.bulk_polls = 2
    query = "{ orders { edges { node { id name lineItems { edges { node { id } } } } } } }"
    text = """mutation($query: String!, $grouped: Boolean!) {
        bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
            bulkOperation { id status } userErrors { message } } }"""
    body = {"query": text, "variables": {"query": query, "grouped": grouped}}
    started = client._post(body, client._token())["data"]["bulkOperationRunQuery"]
    gid = started["bulkOperation"]["id"]
    states = [client.execute("bulk_poll", {"id": gid})["bulkOperation"] for _poll in range(3)]
    assert [row["status"] for row in states] == ["RUNNING", "RUNNING", "COMPLETED"]
    content = requests.get(states[-1]["url"], timeout=5).content
    rows = [json.loads(line) for line in content.splitlines()]
    assert len(rows) == int(states[-1]["objectCount"])
    assert int(states[-1]["rootObjectCount"]) == 18
    seen, in_place = set(), True
    for previous, row in zip([{}, *rows], rows, strict=False):
        if "__parentId" in row:
            assert row["__parentId"] in seen
            last = previous.get("__parentId", previous.get("id"))
            in_place &= last == row["__parentId"]
        seen.add(row["id"])
    assert in_place is grouped


def test_bulk_operation_of_too_many_connections(client):
    query = "{ orders { edges { node { id } } } }" + " " + "# edges" * 5
    with pytest.raises(InputError, match="5 connections"):
        client.mutate("bulk_run", {"query": query})


def test_products(client):
    given = {
        "title": "Rapshonig",
        "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
        "variants": [
            {
                "sku": "RAP-500",
                "price": "6.50",
                "barcode": "4001234567890",
                "optionValues": [{"optionName": "Title", "name": "Default Title"}],
            }
        ],
    }
    made = client.mutate("product_set", {"input": given})["product"]
    (variant,) = made["variants"]["nodes"]
    found = client.execute("variant_by_sku", {"query": "sku:'RAP-500'"})["productVariants"]["nodes"]
    assert [row["id"] for row in found] == [variant["id"]]
    measure = {
        "quantityValue": 500,
        "quantityUnit": "G",
        "referenceValue": 1,
        "referenceUnit": "KG",
    }
    rows = [{"id": variant["id"], "price": "6.90", "unitPriceMeasurement": measure}]
    changed = client.mutate("variants_update", {"productId": made["id"], "variants": rows})
    assert changed["productVariants"][0]["price"] == "6.90"
    assert changed["productVariants"][0]["unitPriceMeasurement"]["quantityUnit"] == "G"
    page = client.execute("variants_page", {"first": 250})["productVariants"]["nodes"]
    assert len(page) == 6


def test_metafields(client, order):
    row = {
        "ownerId": order["id"],
        "namespace": "batch",
        "key": "lot",
        "type": "single_line_text_field",
        "value": "L-0815",
        "compareDigest": None,
    }
    made = client.mutate("metafields_set", {"metafields": [row]})["metafields"][0]
    with pytest.raises(InputError) as caught:
        client.mutate("metafields_set", {"metafields": [row]})
    assert caught.value.has("STALE_OBJECT")
    again = {**row, "value": "L-0816", "compareDigest": made["compareDigest"]}
    client.mutate("metafields_set", {"metafields": [again]})


def test_restart_keeps_everything(shop, client, order):
    line = order["lineItems"][0]
    client.mutate("tags_add", {"id": order["id"], "tags": ["kept"]})
    client.execute("fulfillment_orders", {"id": order["id"]})
    before = shop.store.stock.levels.copy()
    shop.restart()
    fresh = connect(shop)
    found = shop.store.order_by_name("#1001")
    assert found is not order
    assert found["tags"] == ["kept"]
    assert shop.store.stock.levels == before
    nodes = fresh.execute("fulfillment_orders", {"id": order["id"]})["order"]["fulfillmentOrders"]
    entry = {"fulfillmentOrderId": nodes["nodes"][0]["id"]}
    fresh.mutate("fulfillment_create", {"fulfillment": {"lineItemsByFulfillmentOrder": [entry]}})
    item = shop.store.item_of(line)
    assert sum(shop.store.stock.levels[item, "gid://shopify/Location/1"].values()) == (
        sum(before[item, "gid://shopify/Location/1"].values()) - line["quantity"]
    )


def test_control_over_http(shop, client):
    def tell(path, **content):
        answer = requests.post(f"{shop.url}/sandbox/{path}", json=content, timeout=5)
        return answer.status_code, answer.json()

    assert tell("webhooks", lose=1) == (200, {"waiting": 0})
    assert tell("webhooks", unknown=1)[0] == 400
    assert tell("fault", kind="unknown")[0] == 400
    assert tell("bulk", polls=1, failure="TIMEOUT")[1]["failure"] == "TIMEOUT"
    assert tell("secrets", secrets=["new"])[1] == {"secrets": 1}
    assert tell("payout")[1]["net"]["currencyCode"] == "EUR"
    assert tell("return", name="#1001", pieces={"HON-500": 1})[0] == 400
    assert requests.get(f"{shop.url}/sandbox/state", timeout=5).json()["orders"] == 18
