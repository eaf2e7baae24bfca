# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A receipt of Etsy to ``OrderData``.

Etsy tells no taxes by line. Prices contain the seller's own tax; what Etsy collects for a
state and pays itself (``total_tax_cost``, ``total_vat_cost``) stands beside the goods and is
no money of ours. The parts of a receipt have to add up to its grand total exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from ..base.errors import PayloadError
from ..base.money import ZERO, prorate
from ..base.order import (
    GIFT_WRAP,
    Address,
    Customer,
    Gift,
    Line,
    LineKind,
    OrderData,
    Payment,
    PaymentState,
    Refund,
)
from ..base.reading import Json, read_order, text
from .amounts import Money, coupon_shares, pieces, whole
from .lockers import tidy

PAYMENT_STATES = {
    "open": PaymentState.PENDING,
    "payment processing": PaymentState.PENDING,
    "paid": PaymentState.PAID,
    "completed": PaymentState.PAID,
    "canceled": PaymentState.PAID,
    "cancelled": PaymentState.PAID,
    "partially refunded": PaymentState.PARTIALLY_REFUNDED,
    "fully refunded": PaymentState.REFUNDED,
}
# What does not come through Etsy's own payments, by the word for it.
GATEWAYS = {
    "bt": "Bank transfer",
    "mo": "Money order",
    "check": "Check",
    "ck": "Check",
    "other": "Other",
}
OWN_GATEWAY = "Etsy Payments"
STANDARD_SHIPPING = "Standard"
ADDRESS_FIELDS = (
    *("first_line", "second_line", "city", "state", "zip", "country_iso", "formatted_address"),
)
# Earlier moments are none: Etsy did not exist.
FIRST_MOMENT = 946_684_800
LAST_MOMENT = 4_102_444_800


def parse_order(payload: Json) -> OrderData:
    """Etsy's receipt to our order; ``PayloadError`` where it makes no sense."""
    return read_order(lambda payload: _Parser(payload).order(), payload)


def order_key(payload: Json) -> tuple[str, str, datetime]:
    """External id, name and last change of a receipt."""
    number = str(whole(payload["receipt_id"], "the number of the order"))
    return number, number, updated_at(payload)


def updated_at(payload: Json) -> datetime:
    """Moment of the last change; Etsy tells it under two names."""
    return moment(_either(payload, "updated_timestamp", "update_timestamp"), "the last change")


def moment(value: Any, name: str) -> datetime:
    """Seconds since 1970 to an aware moment in UTC."""
    seconds = whole(value, f"the time of {name}")
    if not FIRST_MOMENT <= seconds <= LAST_MOMENT:
        raise PayloadError(f"the time of {name} is {seconds}")
    return datetime.fromtimestamp(seconds, timezone.utc)


def has_address(payload: Json) -> bool:
    """Whether Etsy tells anything of where a receipt goes."""
    return any(payload.get(field) for field in ADDRESS_FIELDS)


def number(value: Any, name: str) -> str:
    """An id as text, empty for nothing."""
    return "" if value is None else str(whole(value, name))


def _either(payload: Json, *names: str) -> Any:
    return next((payload[name] for name in names if payload.get(name) is not None), None)


