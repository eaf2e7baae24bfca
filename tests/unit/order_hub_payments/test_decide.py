# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a transfer pays."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from matching import Claim, Payment, Rule, decide_all, normalise_name, normalise_reference

RULES = [
    Rule(1, "invoice"),
    Rule(2, "order"),
    Rule(3, "invoice", any_amount=True),
    Rule(4, "order", any_amount=True),
    Rule(5, "channel", any_amount=True, books=False),
    Rule(6, "payer"),
]


def invoice(number, amount, partner=1, order=None, name="Anna Müller"):
    return Claim(
        key=("invoice", int(normalise_reference(number)[-4:])),
        amount=Decimal(amount),
        partner=partner,
        references={
            "invoice": frozenset([normalise_reference(number)]),
            "order": frozenset([normalise_reference(order)] if order else []),
        },
        name=normalise_name(name),
    )


def transfer(amount, text, key=1, name=""):
    return Payment(key, Decimal(amount), (text,), payer_name=name)


def decide(payment, *claims, rules=RULES):
    [decision] = decide_all([payment], claims, rules)
    return decision


def test_number_and_amount():
    decision = decide(transfer("10.00", "RE-0001"), invoice("RE0001", "10.00"))
    assert decision.parts == ((("invoice", 1), Decimal("10.00")),)
    assert (decision.rule, decision.surplus) == (1, 0)


def test_a_broken_number_is_believed_only_with_the_exact_amount():
    claim = invoice("RE0001", "10.00")
    assert decide(transfer("10.00", "RE00 01"), claim).parts
    doubtful = decide(transfer("9.00", "RE00 01"), claim)
    assert not doubtful.parts
    assert [candidate.claim for candidate in doubtful.candidates] == [claim.key]


def test_a_short_number_is_believed_only_with_the_exact_amount():
    claim = invoice("1001", "10.00")
    assert decide(transfer("10.00", "#1001"), claim).parts
    assert not decide(transfer("9.00", "Lindenweg 1001"), claim).parts


def test_part_payment_and_overpayment():
    claim = invoice("RE0001", "10.00")
    part = decide(transfer("4.00", "RE0001"), claim)
    assert part.parts == ((claim.key, Decimal("4.00")),)
    assert not part.surplus
    more = decide(transfer("12.50", "RE0001"), claim)
    assert more.parts == ((claim.key, Decimal("10.00")),)
    assert more.surplus == Decimal("2.50")


def test_two_part_payments_in_one_statement_pay_no_more_than_is_open():
    claim = invoice("RE0001", "10.00")
    first, second, third = decide_all(
        [transfer("6.00", "RE0001", key) for key in (1, 2, 3)], [claim], RULES
    )
    assert first.parts[0][1] == Decimal("6.00")
    assert (second.parts[0][1], second.surplus) == (Decimal("4.00"), Decimal("2.00"))
    assert not third.parts


def test_one_transfer_for_several_invoices():
    claims = [invoice("RE0001", "10.00"), invoice("RE0002", "20.00")]
    both = decide(transfer("30.00", "RE0001 und RE0002"), *claims)
    assert sorted(both.parts) == [(claim.key, claim.amount) for claim in claims]
    unclear = decide(transfer("25.00", "RE0001 und RE0002"), *claims)
    assert not unclear.parts
    assert len(unclear.candidates) == 2


def test_invoices_of_different_customers_are_not_paid_together():
    claims = [invoice("RE0001", "10.00", partner=1), invoice("RE0002", "20.00", partner=2)]
    assert not decide(transfer("30.00", "RE0001 RE0002"), *claims).parts


def test_the_amount_tells_which_invoice_of_an_order_is_paid():
    claims = [
        invoice("RE0001", "10.00", order="S00077"),
        invoice("RE0002", "20.00", order="S00077"),
    ]
    assert decide(transfer("20.00", "S00077"), *claims).parts == (
        (claims[1].key, Decimal("20.00")),
    )
    equal = [invoice("RE0001", "10.00", order="S00077"), invoice("RE0002", "10.00", order="S00077")]
    assert not decide(transfer("10.00", "S00077"), *equal).parts


def test_payer_and_amount():
    claims = [invoice("RE0001", "10.00"), invoice("RE0002", "20.00")]
    decision = decide(transfer("20.00", "Danke", name="MUELLER ANNA"), *claims)
    assert decision.parts == ((claims[1].key, Decimal("20.00")),)
    assert not decide(transfer("15.00", "Danke", name="Anna Müller"), *claims).parts


def test_two_customers_of_one_name_are_left_to_a_person():
    claims = [invoice("RE0001", "10.00", partner=1), invoice("RE0002", "10.00", partner=2)]
    decision = decide(transfer("10.00", "Honig", name="Anna Müller"), *claims)
    assert not decision.parts
    assert len(decision.candidates) == 2


def test_who_names_another_number_does_not_pay_by_name():
    claims = [invoice("1001", "99.00"), invoice("RE0002", "10.00")]
    assert not decide(transfer("10.00", "1001", name="Anna Müller"), *claims).parts


def test_a_rule_that_only_suggests_books_nothing():
    decision = decide(
        transfer("10.00", "RE0001"),
        invoice("RE0001", "10.00"),
        rules=[Rule(1, "invoice", books=False)],
    )
    assert not decision.parts
    assert len(decision.candidates) == 1


CENTS = st.integers(1, 3000).map(lambda cents: Decimal(cents) / 100)


@given(
    st.lists(st.tuples(CENTS, st.integers(1, 3)), max_size=8),
    st.lists(st.tuples(CENTS, st.sets(st.integers(0, 7), max_size=3)), max_size=12),
)
def test_money_is_neither_lost_nor_used_twice(owed, paid):
    claims = [
        invoice(f"RE{index:04}", amount, partner=partner, name=f"Kunde {partner}")
        for index, (amount, partner) in enumerate(owed)
    ]
    payments = [
        transfer(amount, " ".join(f"RE{index:04}" for index in sorted(named)), key, "Kunde 1")
        for key, (amount, named) in enumerate(paid)
    ]
    used = defaultdict(Decimal)
    for payment, decision in zip(payments, decide_all(payments, claims, RULES), strict=True):
        assert decision.payment == payment.key
        if decision.parts:
            assert (
                sum(amount for _key, amount in decision.parts) + decision.surplus == payment.amount
            )
            assert all(amount > 0 for _key, amount in decision.parts)
            assert decision.surplus >= 0
        for key, amount in decision.parts:
            used[key] += amount
    for claim in claims:
        assert used[claim.key] <= claim.amount
