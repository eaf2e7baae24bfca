# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payload of a Shopify order to ``OrderData``.

Per line the price is ``originalUnitPrice * quantity`` minus the allocated discounts;
Shopify's discounted unit prices are documented as approximate. Allocations and taxes of a
line cover its original quantity, so they also count pieces that are no longer sold:

- refunded pieces were sold and are credited apart: they stay in the line;
- pieces refunded before they were shipped ("cancel") never leave: they are taken off with
  the very amounts of that refund;
- pieces removed by an edit are taken off by their share of allocations and taxes.

A cancelled order is what was ordered, in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ..base.errors import PayloadError
from ..base.money import CENT, ZERO, prorate, round_money, split
from ..base.order import Line, LineKind, OrderData, PaymentState, Refund, Restock, Tax
from ..base.reading import Json, read_order, text
from .rates import split_by_rate, split_refund
from .reader import Reader, less_tax, parse_moment, pieces, share_of_taxes

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


def parse_order(payload: Json) -> OrderData:
    """Shopify's order to ours; ``PayloadError`` where it makes no sense."""
    return read_order(lambda payload: _Parser(payload).order(), payload)


class _Parser:
    """Reads one payload. Kept apart so that every step can see the whole order."""

    def __init__(self, payload: Json) -> None:
        self.payload = payload
        self.reader = Reader(payload)
        self.money = self.reader.money
        self.gross = self.reader.gross
        self.cancelled = bool(payload["cancelledAt"])
        self.prorated: set[str] = set()
        self.split: dict[str, list[Line]] = {}
        self.refunds = self._with_kept(self.reader.refunds())

    def order(self) -> OrderData:
        """The order; ``read_order`` checks that its parts add up to its total."""
        payload, reader = self.payload, self.reader
        lines = tuple(line for line in self._lines() if line.quantity)
        self.refunds = tuple(
            split_refund(refund, self.split, gross=self.gross) for refund in self.refunds
        )
        total, tax_total = self._totals(lines)
        lines = self._settle_edits(lines, total, tax_total)
        billing = reader.address(payload.get("billingAddress"))
        if not billing.company:
            billing = replace(billing, company=reader.buying_company())
        return OrderData(
            external_id=text(payload["id"]),
            name=text(payload["name"]),
            currency=reader.currency,
            taxes_included=self.gross,
            ordered_at=parse_moment(payload.get("processedAt") or payload["createdAt"]),
            updated_at=parse_moment(payload["updatedAt"]),
            total=total,
            tax_total=tax_total,
            payment_state=self._payment_state(),
            customer=reader.customer(),
            billing=billing,
            shipping=reader.address(payload.get("shippingAddress")),
            lines=lines,
            payments=reader.payments(),
            refunds=self.refunds,
            amount_refunded=self.money(payload.get("totalRefundedSet")),
            test=bool(payload["test"]),
            cancelled_at=parse_moment(payload["cancelledAt"]) if self.cancelled else None,
            note=text(payload.get("note")),
            purchase_reference=text(payload.get("poNumber")),
            sales_source=text(payload.get("sourceName")),
            tags=tuple(text(tag) for tag in payload.get("tags") or ()),
            shop_currency=reader.shop_currency,
            vat=reader.vat(),
            discount_codes=tuple(text(code) for code in payload.get("discountCodes") or ()),
            gateways=reader.gateways(),
            payment_terms=reader.payment_terms(),
            company_id=reader.company_id(),
        )

    def _payment_state(self) -> PaymentState:
        state = self.payload.get("displayFinancialStatus") or "PENDING"
        if state not in PAYMENT_STATES:
            raise PayloadError(f"the payment status {state!r} is unknown")
        return PAYMENT_STATES[state]

    # Refunds

    def _with_kept(self, refunds: tuple[Refund, ...]) -> tuple[Refund, ...]:
        """The refunds with how many pieces of each line were left after them."""
        gone: dict[str, Decimal] = {}
        for refund in refunds:
            for line in refund.lines:
                key = line.line_external_id
                gone[key] = gone.get(key, ZERO) + line.quantity
        left = {}
        for node in self.payload["lineItems"]["nodes"]:
            key, title = text(node["id"]), text(node["title"])
            not_refunded = pieces(node["quantity"], title) - gone.get(key, ZERO)
            left[key] = max(min(pieces(node["currentQuantity"], title), not_refunded), ZERO)
        found = []
        for refund in reversed(refunds):
            lines = []
            for line in refund.lines:
                kept = left.get(line.line_external_id, ZERO)
                left[line.line_external_id] = kept + line.quantity
                lines.append(replace(line, kept=kept))
            found.append(replace(refund, lines=tuple(lines)))
        return tuple(reversed(found))

    def _refunded(self, line_id: str, *, cancelled: bool) -> tuple[Decimal, Decimal, Decimal]:
        """Pieces, gross amount and tax refunded of a line: before shipping, or after."""
        found = [
            line
            for refund in self.refunds
            for line in refund.lines
            if line.line_external_id == line_id and (line.restock == Restock.CANCEL) == cancelled
        ]
        return (
            sum((line.quantity for line in found), ZERO),
            sum((line.gross for line in found), ZERO),
            sum((line.tax for line in found), ZERO),
        )

    # Lines

    def _lines(self) -> Iterator[Line]:
        payload = self.payload
        for node in payload["lineItems"]["nodes"]:
            yield self._position(node)
        for node in payload["shippingLines"]["nodes"]:
            if not node["isRemoved"]:
                freight = self._freight(node)
                self.split[freight.external_id] = split_by_rate(freight, gross=self.gross)
                yield from self.split[freight.external_id]
        for node in payload["lineItems"]["nodes"]:
            for duty in node.get("duties") or []:
                yield self._extra(duty, "Duties")
        for fee in payload.get("additionalFees") or []:
            yield self._extra(fee, text(fee.get("name")) or "Fee")
        rounding = self.money((payload.get("totalCashRoundingAdjustment") or {}).get("paymentSet"))
        if rounding:
            key = f"{payload['id']}/rounding"
            kind, one = LineKind.ROUNDING, Decimal(1)
            yield Line(key, kind, "Cash rounding", one, rounding, rounding)

    def _position(self, node: Json) -> Line:
        key, title = text(node["id"]), text(node["title"])
        unit_price = self.money(node["originalUnitPriceSet"])
        quantity = pieces(node["quantity"], title)
        amount = unit_price * quantity - self.reader.sum(
            node["discountAllocations"], "allocatedAmountSet"
        )
        taxes = self.reader.taxes(node["taxLines"])
        if not self.cancelled:
            quantity, amount, taxes = self._what_is_sold(node, quantity, amount, taxes)
        variant, group = node.get("variant") or {}, node.get("lineItemGroup") or {}
        return Line(
            external_id=key,
            kind=self._kind(node, unit_price),
            title=text(node.get("name")) or title,
            quantity=quantity,
            unit_price=unit_price,
            amount=round_money(amount),
            taxes=taxes,
            sku=text(node.get("sku")) or text(variant.get("sku")),
            barcode=text(variant.get("barcode")),
            variant_id=text(variant.get("id")),
            product_id=text((node.get("product") or {}).get("id")),
            group=text(group.get("title")),
            attributes=tuple(
                (text(pair["key"]), text(pair["value"]))
                for pair in node.get("customAttributes") or []
            ),
        )

    def _what_is_sold(
        self, node: Json, quantity: Decimal, amount: Decimal, taxes: tuple[Tax, ...]
    ) -> tuple[Decimal, Decimal, tuple[Tax, ...]]:
        """Pieces, amount and taxes without what was cancelled or edited away."""
        key, title = text(node["id"]), text(node["title"])
        unit_price = self.money(node["originalUnitPriceSet"])
        cancelled, gross, tax = self._refunded(key, cancelled=True)
        if cancelled:
            quantity, taxes = max(quantity - cancelled, ZERO), less_tax(taxes, tax)
            amount -= gross if self.gross else gross - tax
        current = pieces(node["currentQuantity"], title)
        sold = min(quantity, current + self._refunded(key, cancelled=False)[0])
        if sold != quantity:
            self.prorated.add(key)
            allocated = unit_price * quantity - amount
            amount = unit_price * sold - prorate(allocated, sold, quantity)
            taxes = share_of_taxes(taxes, sold, quantity)
        return sold, amount, taxes

    def _kind(self, node: Json, unit_price: Decimal) -> LineKind:
        if node["isGiftCard"]:
            return LineKind.GIFT_CARD
        if node.get("product") or node.get("variant") or node.get("sku"):
            return LineKind.GOODS
        tips = self.money(self.payload.get("totalTipReceivedSet"))
        if node["title"] == "Tip" and ZERO < unit_price <= tips:
            return LineKind.TIP
        return LineKind.CUSTOM

    def _freight(self, node: Json) -> Line:
        price = self.money(node["originalPriceSet"])
        return Line(
            external_id=text(node["id"]),
            kind=LineKind.SHIPPING,
            title=text(node["title"]),
            quantity=Decimal(1),
            unit_price=price,
            amount=price - self.reader.sum(node["discountAllocations"], "allocatedAmountSet"),
            taxes=self.reader.taxes(node["taxLines"]),
            sku=text(node.get("code")),
        )

    def _extra(self, node: Json, title: str) -> Line:
        price = self.money(node["price"])
        taxes = self.reader.taxes(node["taxLines"])
        return Line(text(node["id"]), LineKind.FEE, title, Decimal(1), price, price, taxes)

    # Totals

    def _totals(self, lines: tuple[Line, ...]) -> tuple[Decimal, Decimal]:
        """What the lines have to add up to: the order before refunds, after edits.

        The shop says what was ordered and what is left of it. What is sold lies between:
        what is left and what came back, or what was ordered and not cancelled. The figure
        next to the lines is taken; the check then demands that it is met to the cent.
        """
        payload = self.payload
        kept, gone = [], []
        for refund in self.refunds:
            for line in refund.lines:
                (gone if line.restock == Restock.CANCEL else kept).append(line)
        goods = [li for li in kept if any(li.line_external_id == o.external_id for o in lines)]
        returned = sum((line.gross for line in goods), ZERO)
        returned_tax = sum((line.tax for line in goods), ZERO)
        current = self.money(payload["currentTotalPriceSet"])
        current_tax = self.money(payload["currentTotalTaxSet"])
        ordered = self.money(payload["totalPriceSet"])
        if not self.cancelled:
            ordered -= sum((line.gross for line in gone), ZERO)
        totals = [] if self.prorated else [ordered]
        if self.prorated or payload.get("edited"):
            # The total ordered may be the one before the edit.
            totals += [current, current + returned]
        taxes = sum((line.tax_total for line in lines), ZERO)
        amount = sum((line.amount for line in lines), ZERO) + (ZERO if self.gross else taxes)
        rates = [current_tax, current_tax + returned_tax]
        if self.cancelled and not current_tax:
            rates.append(taxes)  # nothing is left of a cancelled order, and nobody says more
        return (
            min(totals, key=lambda figure: abs(figure - amount)),
            min(rates, key=lambda figure: abs(figure - taxes)),
        )

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
        found = list(lines)
        tax_gap = tax_total - sum((line.tax_total for line in lines), ZERO)
        if tax_gap and abs(tax_gap) <= CENT * len(indexes):
            weights = [lines[i].tax_total for i in indexes]
            for i, share in zip(indexes, split(tax_gap, weights), strict=True):
                found[i] = _add_tax(found[i], share)
        taxes = ZERO if self.gross else sum((line.tax_total for line in found), ZERO)
        gap = total - taxes - sum((line.amount for line in found), ZERO)
        if gap and abs(gap) <= CENT * len(indexes):
            weights = [lines[i].amount for i in indexes]
            for i, share in zip(indexes, split(gap, weights), strict=True):
                found[i] = replace(found[i], amount=found[i].amount + share)
        return tuple(found)


def _add_tax(line: Line, extra: Decimal) -> Line:
    """The line with cents added to its first tax."""
    if not extra or not line.taxes:
        return line
    first, *others = line.taxes
    return replace(line, taxes=(replace(first, amount=first.amount + extra), *others))