class _Parser:
    """Reads one receipt. Kept apart so that every step can see all of it."""

    def __init__(self, payload: Json) -> None:
        self.payload = payload
        self.key = order_key(payload)[0]
        self.status = text(payload.get("status")).casefold()
        self.money = Money((payload.get("grandtotal") or {}).get("currency_code"))

    def amount(self, name: str, *, optional: bool = True) -> Decimal:
        """An amount of the receipt."""
        return self.money.amount(self.payload.get(name), name, optional=optional)

    def order(self) -> OrderData:
        """The order, after checking that its parts add up to its total."""
        payload = self.payload
        goods = self._goods()
        wrap, collected = self._settle(goods)
        total = self.amount("grandtotal", optional=False) - collected
        updated = updated_at(payload)
        gateway = self._gateway()
        refunds = tuple(self._refunds(total))
        address = self._address()
        ordered = moment(_either(payload, "created_timestamp", "create_timestamp"), "the order")
        state = self._payment_state()
        return OrderData(
            external_id=self.key,
            name=self.key,
            currency=self.money.currency,
            taxes_included=True,
            taxes_told=False,
            tax_collected=collected,
            ordered_at=ordered,
            updated_at=updated,
            total=total,
            tax_total=ZERO,
            payment_state=state,
            is_unpaid=state == PaymentState.PENDING,
            customer=self._customer(),
            shipping=address,
            address_withheld=not has_address(payload),
            lines=(*goods, *self._freight(), *self._wrapping(wrap)),
            payments=tuple(self._payments(gateway, total, refunds)),
            refunds=refunds,
            amount_refunded=sum((refund.total for refund in refunds), ZERO),
            cancelled_at=updated if self.status in ("canceled", "cancelled") else None,
            note=text(payload.get("message_from_buyer")),
            gateways=(gateway,),
            gift=self._gift(),
        )

    def _payment_state(self) -> PaymentState:
        if self.status not in PAYMENT_STATES:
            raise PayloadError(f"the status {self.status!r} is unknown")
        state = PAYMENT_STATES[self.status]
        if state == PaymentState.PAID and self.payload.get("is_paid") is False:
            # Cancelled before it was paid, or not paid yet whatever the status says.
            return PaymentState.VOIDED if self.status.startswith("cancel") else PaymentState.PENDING
        return state

    # Lines

    def _goods(self) -> list[Line]:
        nodes = self.payload["transactions"]
        if not isinstance(nodes, list) or not nodes:
            raise PayloadError("the order has no positions")
        found = [self._position(node) for node in nodes]
        if len({line.external_id for line in found}) != len(found):
            raise PayloadError("a position comes twice")
        amounts = [line.unit_price * line.quantity for line in found]
        told = self.amount("total_price", optional=False)
        if sum(amounts, ZERO) != told:
            raise PayloadError(f"the positions add up to {sum(amounts)}, Etsy says {told}")
        coupons = [node.get("shop_coupon") for node in nodes]
        shares = coupon_shares(self.amount("discount_amt"), coupons, amounts)
        return [
            replace(line, amount=amount - share)
            for line, amount, share in zip(found, amounts, shares, strict=True)
        ]

    def _position(self, node: Json) -> Line:
        title = text(node.get("title")) or "?"
        choices, wishes = _variations(node.get("variations"))
        listing = number(node.get("listing_id"), "the listing")
        sku = text(node.get("sku"))
        full = f"{title} – {', '.join(choices)}" if choices else title
        price = self.money.amount(node.get("price"), f"the price of {title}")
        return Line(
            external_id=f"transaction:{whole(node['transaction_id'], 'the position')}",
            kind=LineKind.GOODS,
            title=full,
            quantity=pieces(node["quantity"], title),
            unit_price=price,
            amount=ZERO,
            sku=sku,
            variant_id=_listing_key(node, listing, sku, full),
            product_id=listing,
            attributes=tuple(wishes),
            is_digital=bool(node.get("is_digital")),
        )

    def _freight(self) -> Iterator[Line]:
        price = self.amount("total_shipping_cost")
        nodes = self.payload["transactions"]
        if not price and all(node.get("is_digital") for node in nodes):
            return
        titles = [text(node.get(key)) for key in _METHODS for node in nodes]
        title = next((title for title in titles if title), STANDARD_SHIPPING)
        key, one = f"shipping:{self.key}", Decimal(1)
        yield Line(key, LineKind.SHIPPING, title, one, price, price)

    def _wrapping(self, price: Decimal) -> Iterator[Line]:
        if price:
            key = f"wrap:{self.key}"
            yield Line(key, LineKind.FEE, GIFT_WRAP, Decimal(1), price, price)

    def _settle(self, goods: list[Line]) -> tuple[Decimal, Decimal]:
        """What of the total is wrapping, and what is tax that Etsy collects.

        Whether the grand total contains the wrapping is documented nowhere: whichever sum is
        the grand total to the cent is true, and if none is nothing is made up.
        """
        worth = sum((line.amount for line in goods), ZERO)
        subtotal = self.amount("subtotal", optional=False)
        if worth != subtotal:
            raise PayloadError(f"the goods come to {worth} after discount, Etsy says {subtotal}")
        collected = self.amount("total_tax_cost") + self.amount("total_vat_cost")
        wrap = self.amount("gift_wrap_price")
        total = self.amount("grandtotal", optional=False)
        parts = worth + self.amount("total_shipping_cost") + collected
        for part in (wrap, ZERO):
            if parts + part == total:
                return part, collected
        raise PayloadError(
            f"goods, shipping and taxes add up to {parts} {self.money.currency}"
            f"{f', with gift wrap to {parts + wrap}' if wrap else ''}, "
            f"Etsy says {total} {self.money.currency}"
        )

    # Who, where and how

    def _customer(self) -> Customer:
        buyer = number(self.payload.get("buyer_user_id"), "the buyer")
        return Customer(
            external_id=buyer,
            name=text(self.payload.get("name")),
            email=text(self.payload.get("buyer_email")),
        )

    def _address(self) -> Address:
        """Where the goods go; empty if Etsy withholds it, for a name alone leads nowhere."""
        payload = self.payload
        if not has_address(payload):
            return Address()
        return tidy(
            Address(
                name=text(payload.get("name")),
                street=text(payload.get("first_line")),
                street2=text(payload.get("second_line")),
                zip=text(payload.get("zip")),
                city=text(payload.get("city")),
                state_code=text(payload.get("state")),
                country_code=text(payload.get("country_iso")).upper(),
            )
        )

    def _gift(self) -> Gift | None:
        payload = self.payload
        message = text(payload.get("gift_message"))
        wrapped = bool(self.amount("gift_wrap_price"))
        if not (payload.get("is_gift") or message or wrapped):
            return None
        return Gift(message, text(payload.get("gift_sender")), wrapped)

    # Money

    def _gateway(self) -> str:
        method = text(self.payload.get("payment_method")).casefold()
        return GATEWAYS.get(method, OWN_GATEWAY)

    def _payments(
        self, gateway: str, total: Decimal, refunds: tuple[Refund, ...]
    ) -> Iterator[Payment]:
        """What came in for us, and what went back; tax Etsy keeps is in neither."""
        payload, currency = self.payload, self.money.currency
        if not payload.get("is_paid") or not total:
            return
        paid = [node.get("paid_timestamp") for node in payload["transactions"]]
        created = _either(payload, "created_timestamp", "create_timestamp")
        when = moment(next((stamp for stamp in paid if stamp is not None), created), "the payment")
        key = f"receipt:{self.key}"
        yield Payment(key, gateway, total, currency, when, succeeded=True, settled=total)
        for refund in refunds:
            back = -refund.total
            yield Payment(
                *(refund.external_id, gateway, back, currency, refund.moment),
                succeeded=True,
                settled=back,
            )

    def _refunds(self, total: Decimal) -> Iterator[Refund]:
        """Refunds in the order of time. Etsy gives them no number: moment, amount and their
        place among equal ones tell them apart. What Etsy gives back of the tax it has collected
        is its share of each refund and no money of ours.
        """
        nodes = self.payload.get("refunds") or []
        grand = self.amount("grandtotal", optional=False)
        read = [
            (moment(node["created_timestamp"], "a refund"), self._refunded(node), node)
            for node in nodes
            if text(node.get("status")).casefold() not in ("failed", "canceled", "cancelled")
        ]
        given, seen = ZERO, dict[str, int]()
        for when, amount, node in sorted(read, key=lambda entry: entry[:2]):
            if not amount:
                continue
            base = f"refund:{self.key}:{int(when.timestamp())}:{amount}"
            seen[base] = seen.get(base, 0) + 1
            ours = prorate(total, given + amount, grand) - prorate(total, given, grand)
            given += amount
            notes = (text(node.get("reason")), text(node.get("note_from_issuer")))
            yield Refund(
                external_id=base if seen[base] == 1 else f"{base}:{seen[base]}",
                moment=when,
                total=ours,
                note=": ".join(note for note in notes if note),
            )
        if given > grand:
            raise PayloadError(f"refunds of {given} are more than the order of {grand}")

    def _refunded(self, node: Json) -> Decimal:
        return self.money.amount(node["amount"], "a refund")


_METHODS = ("shipping_upgrade", "shipping_method")


def _variations(nodes: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """What was chosen of the listing, which is part of what the goods are, and what the
    buyer wrote. Chosen values have a number, written ones have none.
    """
    choices, wishes = [], []
    for node in nodes or []:
        name, value = text(node.get("formatted_name")), text(node.get("formatted_value"))
        if not value:
            continue
        if node.get("value_id") is not None and node.get("question_id") is None:
            choices.append(value)
        else:
            wishes.append((name.lstrip("_") or "Personalization", value))
    return choices, wishes


def _listing_key(node: Json, listing: str, sku: str, title: str) -> str:
    """What a product of the shop is remembered by: the product, else the listing, the SKU
    (which the caller knows by itself), and of a deleted listing only its title is left.
    """
    product = number(node.get("product_id"), "the product")
    if product:
        return product
    if sku:
        return ""
    if listing:
        return f"listing:{listing}:{title.casefold()}"
    return f"title:{title.casefold()}"
