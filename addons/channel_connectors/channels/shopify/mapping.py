# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payload of a Shopify order to ``OrderData``.

Amounts are taken in the shop's currency and never mixed with those the customer saw.
Per line the price is ``originalUnitPrice * quantity`` minus the allocated discounts;
Shopify's discounted unit prices are documented as approximate. Allocations and taxes of a
line cover its original quantity, so a line that was edited carries its share of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from ..base.errors import PayloadError
from ..base.money import CENT, ZERO, prorate, round_money, split
from ..base.order import (
    Address,
    Customer,
    Line,
    LineKind,
    OrderData,
    Payment,
    PaymentState,
    Refund,
    RefundLine,
    Tax,
)

Json = dict[str, Any]

PAYMENT_STATES = {
    "PENDING": PaymentState.PENDING,
    "AUTHORIZED": PaymentState.AUTHORIZED,
    "PARTIALLY_PAID": PaymentState.PARTIALLY_PAID,
    "PAID": PaymentState.PAID,
    "PARTIALLY_REFUNDED": PaymentState.PARTIALLY_REFUNDED,
    "REFUNDED": PaymentState.REFUNDED,
    "VOIDED": PaymentState.VOIDED,
    "EXPIRED": PaymentState.VOIDED,
}
PAID_KINDS = ("SALE", "CAPTURE")


def parse_moment(text: str) -> datetime:
    """ISO 8601 to an aware moment in UTC."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc)


def money(bag: Json | None) -> Decimal:
    """Amount of a money bag in the shop's currency; nothing is zero."""
    if not bag:
        return ZERO
    try:
        amount = Decimal(str(bag["shopMoney"]["amount"]))
    except InvalidOperation as error:
        raise PayloadError(f"{bag['shopMoney']['amount']!r} is not an amount") from error
    if not amount.is_finite():
        raise PayloadError(f"{amount} is not an amount")
    return amount


def parse_order(payload: Json) -> OrderData:
    """Shopify's order to ours; ``PayloadError`` where it makes no sense."""
    try:
        return _Parser(payload).order()
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        if isinstance(error, PayloadError):
            raise
        detail = f"{type(error).__name__}: {error}"
        raise PayloadError(f"the order does not have the expected form ({detail})") from error


