# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which deliveries are picked together."""

from collections import Counter
from decimal import Decimal

from fulfilment.batching import Delivery, Limits, plan_batches
from hypothesis import given
from hypothesis import strategies as st


def delivery(number, group="DHL", lines=2, weight="1", single=None, rank=0):
    return Delivery(number, group, lines, Decimal(weight), single, (rank,))


deliveries = st.lists(
    st.builds(
        delivery,
        number=st.integers(1, 10**6),
        group=st.sampled_from(["DHL", "UPS"]),
        lines=st.integers(1, 9),
        weight=st.sampled_from(["0", "0.4", "2.5", "31"]),
        single=st.sampled_from([None, 1, 2, 3]),
        rank=st.integers(0, 3),
    ),
    unique_by=lambda one: one.id,
    max_size=60,
)
limits = st.builds(
    Limits,
    deliveries=st.integers(0, 8),
    lines=st.integers(0, 20),
    weight=st.sampled_from([Decimal(0), Decimal(5), Decimal(40)]),
)


@given(deliveries, limits, st.booleans())
def test_every_delivery_is_in_one_batch_within_the_limits(ones, limit, singles):
    batches = plan_batches(ones, {"DHL": limit, "UPS": limit}, singles=singles)
    known = {one.id: one for one in ones}
    assert Counter(i for b in batches for i in b.deliveries) == Counter(known.keys())
    for batch in batches:
        members = [known[i] for i in batch.deliveries]
        assert {one.group for one in members} == {batch.group}
        if batch.single is not None:
            assert {one.single for one in members} == {batch.single}
        if len(members) > 1:
            assert not limit.deliveries or len(members) <= limit.deliveries
            assert not limit.lines or sum(one.lines for one in members) <= limit.lines
            assert not limit.weight or sum(one.weight for one in members) <= limit.weight


@given(deliveries)
def test_those_of_one_product_are_neighbours(ones):
    for batch in plan_batches(ones, {}):
        known = {one.id: one for one in ones}
        singles = [known[i].single for i in batch.deliveries]
        runs = [a for a, b in zip(singles, [*singles[1:], object()], strict=True) if a != b]
        named = [product for product in runs if product is not None]
        assert len(named) == len(set(named))


@given(deliveries, limits)
def test_the_same_whatever_the_order_of_reading(ones, limit):
    both = {"DHL": limit, "UPS": limit}
    assert plan_batches(ones, both) == plan_batches(ones[::-1], both)


def test_one_product_fills_batches_of_its_own():
    ones = [delivery(n, single=7) for n in range(1, 8)] + [delivery(n) for n in range(8, 11)]
    batches = plan_batches(ones, {"DHL": Limits(deliveries=3)})
    assert [batch.single for batch in batches] == [7, 7, None, None]
    assert [len(batch.deliveries) for batch in batches] == [3, 3, 3, 1]


def test_due_first_is_first_in_the_batch():
    ones = [delivery(1, rank=2), delivery(2, rank=1), delivery(3, rank=0)]
    (batch,) = plan_batches(ones, {})
    assert batch.deliveries == (3, 2, 1)


def test_nothing_to_plan():
    assert plan_batches([], {}) == []
