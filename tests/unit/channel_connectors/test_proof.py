# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Each fact that differs is one finding, and equal sides have none."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from channels.base.proof import Amounts, DifferenceKind, OrderFact, compare_orders

MONEY = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def facts(draw):
    total = draw(MONEY)
    refunded = draw(st.sampled_from([Decimal(0), total]))
    return OrderFact(
        "o",
        "#1",
        {"EUR": Amounts(total, total - refunded, refunded)},
        cancelled=draw(st.booleans()),
        sent=draw(st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))),
    )


def kinds(theirs, ours):
    return [row.kind for row in compare_orders([theirs], {"o": ours} if ours else {})]


@given(facts())
def test_equal_sides(fact):
    assert kinds(fact, fact) == []


@given(facts())
def test_missing(fact):
    assert kinds(fact, None) == [DifferenceKind.MISSING]


@given(facts(), MONEY.filter(bool))
def test_total(fact, more):
    amounts = fact.amounts["EUR"]
    ours = replace(fact, amounts={"EUR": replace(amounts, total=amounts.total + more)})
    assert kinds(fact, ours) == [DifferenceKind.TOTAL]


@given(facts(), MONEY.filter(bool))
def test_refund(fact, more):
    amounts = fact.amounts["EUR"]
    ours = replace(fact, amounts={"EUR": replace(amounts, refunded=amounts.refunded + more)})
    assert kinds(fact, ours) == [DifferenceKind.REFUND]


@given(facts())
def test_cancelled(fact):
    assert kinds(fact, replace(fact, cancelled=not fact.cancelled)) == [DifferenceKind.CANCELLED]


@given(facts(), st.integers(1, 4))
def test_sent(fact, more):
    ours = replace(fact, sent={**fact.sent, "a": fact.sent.get("a", 0) + more})
    assert kinds(fact, ours) == ([] if fact.cancelled else [DifferenceKind.SHIPMENT])


def test_lines_we_do_not_ship_are_not_compared():
    amounts = {"EUR": Amounts(Decimal(1), Decimal(1))}
    theirs = OrderFact("o", "#1", amounts, sent={"gift card": 1, "a": 2})
    assert kinds(theirs, OrderFact("o", "#1", amounts, sent={"a": 2})) == []


def test_edited_orders_may_stand_before_or_after():
    theirs = OrderFact("o", "#1", {"EUR": Amounts(Decimal(10), Decimal(8))})
    for total, expected in ((10, []), (8, []), (7, [DifferenceKind.TOTAL])):
        ours = OrderFact("o", "#1", {"EUR": Amounts(Decimal(total), Decimal(total))})
        assert kinds(theirs, ours) == expected


def test_currency_of_the_customer():
    theirs = OrderFact(
        "o",
        "#1",
        {"EUR": Amounts(Decimal(10), Decimal(10)), "CHF": Amounts(Decimal(9), Decimal(9))},
    )
    ours = OrderFact("o", "#1", {"CHF": Amounts(Decimal(9), Decimal(9))})
    assert kinds(theirs, ours) == []
    assert kinds(theirs, replace(ours, amounts={"USD": Amounts(Decimal(9), Decimal(9))}))
