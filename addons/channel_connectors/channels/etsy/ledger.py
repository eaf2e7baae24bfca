# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's ledger of a shop's payment account, cut into what each payout consists of.

Every entry moves the balance; a transfer to the bank takes off what is there. So between two
transfers the entries, with what was left before and what is left after, are the transfer to
the cent. Amounts are in hundredths of the ledger's currency. Etsy documents no list of types:
what is not known here is passed on as it is and belongs to nobody until a person says to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from ..base.money import ZERO
from ..base.outgoing import Payout, PayoutLine
from ..base.reading import Json

HUNDRED = Decimal(100)
# What Etsy charges for; each may come back as a refund of itself.
FEES = frozenset(
    {
        "auto_renew_expired",
        "listing",
        "listing_private",
        "prolist",
        "etsy_ads",
        "renew_expired",
        "renew_sold",
        "renew_sold_auto",
        "shipping_transaction",
        "transaction",
        "transaction_quantity",
        "etsy_plus",
        "pattern",
    }
)
TRANSFERS = ("disburse", "recoup")
# What Etsy calls a payment an entry refers to.
PAYMENTS = ("payment", "shop_payment")
CARRIED = "carried_over"
FEE_VAT = "fee_vat"


class EntryKind(str, Enum):
    """What an entry is about."""

    SALE = "sale"
    REFUND = "refund"
    TAX = "tax"
    FEE = "fee"
    FEE_VAT = "fee_vat"
    TRANSFER = "transfer"
    OTHER = "other"