class _Parser:
    """Reads one payload. Kept apart so that every step can see the whole order."""

    def __init__(self, payload: Json) -> None:
        self.payload = payload
        self.gross = bool(payload["taxesIncluded"])
        self.refunds = tuple(self._refund(refund) for refund in payload.get("refunds") or [])
        self.refunded: dict[str, Decimal] = {}
        for refund in self.refunds:
            for line in refund.lines:
                known = self.refunded.get(line.line_external_id, ZERO)
                self.refunded[line.line_external_id] = known + line.quantity
        self.prorated: set[str] = set()

    def order(self) -> OrderData:
        """The order, after checking that its parts add up to its total."""
        payload = self.payload
        lines = self._lines()
        total, tax_total = self._totals(lines)
        lines = self._settle_edits(lines, total, tax_total)
        order = OrderData(
            external_id=payload["id"],
            name=payload["name"],
            currency=payload["currencyCode"],
            taxes_included=self.gross,
            ordered_at=parse_moment(payload.get("processedAt") or payload["createdAt"]),
            updated_at=parse_moment(payload["updatedAt"]),
            total=total,
            tax_total=tax_total,
            payment_state=self._payment_state(),
            customer=self._customer(),
            billing=self._address(payload.get("billingAddress")),
            shipping=self._address(payload.get("shippingAddress")),
            lines=lines,
            payments=tuple(self._payments()),
            refunds=self.refunds,
            amount_refunded=money(payload.get("totalRefundedSet")),
            test=bool(payload["test"]),
            cancelled_at=parse_moment(payload["cancelledAt"]) if payload["cancelledAt"] else None,
            note=payload.get("note") or "",
            purchase_reference=payload.get("poNumber") or "",
            sales_source=payload.get("sourceName") or "",
            tags=tuple(payload.get("tags") or ()),
        )
        self._check(order)
        return order

    def _check(self, order: OrderData) -> None:
        if order.computed_total != order.total:
            raise PayloadError(
                f"the lines add up to {order.computed_total} {order.currency}, "
                f"the channel says {order.total} {order.currency}"
            )
        if order.computed_tax != order.tax_total:
            raise PayloadError(
                f"the taxes add up to {order.computed_tax} {order.currency}, "
                f"the channel says {order.tax_total} {order.currency}"
            )

    def _payment_state(self) -> PaymentState:
        state = self.payload.get("displayFinancialStatus") or "PENDING"
        if state not in PAYMENT_STATES:
            raise PayloadError(f"the payment status {state!r} is unknown")
        return PAYMENT_STATES[state]

    # Lines

    def _lines(self) -> tuple[Line, ...]:
        payload = self.payload
        lines = [self._position(node) for node in payload["lineItems"]["nodes"]]
        lines += [self._freight(n) for n in payload["shippingLines"]["nodes"] if not n["isRemoved"]]
        for node in payload["lineItems"]["nodes"]:
            for duty in node.get("duties") or []:
                lines.append(self._extra(duty, "Duties"))
        for fee in payload.get("additionalFees") or []:
            lines.append(self._extra(fee, fee.get("name") or "Fee"))
        rounding = money((payload.get("totalCashRoundingAdjustment") or {}).get("paymentSet"))
        if rounding:
            key = f"{payload['id']}/rounding"
            lines.append(
                Line(key, LineKind.ROUNDING, "Cash rounding", Decimal(1), rounding, rounding)
            )
        return tuple(line for line in lines if line.quantity)

    def _position(self, node: Json) -> Line:
        ordered = Decimal(node["quantity"])
        current = Decimal(node["currentQuantity"])
        # Refunded pieces were sold and are credited apart; removed ones were not.
        quantity = min(ordered, current + self.refunded.get(node["id"], ZERO))
        if ordered < 0 or quantity < 0:
            raise PayloadError(f"the quantity of {node['title']!r} is negative")
        unit_price = money(node["originalUnitPriceSet"])
        allocated = sum((money(a["allocatedAmountSet"]) for a in node["discountAllocations"]), ZERO)
        if quantity != ordered:
            self.prorated.add(node["id"])
            allocated = prorate(allocated, quantity, ordered)
        variant = node.get("variant") or {}
        group = node.get("lineItemGroup") or {}
        return Line(
            external_id=node["id"],
            kind=self._kind(node),
            title=node.get("name") or node["title"],
            quantity=quantity,
            unit_price=unit_price,
            amount=round_money(unit_price * quantity - allocated),
            taxes=self._taxes(node["taxLines"], quantity, ordered),
            sku=(node.get("sku") or variant.get("sku") or "").strip(),
            barcode=(variant.get("barcode") or "").strip(),
            variant_id=variant.get("id") or "",
            product_id=(node.get("product") or {}).get("id") or "",
            group=group.get("title") or "",
            attributes=tuple(
                (pair["key"], pair["value"] or "") for pair in node.get("customAttributes") or []
            ),
        )

    def _kind(self, node: Json) -> LineKind:
        if node["isGiftCard"]:
            return LineKind.GIFT_CARD
        if node.get("product") or node.get("variant") or node.get("sku"):
            return LineKind.GOODS
        tips = money(self.payload.get("totalTipReceivedSet"))
        if node["title"] == "Tip" and ZERO < money(node["originalUnitPriceSet"]) <= tips:
            return LineKind.TIP
        return LineKind.CUSTOM

    def _freight(self, node: Json) -> Line:
        price = money(node["originalPriceSet"])
        allocated = sum((money(a["allocatedAmountSet"]) for a in node["discountAllocations"]), ZERO)
        return Line(
            external_id=node["id"],
            kind=LineKind.SHIPPING,
            title=node["title"],
            quantity=Decimal(1),
            unit_price=price,
            amount=price - allocated,
            taxes=self._taxes(node["taxLines"]),
            sku=node.get("code") or "",
        )

    def _extra(self, node: Json, title: str) -> Line:
        price = money(node["price"])
        taxes = self._taxes(node["taxLines"])
        return Line(node["id"], LineKind.FEE, title, Decimal(1), price, price, taxes)

    @staticmethod
    def _taxes(
        nodes: list[Json], quantity: Decimal = Decimal(1), ordered: Decimal = Decimal(1)
    ) -> tuple[Tax, ...]:
        """Taxes of a line by rate; Shopify may split one rate over several entries."""
        by_rate: dict[Decimal, Tax] = {}
        for node in nodes:
            rate = Decimal(str(node["rate"])).normalize()
            amount = money(node["priceSet"])
            if rate in by_rate:
                amount += by_rate[rate].amount
            by_rate[rate] = Tax(rate, amount, node.get("title") or "", bool(node["channelLiable"]))
        if quantity == ordered:
            return tuple(by_rate.values())
        return tuple(
            replace(tax, amount=prorate(tax.amount, quantity, ordered)) for tax in by_rate.values()
        )

    # Totals

    def _totals(self, lines: tuple[Line, ...]) -> tuple[Decimal, Decimal]:
        """What the lines have to add up to: the order before refunds, after edits."""
        payload = self.payload
        sold = money(payload["totalPriceSet"])
        current = money(payload["currentTotalPriceSet"])
        tax = money(payload["currentTotalTaxSet"])
        refunded = sum((line.net + line.tax for r in self.refunds for line in r.lines), ZERO)
        refunded_tax = sum((line.tax for r in self.refunds for line in r.lines), ZERO)
        taxes = sum((line.tax_total for line in lines), ZERO)
        if self.prorated:
            # Shopify keeps the total before the edit in totalPrice.
            sold = current + (refunded if current + refunded <= sold else ZERO)
        if tax != taxes and abs(tax + refunded_tax - taxes) < abs(tax - taxes):
            # The current tax leaves out what was refunded; we sell first and credit then.
            tax += refunded_tax
        return sold, tax

    def _settle_edits(
        self, lines: tuple[Line, ...], total: Decimal, tax_total: Decimal
    ) -> tuple[Line, ...]:
        """Spread the cents that rounding shares of edited lines may have left.

        At most half a cent per edited line and figure can be missing; anything more
        is no rounding and stays for the check to refuse.
        """
        indexes = [i for i, line in enumerate(lines) if line.external_id in self.prorated]
        if not indexes:
            return lines
        lines_list = list(lines)
        tax_gap = tax_total - sum((line.tax_total for line in lines), ZERO)
        if tax_gap and abs(tax_gap) <= CENT * len(indexes):
            weights = [lines[i].tax_total for i in indexes]
            for i, share in zip(indexes, split(tax_gap, weights), strict=True):
                lines_list[i] = _add_tax(lines_list[i], share)
        taxes = ZERO if self.gross else sum((line.tax_total for line in lines_list), ZERO)
        gap = total - taxes - sum((line.amount for line in lines_list), ZERO)
        if gap and abs(gap) <= CENT * len(indexes):
            weights = [lines[i].amount for i in indexes]
            for i, share in zip(indexes, split(gap, weights), strict=True):
                lines_list[i] = replace(lines_list[i], amount=lines_list[i].amount + share)
        return tuple(lines_list)

    # Parties

    @staticmethod
    def _address(node: Json | None) -> Address:
        if not node:
            return Address()
        return Address(
            name=node.get("name") or "",
            company=node.get("company") or "",
            street=node.get("address1") or "",
            street2=node.get("address2") or "",
            zip=node.get("zip") or "",
            city=node.get("city") or "",
            state_code=node.get("provinceCode") or "",
            country_code=node.get("countryCodeV2") or "",
            phone=node.get("phone") or "",
        )

    def _customer(self) -> Customer:
        payload = self.payload
        node = payload.get("customer") or {}
        email = (node.get("defaultEmailAddress") or {}).get("emailAddress")
        phone = (node.get("defaultPhoneNumber") or {}).get("phoneNumber")
        name = " ".join(filter(None, (node.get("firstName"), node.get("lastName"))))
        return Customer(
            external_id=node.get("id") or "",
            name=name or node.get("displayName") or "",
            email=(payload.get("email") or email or "").strip(),
            phone=payload.get("phone") or phone or "",
            locale=payload.get("customerLocale") or node.get("locale") or "",
        )

    # Money that moved

    def _payments(self) -> list[Payment]:
        currency = self.payload["currencyCode"]
        payments = []
        for node in self.payload.get("transactions") or []:
            paid = node["kind"] in PAID_KINDS
            if not paid and node["kind"] != "REFUND":
                continue
            amount = money(node["amountSet"])
            payments.append(
                Payment(
                    external_id=node["id"],
                    gateway=node.get("gateway") or "",
                    amount=amount if paid else -amount,
                    currency=currency,
                    moment=parse_moment(node["processedAt"]),
                    succeeded=node["status"] == "SUCCESS",
                    gift_card=node.get("gateway") == "gift_card",
                    test=bool(node["test"]),
                )
            )
        return payments

    def _refund(self, node: Json) -> Refund:
        if "refundLineItems" not in node:
            raise PayloadError("the details of a refund are missing")
        if node["refundLineItems"]["pageInfo"]["hasNextPage"]:
            raise PayloadError("a refund has more than 50 lines")
        lines = [self._refund_line(line) for line in node["refundLineItems"]["nodes"]]
        # Amounts of goods follow the order's price mode, those of shipping are always net.
        lines += [
            RefundLine(
                line_external_id=line["shippingLine"]["id"],
                quantity=Decimal(1),
                net=money(line["subtotalAmountSet"]),
                tax=money(line["taxAmountSet"]),
            )
            for line in node["refundShippingLines"]["nodes"]
        ]
        return Refund(
            external_id=node["id"],
            moment=parse_moment(node.get("processedAt") or node["createdAt"]),
            total=money(node["totalRefundedSet"]),
            lines=tuple(lines),
            note=node.get("note") or "",
        )

    def _refund_line(self, node: Json) -> RefundLine:
        tax = money(node["totalTaxSet"])
        subtotal = money(node["subtotalSet"])
        return RefundLine(
            line_external_id=node["lineItem"]["id"],
            quantity=Decimal(node["quantity"]),
            net=subtotal - tax if self.gross else subtotal,
            tax=tax,
        )


def _add_tax(line: Line, extra: Decimal) -> Line:
    """The line with cents added to its first tax."""
    if not extra or not line.taxes:
        return line
    first, *others = line.taxes
    first = replace(first, amount=first.amount + extra)
    return replace(line, taxes=(first, *others))
