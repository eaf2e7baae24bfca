# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Offered pieces against an oracle that delivers one piece after the other."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from offer.makeable import offers, shared_offers, sharing

# Product 0 is sold, 1-3 are mixtures, 4-6 raw materials; parts have higher numbers.
AMOUNTS = st.integers(0, 12).map(Fraction)
EACH = st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3)])


@st.composite
def recipes(draw):
    parts = {}
    for product in range(4):
        if draw(st.booleans()) or product == 0:
            found = draw(st.lists(st.integers(product + 1, 6), max_size=3, unique=True))
            if found:
                parts[product] = [(part, draw(EACH)) for part in found]
    return parts


def take(product, quantity, left, parts, kits):
    """Take from what is left, and for what is missing take the parts; true if all is there."""
    if product not in kits:
        used = min(left.get(product, Fraction(0)), quantity)
        left[product] = left.get(product, Fraction(0)) - used
        quantity -= used
    if not quantity:
        return True
    return bool(parts.get(product)) and all(
        take(part, quantity * each, left, parts, kits) for part, each in parts[product]
    )


def piece_by_piece(stock, parts, kits):
    """Deliver single pieces until one cannot be had: each starts from what the ones before
    have left."""
    left, count = dict(stock), 0
    while True:
        trial = dict(left)
        if not take(0, Fraction(1), trial, parts, kits):
            return count
        left, count = trial, count + 1


@given(recipes(), st.lists(AMOUNTS, min_size=7, max_size=7), st.booleans())
def test_as_many_as_can_be_delivered(parts, amounts, is_kit):
    kits = {0} if is_kit and parts.get(0) else set()
    stock = dict(enumerate(amounts))
    assert offers([0], stock, parts, kits)[0] == piece_by_piece(stock, parts, kits)


def test_a_shared_material_counts_once():
    """A set of a cream and a balm from the same wax: 10 kg make 5 sets, not 10."""
    parts = {1: [(2, Fraction(1)), (3, Fraction(1))], 2: [(4, Fraction(1))], 3: [(4, Fraction(1))]}
    assert offers([1], {4: Fraction(10)}, parts, {1}) == {1: 5}


def test_sold_kits_take_their_parts():
    parts = {1: [(2, Fraction(2))]}
    assert offers([1, 2], {2: Fraction(10)}, parts, {1}, {1: Fraction(3)}) == {1: 2, 2: 4}


def test_what_is_owed_is_made_first():
    parts = {1: [(2, Fraction(1))]}
    assert offers([1], {1: Fraction(-4), 2: Fraction(10)}, parts) == {1: 6}
    assert offers([1], {1: Fraction(-4)}, {}) == {1: 0}


def test_whole_pieces():
    assert offers([1], {1: Fraction(7, 2)}, {}) == {1: 3}


def deliverable(wanted, stock, parts, kits):
    """Whether single pieces can be delivered one after the other until all are."""
    left = dict(stock)
    return all(
        take(product, Fraction(1), left, parts, kits)
        for product, count in wanted.items()
        for _ in range(count)
    )


@given(
    recipes(),
    st.lists(AMOUNTS, min_size=7, max_size=7),
    st.lists(st.integers(0, 6), min_size=1, unique=True),
    st.booleans(),
)
def test_all_that_is_shared_can_be_delivered(parts, amounts, products, is_kit):
    """Together; nobody gets more than alone; and not one piece more for anybody."""
    kits = {0} if is_kit and parts.get(0) else set()
    stock = dict(enumerate(amounts))
    found = shared_offers(products, stock, parts, kits)
    alone = offers(products, stock, parts, kits)
    assert found.keys() == set(products)
    assert deliverable(found, stock, parts, kits)
    assert all(0 <= found[product] <= alone[product] for product in products)
    for product in products:
        more = {**found, product: found[product] + 1}
        assert not deliverable(more, stock, parts, kits)


def test_shared_alike():
    """100 kg of honey: two jars that take 1 kg get the same, the one with stock keeps it."""
    parts = {1: [(9, Fraction(1))], 2: [(9, Fraction(1))], 3: [(8, Fraction(1))]}
    stock = {9: Fraction(100), 8: Fraction(7)}
    assert shared_offers([1, 2, 3], stock, parts) == {1: 50, 2: 50, 3: 7}
    assert sum(shared_offers([1, 2], {**stock, 1: Fraction(20)}, parts).values()) == 120


def test_a_part_of_its_own_limits_one_only():
    """Lids for 10 of the first jar: the second one takes the honey that is left. Alone they
    would be 10 and 100, so the same fraction of each, and the piece left over."""
    parts = {1: [(9, Fraction(1)), (8, Fraction(1))], 2: [(9, Fraction(1))]}
    assert shared_offers([1, 2], {9: Fraction(100), 8: Fraction(10)}, parts) == {1: 9, 2: 91}


def test_debts_of_others_are_made_before_anything_is_shared():
    parts = {1: [(9, Fraction(1))], 2: [(9, Fraction(1))]}
    assert shared_offers([1, 2], {1: Fraction(-40), 9: Fraction(100)}, parts) == {1: 30, 2: 30}


def test_groups():
    parts = {1: [(5, Fraction(1))], 2: [(5, Fraction(1))], 3: [(6, Fraction(1))]}
    assert sorted(map(sorted, sharing([1, 2, 3], parts))) == [[1, 2], [3]]
    assert sorted(map(sorted, sharing([1, 3, 4], {**parts, 4: [(1, Fraction(1))]}))) == [
        [1, 4],
        [3],
    ]
