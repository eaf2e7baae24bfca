# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Fees of payouts on the orders they belong to.

A fee that names its order belongs to it. One that names none (listing fees, advertising, a monthly
fee, the VAT on them) is borne by the orders paid in the same payout, by what was paid for them. A
payout without any paid order has fees that no order bears.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .share import CENT, split

ZERO = Fraction(0)
FEE_VAT = "fee_vat"
CHARGE = "charge"
PAYMENT_KINDS = frozenset({CHARGE, "refund", "payment_processing_fee", "chargeback_fee"})


@dataclass(frozen=True, slots=True)
class Movement:
    """In a payout, in whole steps of the company's currency; fees that cost are positive."""

    kind: str
    order: int | None
    gross: Fraction
    fee: Fraction

    @property
    def cost(self) -> Fraction:
        """VAT the channel adds on its fees comes as an amount of its own, not as a fee."""
        return -self.gross if self.kind == FEE_VAT else self.fee


@dataclass(slots=True)
class Fees:
    channel: Fraction = ZERO
    payment: Fraction = ZERO


def fees_of_payout(movements: Iterable[Movement], step: Fraction = CENT) -> dict[int, Fees]:
    """Fees by order; every order that was paid in the payout is in it."""
    found: dict[int, Fees] = defaultdict(Fees)
    paid: dict[int, Fraction] = defaultdict(Fraction)
    open_channel, open_payment = ZERO, ZERO
    for item in movements:
        of_payment = item.kind in PAYMENT_KINDS
        if item.order is None:
            open_channel += ZERO if of_payment else item.cost
            open_payment += item.cost if of_payment else ZERO
            continue
        fees = found[item.order]
        fees.channel += ZERO if of_payment else item.cost
        fees.payment += item.cost if of_payment else ZERO
        if item.kind == CHARGE:
            paid[item.order] += item.gross
    if paid:
        orders = sorted(paid)
        weights = [paid[order] for order in orders]
        for order, channel, payment in zip(
            orders, split(open_channel, weights, step), split(open_payment, weights, step),
            strict=True,
        ):  # fmt: skip
            found[order].channel += channel
            found[order].payment += payment
    return dict(found)