@dataclass(frozen=True)
class Entry:
    """One movement of the balance; ``balance`` is what was there after it."""

    number: int
    sequence: int
    word: str
    kind: EntryKind
    moment: datetime
    amount: Decimal
    balance: Decimal
    currency: str
    reference: tuple[str, str] = ("", "")
    payments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What a transfer consists of: the balance before, the entries since the last one."""

    opening: Decimal
    entries: tuple[Entry, ...]
    transfer: Entry

    @property
    def payout(self) -> Payout:
        """The transfer as a payout: positive if money went to the bank."""
        return Payout(
            external_id=f"transfer:{self.transfer.number}",
            moment=self.transfer.moment,
            status="paid",
            currency=self.transfer.currency,
            net=-self.transfer.amount,
            reference=self.transfer.reference[1],
        )


@dataclass(frozen=True)
class Links:
    """Where payments and refunds of the ledger belong: the receipt by payment, the refund as
    our books know it by adjustment.
    """

    receipts: Mapping[str, str] = field(default_factory=dict)
    refunds: Mapping[str, str] = field(default_factory=dict)


def read_entry(node: Json) -> Entry:
    """An entry of the ledger."""
    reference = (_word(node.get("reference_type")), str(node.get("reference_id") or ""))
    words = [_word(node.get("ledger_type")), _word(node.get("description"))]
    payments = {str(row["payment_id"]) for row in node.get("payment_adjustments") or ()}
    if reference[0] in PAYMENTS:
        payments.add(reference[1])
    stamp = node.get("created_timestamp") or node["create_date"]
    return Entry(
        number=node["entry_id"],
        sequence=node["sequence_number"],
        word=next((word for word in words if word), "unknown"),
        kind=kind_of(words, reference[0]),
        moment=datetime.fromtimestamp(stamp, timezone.utc),
        amount=Decimal(node["amount"]) / HUNDRED,
        balance=Decimal(node["balance"]) / HUNDRED,
        currency=node["currency"],
        reference=reference,
        payments=tuple(sorted(payments)),
    )


def _word(value: Any) -> str:
    return str(value or "").strip().casefold().replace(" ", "_")


def kind_of(words: Sequence[str], reference: str) -> EntryKind:
    """What an entry is about, by the words Etsy has for it."""
    if any(word.startswith(TRANSFERS) for word in words):
        return EntryKind.TRANSFER
    if any(word.startswith(("vat_", "gst_")) for word in words):
        return EntryKind.FEE_VAT
    if any(word.startswith("sales_tax") for word in words):
        return EntryKind.TAX
    names = [word.removesuffix("_refund") for word in words]
    if any(name in FEES or name.endswith(("_fee", "_fees")) for name in names):
        return EntryKind.FEE
    if reference == "payment_adjustment" or any(word.startswith("refund") for word in words):
        return EntryKind.REFUND
    if any(word in ("payment", "payment_gross") for word in words):
        return EntryKind.SALE
    return EntryKind.OTHER


def cut(entries: Iterable[Entry]) -> list[Statement]:
    """Statements, oldest first. What came after the last transfer belongs to the next one.

    A statement opens with what the transfer before has left: if an entry between them is missing,
    the lines do not add up to the payout.
    """
    found: list[Statement] = []
    rest: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: entry.sequence):
        if entry.kind == EntryKind.TRANSFER:
            first = rest[0] if rest else entry
            opening = found[-1].transfer.balance if found else first.balance - first.amount
            found.append(Statement(opening, tuple(rest), entry))
            rest = []
        else:
            rest.append(entry)
    return found


def lines_of(statement: Statement, links: Links) -> tuple[PayoutLine, ...]:
    """The movements of a payout. They add up to it as long as no entry is missing."""
    taxes = _taxes(statement, links)
    lines = [_carried(statement, "in", statement.opening)]
    shares: dict[int, Decimal] = {}
    for entry in statement.entries:
        if entry.number in taxes:
            home = taxes[entry.number]
            shares[home] = shares.get(home, ZERO) + entry.amount
    lines += [
        _line(entry, links, shares.get(entry.number, ZERO))
        for entry in statement.entries
        if entry.number not in taxes
    ]
    lines.append(_carried(statement, "out", -statement.transfer.balance))
    return tuple(line for line in lines if line.net or line.kind != CARRIED)


def _carried(statement: Statement, side: str, amount: Decimal) -> PayoutLine:
    """What was on the account before, or stays there."""
    return PayoutLine(
        external_id=f"transfer:{statement.transfer.number}:{side}",
        kind=CARRIED,
        moment=statement.transfer.moment,
        gross=amount,
        fee=ZERO,
        net=amount,
    )


def _receipt(entry: Entry, links: Links) -> str:
    """The receipt an entry belongs to, as far as Etsy tells."""
    if entry.reference[0] == "receipt":
        return entry.reference[1]
    return next((links.receipts[key] for key in entry.payments if key in links.receipts), "")


def _taxes(statement: Statement, links: Links) -> dict[int, int]:
    """Taxes Etsy collects with a payment, and gives back with a refund: by their entry the entry
    they belong to, which of several of a receipt is the nearest one.
    """
    found = {}
    for kind, sign in ((EntryKind.SALE, -1), (EntryKind.REFUND, 1)):
        homes: dict[str, list[Entry]] = {}
        for entry in statement.entries:
            if entry.kind == kind and (receipt := _receipt(entry, links)):
                homes.setdefault(receipt, []).append(entry)
        for tax in statement.entries:
            rows = homes.get(_receipt(tax, links)) if tax.kind == EntryKind.TAX else None
            if rows and tax.amount * sign > 0:
                found[tax.number] = min(rows, key=partial(_distance, tax)).number
    return found


def _distance(one: Entry, other: Entry) -> tuple[timedelta, int]:
    return abs(one.moment - other.moment), abs(one.sequence - other.sequence)


def _line(entry: Entry, links: Links, tax: Decimal) -> PayoutLine:
    """A movement. The customer paid ``tax`` too, or gets it back, but it was never our money."""
    receipt = _receipt(entry, links)
    key = f"entry:{entry.number}"
    if entry.kind == EntryKind.FEE:
        return PayoutLine(key, entry.word, entry.moment, ZERO, -entry.amount, entry.amount)
    if entry.kind == EntryKind.FEE_VAT:
        return PayoutLine(key, FEE_VAT, entry.moment, entry.amount, ZERO, entry.amount)
    amount, kind, transaction = entry.amount + tax, entry.word, ""
    if entry.kind == EntryKind.SALE:
        kind = "charge"
        transaction = f"receipt:{receipt}" if receipt else ""
    elif entry.kind == EntryKind.REFUND:
        kind, transaction = "refund", links.refunds.get(entry.reference[1], "")
    return PayoutLine(
        external_id=key,
        kind=kind,
        moment=entry.moment,
        gross=amount,
        fee=ZERO,
        net=amount,
        order_id=receipt,
        order_name=receipt,
        transaction_id=transaction,
    )


def pair_refunds(
    adjustments: Iterable[tuple[str, datetime]], refunds: Iterable[tuple[str, datetime]]
) -> dict[str, str]:
    """Which refund of a receipt is which adjustment of its payment: the first is the first,
    and if Etsy tells more of one than of the other only those of the same moment.
    """
    theirs = sorted(adjustments, key=lambda row: row[1])
    ours = sorted(refunds, key=lambda row: row[1])
    if len(theirs) == len(ours):
        return {
            adjustment: refund for (adjustment, _), (refund, _) in zip(theirs, ours, strict=True)
        }
    by_moment = {moment: refund for refund, moment in ours}
    return {key: by_moment[moment] for key, moment in theirs if moment in by_moment}
