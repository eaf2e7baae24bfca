# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts page by page while the shop goes on: nothing is missed, nothing comes twice."""

from datetime import datetime, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base.errors import RefusedError
from channels.etsy import orders
from channels.etsy.orders import EtsyOrders

START = 1_794_800_000


class Shop:
    """Receipts by number with the second of their last change; some change between pages."""

    shop_id = 1

    def __init__(self, stamps, changes=()):
        self.stamps = dict(enumerate(stamps, start=1))
        self.changes = list(changes)
        self.now = max([START, *stamps])
        self.requests = []

    def get(self, path, params=None):
        if params is None:
            number = int(path.rsplit("/", 1)[1])
            if number not in self.stamps:
                raise RefusedError("gone", "not_found")
            return self.node(number)
        self.requests.append(params)
        found = [
            (stamp, number)
            for number, stamp in self.stamps.items()
            if params.get("min_last_modified", 0) <= stamp <= params.get("max_last_modified", 2**40)
        ]
        offset = params.get("offset", 0)
        page = sorted(found)[offset : offset + params["limit"]]
        answer = {"count": len(found), "results": [self.node(number) for _s, number in page]}
        if self.changes:
            # Somebody ships or cancels while we read: the receipt moves to the end.
            self.now += 1
            for number in self.changes.pop():
                if number in self.stamps:
                    self.stamps[number] = self.now
        return answer

    def node(self, number):
        return {"receipt_id": number, "updated_timestamp": self.stamps[number]}


def read(shop, since=None):
    adapter = EtsyOrders()
    adapter.client = shop
    return [node for page in adapter.order_pages(since) for node in page.payloads]


@settings(max_examples=300, deadline=None)
@given(
    stamps=st.lists(st.integers(START, START + 8), max_size=40),
    changes=st.lists(st.lists(st.integers(1, 40), max_size=6), max_size=8),
    size=st.integers(1, 7),
)
def test_nothing_is_missed(stamps, changes, size):
    """Every receipt comes in its last state, and no state of one comes twice."""
    known, orders.PAGE_SIZE = orders.PAGE_SIZE, size
    try:
        shop = Shop(stamps, changes)
        seen = [(node["receipt_id"], node["updated_timestamp"]) for node in read(shop)]
    finally:
        orders.PAGE_SIZE = known
    assert len(seen) == len(set(seen))
    assert {number for number, _stamp in seen} == set(shop.stamps)
    # What changed while we read is there too, unless the reading was over before.
    done = dict(sorted(seen, key=lambda pair: pair[1]))
    late = {number for number, stamp in shop.stamps.items() if done[number] != stamp}
    assert all(shop.stamps[number] > shop.now - 1 or number in late for number in late)


def test_since_and_order():
    shop = Shop([START + 5, START, START + 9])
    since = datetime.fromtimestamp(START + 1, timezone.utc)
    assert [node["receipt_id"] for node in read(shop, since)] == [1, 3]
    assert shop.requests[0] == {
        "sort_on": "updated",
        "sort_order": "asc",
        "limit": 100,
        "offset": 0,
        "min_last_modified": START + 1,
    }


def test_cursor_is_the_last_change():
    adapter = EtsyOrders()
    adapter.client = Shop([START, START + 7])
    (page,) = adapter.order_pages(None)
    assert page.last_update == datetime.fromtimestamp(START + 7, timezone.utc)


def test_more_than_a_page_in_one_second():
    shop = Shop([START] * 250 + [START + 1] * 3)
    assert len(read(shop)) == 253


def test_unreadable_receipts_are_passed_on():
    class Broken(Shop):
        def node(self, number):
            return {"receipt_id": None, "updated_timestamp": "x", "n": number}

    assert len(read(Broken([START, START]))) == 2


def test_by_number():
    adapter = EtsyOrders()
    adapter.client = Shop([START, START])
    pages = list(adapter.orders_by_ids(["2", "77", "2"]))
    assert [node["receipt_id"] for page in pages for node in page.payloads] == [2]
    assert adapter.order_count(None) == 2


def test_digest_is_blind_to_the_moment():
    one, two = {"receipt_id": 1, "updated_timestamp": 5}, {"receipt_id": 1, "updated_timestamp": 6}
    assert EtsyOrders.payload_digest(one) == EtsyOrders.payload_digest(two)
    assert EtsyOrders.payload_digest(one) != EtsyOrders.payload_digest({**one, "status": "paid"})


def test_what_a_key_may_see():
    told = {"receipt_id": 1, "city": "Berlin", "buyer_email": None}
    kept = {"receipt_id": 2, "city": None, "buyer_email": None}
    assert EtsyOrders.abilities_shown([kept, told, kept]) == {
        "addresses": (True, "1"),
        "buyer_email": (False, "2"),
    }
    assert EtsyOrders.abilities_shown([]) == {}
