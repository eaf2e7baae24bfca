# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Offered pieces against an oracle that delivers one piece after the other."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from offer.makeable import offers

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


def piece_by_piece(stock, parts, kits):
    """Deliver single pieces until one cannot be had: each starts from what the ones before
    have left."""

    def take(product, quantity, left):
        if product not in kits:
            used = min(left.get(product, Fraction(0)), quantity)
            left[product] = left.get(product, Fraction(0)) - used
            quantity -= used
        if not quantity:
            return True
        return bool(parts.get(product)) and all(
            take(part, quantity * each, left) for part, each in parts[product]
        )

    left, count = dict(stock), 0
    while True:
        trial = dict(left)
        if not take(0, Fraction(1), trial):
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
