# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Belegfeld 1: which invoice number a payment or credit note carries.

The advisor's software clears open items by that number. An invoice has its own; a credit
note has that of the one invoice it is reconciled with; a payment is cut into the amounts
matched with each document.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .cost import distribute


@dataclass(frozen=True)
class Match:
    """Part of a receivable or payable line, matched with a line of another entry."""

    line: int
    other_entry: int
    amount: Decimal


def credit_note_documents(
    invoices_of: Mapping[int, set[int]], numbers: Mapping[int, str]
) -> dict[int, str]:
    """Credit note -> number of the invoice, if it is matched with exactly one."""
    found = {}
    for note, invoices in invoices_of.items():
        if len(invoices) == 1:
            number = numbers.get(next(iter(invoices)), "")
            if number:
                found[note] = number
    return found


def cut_foreign(foreign: Decimal, parts: Sequence[Decimal]) -> list[Decimal]:
    """Parts of an amount abroad in proportion to the parts of its line in EUR."""
    whole = sum(parts)
    if len(parts) == 1 or not whole:
        return [foreign] * len(parts) if len(parts) == 1 else [Decimal(0)] * len(parts)
    weights = [Fraction(part) / Fraction(whole) for part in parts]
    return [Decimal(cents) / 100 for cents in distribute(int(foreign * 100), weights)]


def cut_by_document(
    balance: Decimal, matches: Sequence[Match], numbers: Mapping[int, str]
) -> list[tuple[Decimal, str]]:
    """Parts of a line with their document numbers; what is not matched comes with ""."""
    sign = 1 if balance > 0 else -1
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for match in matches:
        amounts[numbers.get(match.other_entry, "")] += match.amount
    open_amount = abs(balance) - sum(amounts.values())
    if open_amount < 0:
        # More matched than there is: the amounts do not tell the parts.
        return [(balance, "")]
    amounts[""] += open_amount
    return [(sign * amount, number) for number, amount in amounts.items() if amount]
