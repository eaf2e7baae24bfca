# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What Shopify states about the past: payouts with their fees, and orders for the proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal

from ..base.outgoing import Payout, PayoutLine
from ..base.proof import Amounts, OrderFact
from ..base.reading import Json
from .client import ShopifyClient
from .mapping import parse_moment

# A payout in one of these states has left Shopify; the others may still change.
FINAL_STATES = frozenset({"PAID", "IN_TRANSIT"})
TRANSFERS = frozenset({"TRANSFER", "TRANSFER_CANCEL", "TRANSFER_FAILURE", "TRANSFER_REFUND"})


def _stamp(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class ShopifyStatements:
    """The part of the adapter that reads statements; ``client`` comes from elsewhere."""

    client: ShopifyClient

    def payouts(self, since: datetime | None) -> Iterator[Payout]:
        """Payouts that have left Shopify since a moment, newest first, without lines."""
        after = None
        while True:
            account = self.client.execute("payouts", {"after": after})["shopifyPaymentsAccount"]
            if not account:
                return
            page = account["payouts"]
            for node in page["nodes"]:
                moment = parse_moment(node["issuedAt"])
                if since and moment < since:
                    return
                if node["status"] in FINAL_STATES:
                    yield self._payout(node, moment)
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    @staticmethod
    def _payout(node: Json, moment: datetime) -> Payout:
        withdrawn = node["transactionType"] == "WITHDRAWAL"
        net = Decimal(node["net"]["amount"])
        return Payout(
            external_id=node["id"],
            moment=moment,
            status=node["status"].lower(),
            currency=node["net"]["currencyCode"],
            net=-abs(net) if withdrawn else net,
            reference=node["externalTraceId"] or "",
        )

    def payout_lines(self, payout: Payout) -> tuple[PayoutLine, ...]:
        """What a payout consists of, without the transfer to the bank itself."""
        number = payout.external_id.rsplit("/", 1)[-1]
        variables: Json = {"query": f"payments_transfer_id:{number}", "after": None}
        lines: list[PayoutLine] = []
        while True:
            account = self.client.execute("balance_transactions", variables)
            page = account["shopifyPaymentsAccount"]["balanceTransactions"]
            lines += [
                self._line(node)
                for node in page["nodes"]
                if node["associatedPayout"]["id"] == payout.external_id
                and node["type"] not in TRANSFERS
                and not node["test"]
            ]
            if not page["pageInfo"]["hasNextPage"]:
                return tuple(lines)
            variables["after"] = page["pageInfo"]["endCursor"]

    @staticmethod
    def _line(node: Json) -> PayoutLine:
        order = node["associatedOrder"] or {}
        source = node["sourceOrderTransactionId"]
        return PayoutLine(
            external_id=node["id"],
            kind=node["type"].lower(),
            moment=parse_moment(node["transactionDate"]),
            gross=Decimal(node["amount"]["amount"]),
            fee=Decimal(node["fee"]["amount"]),
            net=Decimal(node["net"]["amount"]),
            order_id=order.get("id") or "",
            order_name=order.get("name") or "",
            transaction_id=f"gid://shopify/OrderTransaction/{source}" if source else "",
            note=node["adjustmentReason"] or "",
        )

    def order_facts(self, since: datetime) -> Iterator[list[OrderFact]]:
        """What the shop says about the orders changed since a moment, page by page."""
        variables = {"query": f"updated_at:>='{_stamp(since)}'"}
        for nodes in self.client.pages("orders_proof", variables, "orders"):
            yield [self._fact(node) for node in nodes]

    @staticmethod
    def _fact(node: Json) -> OrderFact:
        amounts = {}
        for money in ("shopMoney", "presentmentMoney"):
            total = node["totalPriceSet"][money]
            amounts.setdefault(
                total["currencyCode"],
                Amounts(
                    total=Decimal(total["amount"]),
                    least=Decimal(node["currentTotalPriceSet"][money]["amount"]),
                    refunded=Decimal(node["totalRefundedSet"][money]["amount"]),
                ),
            )
        sent: dict[str, int] = {}
        for shipment in node["fulfillments"]:
            if shipment["status"] in ("CANCELLED", "ERROR", "FAILURE"):
                continue
            for line in shipment["fulfillmentLineItems"]["nodes"]:
                key = line["lineItem"]["id"]
                sent[key] = sent.get(key, 0) + (line["quantity"] or 0)
        return OrderFact(
            external_id=node["id"],
            name=node["name"],
            amounts=amounts,
            cancelled=bool(node["cancelledAt"]),
            sent=sent,
            test=node["test"],
        )
