# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The parts of a Shopify order: text, money, taxes, addresses, payments, refunds.

Every amount comes in two currencies, the shop's and the one the customer was charged in.
Each is rounded by itself, so the two are never mixed: everything is read in the currency
of the customer, for this is what the invoice has to say and the only one whose parts are
sure to add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from ..base.errors import PayloadError
from ..base.money import ZERO, prorate, split
from ..base.order import (
    GIFT_CARD_GATEWAY,
    Address,
    Customer,
    Payment,
    Refund,
    RefundLine,
    Restock,
    Tax,
)
from ..base.reading import Json, text

PAID_KINDS = ("SALE", "CAPTURE")
RESTOCK = {"CANCEL": Restock.CANCEL, "RETURN": Restock.RETURN, "LEGACY_RESTOCK": Restock.RETURN}
# Names under which apps and themes keep the customer's VAT number in the order's attributes.
VAT_NAMES = frozenset(
    (
        *("vat", "vatid", "vatnumber", "vatno", "eutaxid", "taxid", "taxnumber"),
        *("ustid", "ustidnr", "ustidnummer", "umsatzsteuerid"),
        "umsatzsteueridentifikationsnummer",
    )
)
# Beyond these something is broken, and no database column would hold it.
MOST_MONEY = Decimal(10) ** 11
MOST_PIECES = 10**7


def parse_moment(text: str) -> datetime:
    """ISO 8601 to an aware moment in UTC."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.astimezone(timezone.utc)


def pieces(value: int, title: str) -> Decimal:
    """A number of pieces: whole, not negative, of a size that can be."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise PayloadError(f"the quantity of {title!r} is not a whole number")
    if value < 0:
        raise PayloadError(f"the quantity of {title!r} is negative")
    if value > MOST_PIECES:
        raise PayloadError(f"the quantity of {title!r} is too large")
    return Decimal(value)


