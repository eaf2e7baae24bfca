"""Decide for each transfer what it pays, by rules in a given order.

A rule finds claims by a number in the text or by the payer, and books only what leaves no choice:
one claim of exactly this amount, several named claims of exactly this sum, or, where the rule takes
any amount, a part of the single claim that is named, or more than it. All else is left to a person,
with the claims that were found as suggestions. Amounts are exact decimals of one currency.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .references import find_references, normalise_name

# A shorter number may stand in a text by accident; it then takes the exact amount to believe it.
SHORTEST_FOR_ANY_AMOUNT = 5

ClaimKey = tuple[str, int]


@dataclass(frozen=True)
class Claim:
    """Something a customer owes: an open invoice, or an order that is paid in advance."""

    key: ClaimKey
    amount: Decimal
    """What is open, positive."""
    partner: int
    references: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Normalised numbers by kind: ``invoice``, ``order``, ``channel``."""
    name: str = ""
    """Normalised name of the customer."""


@dataclass(frozen=True)
class Payment:
    """A transfer that has come in."""

    key: int
    amount: Decimal
    texts: tuple[str, ...]
    partner: int | None = None
    """The customer whose bank account it came from, if known."""
    payer_name: str = ""
    """As the bank writes it."""


@dataclass(frozen=True)
class Rule:
    """How claims are found, and what is done where exactly one way is left."""

    key: int
    match_by: str
    """``invoice``, ``order``, ``channel`` (numbers in the text) or ``payer``."""
    any_amount: bool = False
    books: bool = True


@dataclass(frozen=True)
class Candidate:
    """A claim that a rule has found, for a person to choose."""

    claim: ClaimKey
    rule: int


@dataclass(frozen=True)
class Decision:
    """What is booked for a payment, or what a person may choose from."""

    payment: int
    rule: int | None = None
    parts: tuple[tuple[ClaimKey, Decimal], ...] = ()
    surplus: Decimal = Decimal(0)
    """What is left for the customer after all claims are paid."""
    candidates: tuple[Candidate, ...] = ()


def decide_all(
    payments: Iterable[Payment], claims: Sequence[Claim], rules: Sequence[Rule]
) -> list[Decision]:
    """Decide payment by payment; what one pays is no longer open for the next."""
    ledger = _Ledger(claims)
    decisions = []
    for payment in payments:
        decision = _decide(payment, ledger, rules)
        ledger.pay(decision.parts)
        decisions.append(decision)
    return decisions


class _Ledger:
    """The claims, by all they can be found by, and what is still open of each."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.open = {claim.key: claim.amount for claim in claims}
        self._by_reference: dict[tuple[str, str], list[Claim]] = {}
        self._by_payer: dict[int | str, list[Claim]] = {}
        for claim in claims:
            for kind, references in claim.references.items():
                for reference in references:
                    self._by_reference.setdefault((kind, reference), []).append(claim)
            self._by_payer.setdefault(claim.partner, []).append(claim)
            if claim.name:
                self._by_payer.setdefault(claim.name, []).append(claim)

    def pay(self, parts: Iterable[tuple[ClaimKey, Decimal]]) -> None:
        for key, amount in parts:
            self.open[key] -= amount

    def named(self, kind: str, payment: Payment) -> dict[ClaimKey, tuple[Claim, bool]]:
        """Open claims whose number is in the text, each with whether that is beyond doubt."""
        named: dict[ClaimKey, tuple[Claim, bool]] = {}
        for reference, hit in find_references(payment.texts).items():
            is_sure = hit.is_whole and len(reference) >= SHORTEST_FOR_ANY_AMOUNT
            for claim in self._by_reference.get((kind, reference), ()):
                if self.open[claim.key] > 0:
                    known = named.get(claim.key, (claim, False))[1]
                    named[claim.key] = (claim, known or is_sure)
        return named

    def owed_by(self, payment: Payment) -> dict[ClaimKey, tuple[Claim, bool]]:
        """Open claims on the payer, known by account or by the exact name; never beyond doubt."""
        payer = payment.partner or normalise_name(payment.payer_name)
        return {
            claim.key: (claim, False)
            for claim in (self._by_payer.get(payer, ()) if payer else ())
            if self.open[claim.key] > 0
        }


def _decide(payment: Payment, ledger: _Ledger, rules: Sequence[Rule]) -> Decision:
    candidates: dict[ClaimKey, Candidate] = {}
    for rule in rules:
        if rule.match_by == "payer":
            found = ledger.owed_by(payment)
            # Who names a number means that one, even if another item has the same amount.
            may_book = rule.books and not candidates
        else:
            found = ledger.named(rule.match_by, payment)
            may_book = rule.books
        parts = _settle(payment.amount, found, ledger, rule) if may_book else ()
        if parts:
            surplus = payment.amount - sum((amount for _key, amount in parts), Decimal(0))
            return Decision(payment.key, rule.key, parts, surplus)
        for key in found:
            candidates.setdefault(key, Candidate(key, rule.key))
    return Decision(payment.key, candidates=tuple(candidates.values()))


def _settle(
    amount: Decimal,
    found: Mapping[ClaimKey, tuple[Claim, bool]],
    ledger: _Ledger,
    rule: Rule,
) -> tuple[tuple[ClaimKey, Decimal], ...]:
    """Return what each claim gets, or nothing where there is more than one way."""
    exact = [key for key in found if ledger.open[key] == amount]
    if exact:
        return ((exact[0], amount),) if len(exact) == 1 else ()
    everything = tuple((key, ledger.open[key]) for key in found)
    total = sum((open_amount for _key, open_amount in everything), Decimal(0))
    is_one_customer = len({claim.partner for claim, _sure in found.values()}) == 1
    if rule.match_by == "payer" or not is_one_customer:
        return ()
    if total == amount:
        return everything
    if rule.any_amount and all(is_sure for _claim, is_sure in found.values()):
        if total < amount:
            return everything
        if len(everything) == 1:
            return ((everything[0][0], amount),)
    return ()
