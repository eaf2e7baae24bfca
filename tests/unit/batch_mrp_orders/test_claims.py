# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from planning.claims import ClaimBook, Goods, Holding, group_by_lot, settle, spread

WAREHOUSE = 1
amounts = st.integers(0, 12).map(Fraction)


def book_of(free, claims):
    """Lots by number with their free quantity; claims by (run, consumer); run n made lot n."""
    book = ClaimBook()
    for lot, quantity in free.items():
        book.add_free(Goods(7, WAREHOUSE, lot), Fraction(quantity))
    for (run, consumer), quantity in claims.items():
        book.add_pool(run, [Goods(7, WAREHOUSE, run)])
        book.add_claim(7, WAREHOUSE, run, consumer, Fraction(quantity))
    return book


def test_others_get_what_is_free_beyond_the_claims():
    book = book_of({1: 10, 2: 3}, {(1, "a"): 6})
    lot, other = Goods(7, WAREHOUSE, 1), Goods(7, WAREHOUSE, 2)
    assert book.allowed("b", lot) == 4
    assert book.allowed("a", lot) == 10
    assert book.allowed("b", other) == 3
    assert book.unclaimed(7, WAREHOUSE) == 7
    assert book.claims() == {lot: 6}


def test_a_served_claim_binds_no_longer():
    book = book_of({1: 10}, {(1, "a"): 6, (1, "b"): 4})
    lot = Goods(7, WAREHOUSE, 1)
    book.take("a", lot, Fraction(6))
    assert book.own("a", lot) == 0
    assert book.allowed("a", lot) == 0
    assert book.allowed("b", lot) == 4


def test_goods_that_arrive_bear_claims_but_cannot_be_taken():
    book = ClaimBook()
    goods = Goods(7, WAREHOUSE)
    book.add_pool("p", [goods])
    book.add_claim(7, WAREHOUSE, "p", "a", Fraction(6))
    book.add_free(goods, Fraction(5), arriving=Fraction(6))
    assert book.allowed("b", goods) == 5
    assert book.unclaimed(7, WAREHOUSE) == 5
    assert not book.missing()


def test_strangers_give_back_all_and_owners_what_is_beyond_their_claim():
    goods, book = Goods(1, 1), ClaimBook()
    book.add_pool("pool", [goods])
    book.add_claim(1, 1, "pool", "short", Fraction(1))
    book.add_claim(1, 1, "pool", "rich", Fraction(0), excess=Fraction(2))
    book.add_free(goods, Fraction(0))
    assert book.missing() == {"pool": 1}
    assert book.spare("pool", "stranger", Fraction(5)) == 5
    assert book.spare("pool", "short", Fraction(5)) == 0
    assert book.spare("pool", "rich", Fraction(5)) == 2
    book.give_back("pool", "rich", Fraction(1))
    assert book.spare("pool", "rich", Fraction(4)) == 1


def test_runs_that_share_a_lot_share_a_pool():
    assert group_by_lot({1: [10], 2: [10, 11], 3: [11], 4: [12], 5: []}) == {
        1: 1,
        2: 1,
        3: 1,
        4: 4,
        5: 5,
    }


@given(
    free=st.dictionaries(st.integers(1, 4), amounts, max_size=4),
    claims=st.dictionaries(st.tuples(st.integers(1, 3), st.sampled_from("abc")), amounts),
    takers=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 4), amounts), max_size=20),
)
def test_nobody_can_make_a_claim_unservable(free, claims, takers):
    # A claim beyond what there is has been lost before; the book is about the rest.
    totals = {}
    for run, consumer in claims:
        left = free.get(run, Fraction(0)) - totals.get(run, Fraction(0))
        claims[run, consumer] = min(claims[run, consumer], left)
        totals[run] = totals.get(run, Fraction(0)) + claims[run, consumer]
    book = book_of(free, claims)
    for consumer, lot, quantity in takers:
        goods = Goods(7, WAREHOUSE, lot)
        book.take(consumer, goods, min(quantity, book.allowed(consumer, goods)))
        assert not book.missing()
    for run, consumer in claims:
        goods = Goods(7, WAREHOUSE, run)
        assert book.own(consumer, goods) <= book.allowed(consumer, goods)


holdings = st.lists(
    st.tuples(st.sampled_from("pq"), amounts, st.booleans(), amounts), max_size=5
).map(
    lambda rows: [
        Holding(number, pool, quantity + 1, min(taken, quantity) if made else Fraction(0), made)
        for number, (pool, quantity, made, taken) in enumerate(rows)
    ]
)


@given(
    before=holdings,
    shipped=st.dictionaries(st.sampled_from("pqr"), amounts),
    need=amounts,
)
def test_settling_charges_what_was_shipped_and_promises_no_more_than_needed(before, shipped, need):
    after, beyond = settle(before, shipped, need)
    assert [holding.key for holding in after] == [holding.key for holding in before]
    assert sum(holding.open for holding in after) <= need
    for pool in {*shipped, *(h.pool for h in before if h.made)}:
        taken = sum(h.taken for h in after if h.pool == pool and h.made)
        assert taken + beyond.get(pool, 0) == shipped.get(pool, 0)
    for old, new in zip(before, after, strict=True):
        assert new.open <= old.open
        assert new.quantity == new.open + new.taken
        assert old.made or new.taken == old.taken
    again, _beyond = settle(after, {p: q - beyond.get(p, 0) for p, q in shipped.items()}, need)
    assert again == after, "nothing changes without an event"


@given(
    before=holdings,
    need=amounts,
)
def test_goods_in_stock_are_given_up_last(before, need):
    shipped = {}
    for holding in before:
        shipped[holding.pool] = shipped.get(holding.pool, 0) + holding.taken
    after, _beyond = settle(before, shipped, need)
    if any(new.open < old.open for old, new in zip(before, after, strict=True) if old.made):
        assert not any(holding.open for holding in after if not holding.made)


@given(quantities=st.lists(amounts, max_size=6), rooms=st.lists(amounts, min_size=1, max_size=4))
def test_spreading_fills_rooms_in_order_and_loses_only_what_does_not_fit(quantities, rooms):
    parts = spread(quantities, rooms)
    for quantity, row in zip(quantities, parts, strict=True):
        assert sum(row) <= quantity
    for number, room in enumerate(rooms):
        assert sum(row[number] for row in parts) <= room
    assert sum(map(sum, parts)) == min(sum(quantities), sum(rooms))
