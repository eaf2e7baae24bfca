# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The bucket and the token that workers share, against a shop that counts for itself."""

import heapq
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base.state import SLACK, Bucket, Grant, MemoryState

FULL = Bucket(level=1000, size=1000, rate=100, moment=0)


def test_unknown_bucket_stops_nobody():
    assert Bucket().take(500, 0, 30) == (Bucket(), 0.0)


def test_points_flow_back_up_to_the_size():
    bucket, wait = FULL.take(600, 0, 30)
    assert (bucket.level, wait) == (400, 0)
    assert bucket.at(2).level == 600
    assert bucket.at(60).level == 1000


def test_those_who_come_later_wait_longer():
    bucket, waits = FULL, []
    for _worker in range(4):
        bucket, wait = bucket.take(500, 0, 30)
        waits.append(wait)
    assert waits == [0, SLACK, 5 + SLACK, 10 + SLACK]


def test_who_would_wait_too_long_takes_nothing():
    empty, _wait = FULL.take(1000, 0, 30)
    bucket, wait = empty.take(1000, 0, 5)
    assert (bucket.level, wait) == (0, 10)


def test_a_request_larger_than_the_bucket_waits_for_a_full_one():
    _bucket, wait = FULL.take(5000, 0, 30)
    assert wait == 0


def test_what_was_not_spent_comes_back():
    bucket, _wait = FULL.take(600, 0, 30)
    told = Bucket(level=990, size=1000, rate=100, moment=0)
    assert bucket.settle(600, 10, told).level == 990


def test_points_of_others_under_way_stay_taken():
    bucket = FULL
    for _worker in range(2):
        bucket, _wait = bucket.take(400, 0, 30)
    told = Bucket(level=600, size=1000, rate=100, moment=0)
    assert bucket.settle(400, 400, told).level == 200


@given(
    st.lists(
        st.tuples(st.integers(1, 900), st.floats(0, 2)),
        max_size=40,
    )
)
def test_the_shop_never_refuses(requests):
    """Workers that wait as told never meet an empty bucket, as long as they spend what they took.

    Who spends less makes the bucket full before the others expect it; what it cannot hold is
    missing later. The client asks again where that makes the shop refuse.
    """
    shop, ours, now, under_way = FULL, FULL, 0.0, []
    order = itertools.count()
    for points, pause in [*requests, (1, 1e9)]:
        now += pause
        while under_way and under_way[0][0] <= now:
            moment, _number, asked = heapq.heappop(under_way)
            shop = shop.at(moment)
            assert shop.level >= asked - 1e-6
            shop = Bucket(shop.level - asked, shop.size, shop.rate, moment)
            ours = ours.settle(asked, asked, shop)
        ours, wait = ours.take(points, now, float("inf"))
        heapq.heappush(under_way, (now + wait, next(order), points))


def test_token_is_granted_once_and_renewed_in_time():
    clock, granted = [0.0], itertools.count(1)
    state = MemoryState(lambda: clock[0])

    def renew(_refresh):
        return Grant(f"token {next(granted)}", 86399.0)

    assert state.grant(renew) == Grant("token 1", 86399.0)
    clock[0] = 80000.0
    assert state.grant(renew).token == "token 1"
    clock[0] = 86100.0
    assert state.grant(renew).token == "token 2"
    assert state.grant(renew, refused="token 2").token == "token 3"
    assert state.grant(renew, refused="token 2").token == "token 3"


@pytest.mark.parametrize("lifetime", [60.0, 3600.0])
def test_short_tokens_are_used_too(lifetime):
    clock = [0.0]
    state = MemoryState(lambda: clock[0])
    state.grant(lambda _refresh: Grant("first", lifetime))
    clock[0] = lifetime * 0.8
    assert state.grant(lambda _refresh: Grant("second", lifetime)).token == "first"
