# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""All orders at once: the file equals the pages, in little memory, complete or not at all."""

import itertools
import json
import os
import tracemalloc
from datetime import datetime, timedelta, timezone

import pytest

from channels.base.adapter import BulkState, Credentials
from channels.base.errors import RefusedError, TransientError
from channels.shopify import adapter as adapter_module
from channels.shopify.adapter import ShopifyAdapter
from channels.shopify.bulk import ResultFile
from channels.shopify.client import ShopifyClient
from channels.shopify.mapping import parse_order
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store
from tests.sandbox.shopify.orders import generate, sample_orders
from tests.sandbox.shopify.store import SAMPLES, Bucket

# 10,000 orders in a soak run.
MANY = 10_000 if os.environ.get("SOAK") else 2000


@pytest.fixture
def shop():
    orders, refunds = sample_orders()
    store = Store([*orders, *generate(130)], refunds, bucket=Bucket.bottomless())
    with Sandbox(store) as running:
        yield running


def connect(shop):
    credentials = Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True)
    return ShopifyAdapter(credentials, ShopifyClient(credentials, sleep=lambda seconds: None))


def orders_of(pages):
    return {payload["id"]: payload for page in pages for payload in page.payloads}


def finished(adapter, since=None):
    operation = adapter.start_bulk(since)
    return adapter.bulk_state(operation)


def test_file_equals_pages(shop):
    adapter = connect(shop)
    state = finished(adapter)
    assert state.is_done
    by_file, by_page = orders_of(adapter.bulk_pages(state)), orders_of(adapter.order_pages(None))
    assert by_file.keys() == by_page.keys()
    assert len(by_file) == adapter.order_count(None) == 148
    for key, payload in by_page.items():
        assert parse_order(by_file[key]) == parse_order(payload)
        assert adapter.payload_digest(by_file[key]) == adapter.payload_digest(payload)


def test_only_what_has_changed(shop):
    adapter = connect(shop)
    before = shop.store.now().replace(microsecond=0)
    shop.store.change_order("#1003", {"note": "changed"})
    names = [
        payload["name"]
        for payload in orders_of(adapter.bulk_pages(finished(adapter, before))).values()
    ]
    assert names == ["#1003"]
    assert adapter.order_count(before) == 1


def test_no_orders_no_file():
    with Sandbox(Store()) as empty:
        adapter = connect(empty)
        assert list(adapter.bulk_pages(finished(adapter))) == []


def test_states(shop):
    adapter = connect(shop)
    shop.store.bulk_polls = 1
    operation = adapter.start_bulk(None)
    assert not adapter.bulk_state(operation).is_done
    assert adapter.bulk_state(operation).is_done
    shop.store.bulk_polls, shop.store.bulk_failure = 0, "TIMEOUT"
    assert "TIMEOUT" in finished(adapter).error
    assert adapter.bulk_state("gid://shopify/BulkOperation/1").error


def test_foreign_storage(shop):
    adapter = connect(shop)
    state = BulkState(is_done=True, address="https://169.254.169.254/x", lines=1)
    with pytest.raises(RefusedError):
        list(adapter.bulk_pages(state))


def lines(count, positions=3):
    """The file as it arrives: children of some orders mixed, behind their parents."""
    for start in range(0, count, 3):
        keys = range(start, min(start + 3, count))
        for key in keys:
            yield json.dumps({"id": f"gid://shopify/Order/{key}", "name": f"#{key}"}).encode()
        for position, key in itertools.product(range(positions), keys):
            child = {
                "id": f"gid://shopify/LineItem/{key}0{position}",
                "title": "Blütenhonig 500 g " * 20,
                "__parentId": f"gid://shopify/Order/{key}",
            }
            yield json.dumps(child).encode()


def test_children_are_put_where_they_belong():
    with ResultFile() as result:
        result.fill(lines(10), 40)
        for key, order in enumerate(result.orders()):
            assert order["id"].endswith(f"/{key}")
            found = [row["id"] for row in order["lineItems"]["nodes"]]
            assert found == [f"gid://shopify/LineItem/{key}0{n}" for n in range(3)]
            assert order["shippingLines"]["nodes"] == []


def test_incomplete_file_counts_for_nothing():
    with ResultFile() as result, pytest.raises(TransientError, match="39 of 40"):
        result.fill(itertools.islice(lines(10), 39), 40)
    broken = [*itertools.islice(lines(10), 39), b'{"id": "gid://shopify/Li']
    with ResultFile() as result, pytest.raises(TransientError, match="breaks off"):
        result.fill(broken, 40)


def test_nothing_is_left_behind():
    with ResultFile() as result:
        folder = result._folder.name
        result.fill(lines(3), 12)
    assert not os.path.exists(folder)  # noqa: PTH110


def peak(count):
    tracemalloc.start()
    with ResultFile() as result:
        result.fill(lines(count), count * 4)
        assert sum(1 for _order in result.orders()) == count
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_is_flat():
    """Ten times the orders need the same memory."""
    few, many = peak(MANY // 10), peak(MANY)
    assert many < few + 200_000


def test_recorded_file():
    path = SAMPLES / "orders_bulk.jsonl"
    if not path.exists():
        pytest.skip("vendor samples not present")
    rows = path.read_bytes().splitlines()
    page = json.loads((SAMPLES / "orders_page.json").read_text())["data"]["orders"]["nodes"]
    with ResultFile() as result:
        result.fill(rows, len(rows))
        found = {order["name"]: order for order in result.orders()}
    assert found.keys() == {order["name"] for order in page}
    for order in page:
        for place in ("lineItems", "shippingLines"):
            ours = [row["id"] for row in found[order["name"]][place]["nodes"]]
            assert ours == [row["id"] for row in order[place]["nodes"]]


def test_long_searches_begin_anew(shop, monkeypatch):
    """The shop lists no more than 25,000 objects of one search."""
    monkeypatch.setattr(adapter_module, "PAGES_PER_SEARCH", 1)
    assert len(orders_of(connect(shop).order_pages(None))) == 148


def test_a_search_that_cannot_begin_anew_goes_on(monkeypatch):
    """More orders of one moment than a search is long: the search is not repeated for ever."""
    orders = generate(120)
    stamp = datetime(2026, 11, 5, tzinfo=timezone.utc)
    for order in orders:
        order["updatedAt"] = stamp.strftime("%Y-%m-%dT%H:%M:%SZ")
    monkeypatch.setattr(adapter_module, "PAGES_PER_SEARCH", 1)
    store = Store(orders, bucket=Bucket.bottomless())
    with Sandbox(store) as running:
        found = orders_of(connect(running).order_pages(stamp - timedelta(days=1)))
        assert len(found) == 120