def number(value: Any) -> Decimal:
    """An amount or a rate; ``PayloadError`` for what is none."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise PayloadError(f"{value!r} is not an amount") from error
    if not amount.is_finite() or abs(amount) > MOST_MONEY:
        raise PayloadError(f"{value!r} is not an amount")
    return amount


class Reader:
    """Reads the parts of one order in the currency its customer was charged in."""

    def __init__(self, payload: Json) -> None:
        self.payload = payload
        self.shop_currency = text(payload["currencyCode"])
        self.currency = text(payload.get("presentmentCurrencyCode")) or self.shop_currency
        self.gross = bool(payload["taxesIncluded"])

    # Money

    def _side(self, bag: Json | None, side: str, currency: str) -> Decimal:
        if not bag:
            return ZERO
        found = bag[side]
        amount = number(found["amount"])
        if amount and text(found.get("currencyCode")) not in ("", currency):
            raise PayloadError(f"an amount is in {found['currencyCode']} instead of {currency}")
        return amount

    def money(self, bag: Json | None) -> Decimal:
        """What the customer was charged; nothing is zero."""
        if self.currency == self.shop_currency:
            return self.shop_money(bag)
        return self._side(bag, "presentmentMoney", self.currency)

    def shop_money(self, bag: Json | None) -> Decimal:
        """The same in the shop's own books."""
        return self._side(bag, "shopMoney", self.shop_currency)

    def sum(self, nodes: Iterable[Json], key: str) -> Decimal:
        """Sum of one money bag of several nodes."""
        return sum((self.money(node[key]) for node in nodes), ZERO)

    def taxes(self, nodes: list[Json]) -> tuple[Tax, ...]:
        """Taxes by rate and debtor; Shopify may split one rate over several entries."""
        found: dict[tuple[Decimal, bool], Tax] = {}
        for node in nodes:
            rate, liable = number(node["rate"]).normalize(), bool(node["channelLiable"])
            if not 0 <= rate < 1:
                raise PayloadError(f"{rate} is not a tax rate")
            amount = self.money(node["priceSet"])
            if known := found.get((rate, liable)):
                amount += known.amount
            found[rate, liable] = Tax(rate, amount, text(node.get("title")), liable)
        return tuple(found.values())

    # Parties

    @staticmethod
    def address(node: Json | None) -> Address:
        """A postal address; empty where the shop withholds it."""
        if not node:
            return Address()
        return Address(
            name=text(node.get("name")),
            company=text(node.get("company")),
            street=text(node.get("address1")),
            street2=text(node.get("address2")),
            zip=text(node.get("zip")),
            city=text(node.get("city")),
            state_code=text(node.get("provinceCode")),
            country_code=text(node.get("countryCodeV2")),
            phone=text(node.get("phone")),
        )

    def customer(self) -> Customer:
        """Who ordered."""
        payload = self.payload
        node = payload.get("customer") or {}
        email = (node.get("defaultEmailAddress") or {}).get("emailAddress")
        phone = (node.get("defaultPhoneNumber") or {}).get("phoneNumber")
        name = " ".join(filter(None, (text(node.get("firstName")), text(node.get("lastName")))))
        return Customer(
            external_id=text(node.get("id")),
            name=name or text(node.get("displayName")),
            email=text(payload.get("email")) or text(email),
            phone=text(payload.get("phone")) or text(phone),
            locale=text(payload.get("customerLocale")) or text(node.get("locale")),
        )

    def vat(self) -> str:
        """VAT number of a business customer, wherever the shop keeps it."""
        buyer = self.payload.get("purchasingEntity") or {}
        location = buyer.get("location") or {}
        settings = location.get("taxSettings") or {}
        found = settings.get("taxRegistrationId") or location.get("taxRegistrationId")
        for pair in self.payload.get("customAttributes") or []:
            name = re.sub(r"[^a-z]", "", text(pair["key"]).lower())
            if name in VAT_NAMES:
                found = found or pair["value"]
        return re.sub(r"[^0-9A-Z]", "", text(found).upper())

    def buying_company(self) -> str:
        """Name of the company that buys through its account."""
        buyer = self.payload.get("purchasingEntity") or {}
        return text((buyer.get("company") or {}).get("name"))

    def company_id(self) -> str:
        """The account of that company."""
        buyer = self.payload.get("purchasingEntity") or {}
        return text((buyer.get("company") or {}).get("id"))

    # Money that moved

    def payments(self) -> tuple[Payment, ...]:
        """What was paid and paid back, whether it came through or not."""
        found = []
        for node in self.payload.get("transactions") or []:
            paid = node["kind"] in PAID_KINDS
            if not paid and node["kind"] != "REFUND":
                continue
            sign = 1 if paid else -1
            gateway = text(node.get("gateway"))
            found.append(
                Payment(
                    external_id=text(node["id"]),
                    gateway=gateway,
                    amount=sign * self.money(node["amountSet"]),
                    currency=self.currency,
                    moment=parse_moment(node["processedAt"]),
                    succeeded=node["status"] == "SUCCESS",
                    gift_card=gateway == GIFT_CARD_GATEWAY,
                    test=bool(node["test"]),
                    settled=sign * self.shop_money(node["amountSet"]),
                )
            )
        return tuple(found)

    def gateways(self) -> tuple[str, ...]:
        """Names of the ways this order is paid, the first one first."""
        names = [text(name) for name in self.payload.get("paymentGatewayNames") or []]
        names += [text(node.get("gateway")) for node in self.payload.get("transactions") or []]
        return tuple(dict.fromkeys(name for name in names if name))

    def payment_terms(self) -> str:
        """Terms agreed with a business customer, for instance "Net 30"."""
        return text((self.payload.get("paymentTerms") or {}).get("paymentTermsName"))

    # Refunds

    def refunds(self) -> tuple[Refund, ...]:
        """Refunds in the order they were made."""
        found = [self._refund(node) for node in self.payload.get("refunds") or []]
        return tuple(sorted(found, key=lambda refund: (refund.moment, refund.external_id)))

    def _refund(self, node: Json) -> Refund:
        if "refundLineItems" not in node:
            raise PayloadError("the details of a refund are missing")
        if node["refundLineItems"]["pageInfo"]["hasNextPage"]:
            raise PayloadError("a refund has more than 50 lines")
        total = self.money(node["totalRefundedSet"])
        lines = [self._refund_line(line, total) for line in node["refundLineItems"]["nodes"]]
        # Amounts of goods follow the order's price mode, those of shipping are always net.
        lines += [
            RefundLine(
                line_external_id=text(line["shippingLine"]["id"]),
                quantity=Decimal(1),
                net=self.money(line["subtotalAmountSet"]),
                tax=self.money(line["taxAmountSet"]),
            )
            for line in node["refundShippingLines"]["nodes"]
        ]
        return Refund(
            external_id=text(node["id"]),
            moment=parse_moment(node.get("processedAt") or node["createdAt"]),
            total=total,
            lines=tuple(lines),
            note=text(node.get("note")),
        )

    def _refund_line(self, node: Json, total: Decimal) -> RefundLine:
        tax = self.money(node["totalTaxSet"])
        subtotal = self.money(node["subtotalSet"])
        restock = RESTOCK.get(text(node.get("restockType")), Restock.NONE)
        if restock == Restock.NONE and not total and self.payload.get("edited"):
            # Taken out of the order by an edit, which the shop also files as a refund.
            restock = Restock.CANCEL
        return RefundLine(
            line_external_id=text(node["lineItem"]["id"]),
            quantity=pieces(node["quantity"], "a refund"),
            net=subtotal - tax if self.gross else subtotal,
            tax=tax,
            restock=restock,
        )


def less_tax(taxes: tuple[Tax, ...], amount: Decimal) -> tuple[Tax, ...]:
    """The taxes without an amount of them, which is shared by their size."""
    shares = split(amount, [tax.amount for tax in taxes]) if taxes else []
    return tuple(
        replace(tax, amount=tax.amount - share) for tax, share in zip(taxes, shares, strict=True)
    )


def share_of_taxes(taxes: tuple[Tax, ...], part: Decimal, whole: Decimal) -> tuple[Tax, ...]:
    """The taxes of a part of the pieces."""
    if part == whole:
        return taxes
    return tuple(replace(tax, amount=prorate(tax.amount, part, whole)) for tax in taxes)
