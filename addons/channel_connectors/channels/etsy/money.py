# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an Etsy shop's payment account says, and its orders for the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ..base.adapter import OrderPage, Payload
from ..base.errors import PayloadError
from ..base.outgoing import Payout, PayoutLine
from ..base.proof import Amounts, OrderFact
from ..base.reading import Json
from .client import EtsyClient
from .ledger import Entry, EntryKind, Links, Statement, cut, lines_of, pair_refunds, read_entry
from .mapping import parse_order

PAGE_SIZE = 100
WINDOW = timedelta(days=30)
# Etsy pays out at least once a month; whoever begins gets what is not older than that.
FIRST_READ = timedelta(days=730)
# A payout is looked for no longer than this before the oldest one that is wanted.
LONGEST_LOOK = timedelta(days=366)


class EtsyMoney:
    """The part of the adapter that reads statements; ``client`` comes from elsewhere."""

    client: EtsyClient
    # From the part that reads orders.
    order_pages: Callable[[datetime | None], Iterator[OrderPage]]
    orders_by_ids: Callable[[Sequence[str]], Iterator[OrderPage]]
    _statements: dict[str, Statement]

    # Payouts

    def payouts(self, since: datetime | None) -> Iterator[Payout]:
        """Transfers to the bank since a moment, newest first, without lines."""
        statements = cut(self._entries(since))
        self._statements = {row.payout.external_id: row for row in statements}
        for statement in reversed(statements):
            if since is None or statement.transfer.moment >= since:
                yield statement.payout

    def payout_lines(self, payout: Payout) -> tuple[PayoutLine, ...]:
        """What a payout that was just listed consists of."""
        statement = self._statements[payout.external_id]
        return lines_of(statement, self._links(statement))

    def _entries(self, since: datetime | None) -> list[Entry]:
        """Entries since a moment, and before it those since the payout before."""
        end = datetime.now(timezone.utc)
        wanted = since or end - FIRST_READ
        found: dict[int, Entry] = {}
        while True:
            window = self._window(end - WINDOW, end)
            found |= {entry.number: entry for entry in window}
            end -= WINDOW
            if end >= wanted:
                continue
            complete = any(
                entry.kind == EntryKind.TRANSFER and entry.moment < wanted
                for entry in found.values()
            )
            if complete or not window or end < wanted - LONGEST_LOOK:
                return list(found.values())

    def _window(self, start: datetime, end: datetime) -> list[Entry]:
        params: dict[str, Any] = {
            "min_created": int(start.timestamp()),
            "max_created": int(end.timestamp()),
            "limit": PAGE_SIZE,
            "offset": 0,
        }
        path = f"shops/{self.client.shop_id}/payment-account/ledger-entries"
        entries: list[Entry] = []
        while True:
            nodes = self.client.get(path, params)["results"]
            entries += [read_entry(node) for node in nodes]
            if len(nodes) < PAGE_SIZE:
                return entries
            params["offset"] += PAGE_SIZE

    def _links(self, statement: Statement) -> Links:
        """Receipts of payments, and refunds as the order import knows them."""
        rows = [
            entry for entry in statement.entries if entry.kind in (EntryKind.SALE, EntryKind.REFUND)
        ]
        payments = self._payments([entry.number for entry in rows])
        receipts = {str(row["payment_id"]): str(row["receipt_id"]) for row in payments}
        refunded = {entry.reference[1] for entry in rows if entry.kind == EntryKind.REFUND}
        refunds: dict[str, str] = {}
        for payment in payments:
            known = {str(row["payment_adjustment_id"]) for row in payment["payment_adjustments"]}
            if known & refunded:
                refunds |= self._refunds(payment)
        return Links(receipts, refunds)

    def _payments(self, entry_ids: list[int]) -> list[Json]:
        """Payments that entries are about, each once."""
        path = f"shops/{self.client.shop_id}/payment-account/ledger-entries/payments"
        found: dict[int, Json] = {}
        for start in range(0, len(entry_ids), PAGE_SIZE):
            params = {"ledger_entry_ids": entry_ids[start : start + PAGE_SIZE]}
            for row in self.client.get(path, params)["results"]:
                found[row["payment_id"]] = row
        return list(found.values())

    def _refunds(self, payment: Json) -> dict[str, str]:
        """The refund of the receipt by adjustment of its payment."""
        for page in self.orders_by_ids([str(payment["receipt_id"])]):
            for payload in page.payloads:
                try:
                    order = parse_order(payload)
                except PayloadError:
                    continue  # the import says what is wrong with it; its refund stays open
                return pair_refunds(
                    [
                        (
                            str(row["payment_adjustment_id"]),
                            datetime.fromtimestamp(row["created_timestamp"], timezone.utc),
                        )
                        for row in payment["payment_adjustments"]
                        if row.get("is_success", True)
                    ],
                    [(refund.external_id, refund.moment) for refund in order.refunds],
                )
        return {}

    # Proof

    def order_facts(self, since: datetime) -> Iterator[list[OrderFact]]:
        """What Etsy says about the orders changed since a moment, page by page."""
        for page in self.order_pages(since):
            yield [fact for payload in page.payloads if (fact := _fact(payload))]


def _fact(payload: Payload) -> OrderFact | None:
    """A receipt in brief; nothing of one that cannot be read: the inbox says why."""
    try:
        order = parse_order(payload)
    except PayloadError:
        return None
    return OrderFact(
        external_id=order.external_id,
        name=order.name,
        amounts={order.currency: Amounts(order.total, order.total, order.amount_refunded)},
        cancelled=bool(order.cancelled_at),
        sent={
            f"transaction:{row['transaction_id']}": row["quantity"]
            for row in payload["transactions"]
            if payload.get("is_shipped") or row.get("shipped_timestamp")
        },
        by_parcel=True,
    )
