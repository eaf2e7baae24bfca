# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Builds one order as the interface shows it, with every amount computed.

A line's tax is rounded per line; a discount for the whole order is allocated by largest
remainder.
"""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .situations import CATALOGUE, Spec

Json = dict[str, Any]
CENT = Decimal("0.01")
CHF = Decimal("0.94")


def cents(amount: Decimal) -> Decimal:
    """Commercial rounding to cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def allocate(amount: Decimal, bases: list[Decimal]) -> list[Decimal]:
    """Split by largest remainder."""
    exact = [amount * base / sum(bases) for base in bases]
    parts = [share.quantize(CENT, rounding="ROUND_FLOOR") for share in exact]
    order = sorted(range(len(bases)), key=lambda i: parts[i] - exact[i])
    for i in order[: int((amount - sum(parts)) / CENT)]:
        parts[i] += CENT
    return parts


class Builder:
    """One order as the interface shows it."""

    def __init__(self, spec: Spec, number: int, ids: itertools.count, moment: datetime) -> None:
        self.spec, self.number, self.ids, self.moment = spec, number, ids, moment
        self.stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.total = self.tax = self.goods_total = self.freight_total = Decimal(0)
        self.full_total = self.discounts = Decimal(0)
        self.lines: list[Json] = []
        self.freights: list[Json] = []

    def gid(self, kind: str) -> str:
        """A new global id."""
        return f"gid://shopify/{kind}/{next(self.ids)}"

    def bag(self, amount: Decimal | str) -> Json:
        """Amount in the shop's and in the customer's currency."""
        shop = cents(Decimal(amount))
        shown = cents(shop * CHF) if self.spec.currency == "CHF" else shop
        return {
            "shopMoney": {"amount": str(shop), "currencyCode": "EUR"},
            "presentmentMoney": {"amount": str(shown), "currencyCode": self.spec.currency},
        }

    def tax_of(self, amount: Decimal, rate: str) -> Decimal:
        """Tax in or on an amount, rounded for the line."""
        fraction = Decimal(rate)
        return cents(amount * fraction if self.spec.net else amount * fraction / (1 + fraction))

    def taxes(self, amount: Decimal, rate: str) -> list[Json]:
        """The tax lines of a position."""
        if not rate:
            return []
        entry = {
            "title": "VAT",
            "rate": float(rate),
            "ratePercentage": float(Decimal(rate) * 100),
            "source": "Shopify",
            "channelLiable": False,
            "priceSet": self.bag(self.tax_of(amount, rate)),
        }
        return [entry]

    def rate(self, sku: str) -> str:
        """Rate of a product at the destination; nothing outside the union."""
        column = {"DE": 2, "AT": 3}.get(self.spec.country)
        return CATALOGUE[sku][column] if column else ""

    def position(self, title: str, price: str, quantity: int, rate: str, **extra: Any) -> Json:
        """A position, counted into the totals by what is left of it."""
        discount = extra.pop("discount", Decimal(0))
        left = quantity - extra.pop("removed", 0)
        gross = Decimal(price) * quantity
        amount = gross - discount
        share = Decimal(left) / quantity
        kept = cents(Decimal(price) * left - cents(discount * share))
        tax = cents(self.tax_of(amount, rate) * share) if rate else Decimal(0)
        self.goods_total += kept
        self.discounts += cents(discount * share)
        self.tax += tax
        self.total += kept + (tax if self.spec.net else 0)
        self.full_total += amount + (self.tax_of(amount, rate) if rate and self.spec.net else 0)
        sku = extra.pop("sku", None)
        line = {
            "id": self.gid("LineItem"),
            "name": title,
            "title": title,
            "variantTitle": None,
            "sku": sku,
            "quantity": quantity,
            "currentQuantity": left,
            "isGiftCard": sku == "GUT-25",
            "requiresShipping": bool(sku) and sku != "GUT-25",
            "taxable": bool(rate),
            **self.article(sku),
            "lineItemGroup": extra.pop("group", None),
            "customAttributes": [],
            "originalUnitPriceSet": self.bag(price),
            "originalTotalSet": self.bag(gross),
            "discountedTotalSet": self.bag(amount),
            "discountAllocations": self.allocations(discount, "LINE_ITEM"),
            "taxLines": self.taxes(amount, rate),
            "duties": [],
        }
        self.lines.append(line)
        return line

    @staticmethod
    def article(sku: str | None) -> Json:
        """Product and variant of a position; a free item has none."""
        if not sku:
            return {"product": None, "variant": None}
        serial = 4000 + list(CATALOGUE).index(sku)
        variant = {
            "id": f"gid://shopify/ProductVariant/{serial}",
            "sku": sku,
            "barcode": None,
            "inventoryItem": {"id": f"gid://shopify/InventoryItem/{serial}"},
        }
        return {"product": {"id": f"gid://shopify/Product/{serial}"}, "variant": variant}

    def allocations(self, discount: Decimal, target: str) -> list[Json]:
        """The one discount an order here may have."""
        if not discount:
            return []
        application = {
            "__typename": "DiscountCodeApplication",
            "index": 0,
            "targetType": target,
            "allocationMethod": "ACROSS",
            "code": self.spec.code,
        }
        return [{"allocatedAmountSet": self.bag(discount), "discountApplication": application}]

    def freight(self, price: str) -> None:
        """The one shipping line."""
        discount = Decimal(price) if self.spec.free_shipping else Decimal(0)
        amount = Decimal(price) - discount
        rate = {"DE": "0.19", "AT": "0.2"}.get(self.spec.country, "")
        tax = self.tax_of(amount, rate) if rate else Decimal(0)
        self.freight_total += amount
        self.discounts += discount
        self.tax += tax
        self.total += amount + (tax if self.spec.net else 0)
        self.full_total += amount + (tax if self.spec.net else 0)
        title = "Paket" if self.spec.country == "DE" else "Paket Ausland"
        line = {
            "id": self.gid("ShippingLine"),
            "title": title,
            "code": title,
            "isRemoved": False,
            "originalPriceSet": self.bag(price),
            "discountedPriceSet": self.bag(amount),
            "currentDiscountedPriceSet": self.bag(amount),
            "discountAllocations": self.allocations(discount, "SHIPPING_LINE"),
            "taxLines": self.taxes(amount, rate),
        }
        self.freights.append(line)

    def fill(self) -> None:
        """Positions and freight."""
        spec = self.spec
        bases = [Decimal(CATALOGUE[sku][1]) * quantity for sku, quantity in spec.goods]
        whole = cents(sum(bases) * spec.percent / 100) if spec.percent else Decimal(spec.fixed or 0)
        discounts = allocate(whole, bases) if whole else [Decimal(0)] * len(bases)
        group = None
        if spec.bundle:
            gid = self.gid("LineItemGroup")
            group = {"id": gid, "title": spec.bundle, "quantity": 1, "variantSku": "SET-2"}
        for (sku, quantity), discount in zip(spec.goods, discounts, strict=True):
            title, price = CATALOGUE[sku][:2]
            self.position(
                title,
                price,
                quantity,
                self.rate(sku),
                sku=sku,
                discount=discount,
                removed=spec.removed,
                group=group,
            )
        if spec.tip:
            self.position("Tip", spec.tip, 1, "")
        if spec.custom:
            self.position(spec.custom[0], spec.custom[1], 1, spec.custom[2])
        if spec.freight:
            self.freight(spec.freight)

    @staticmethod
    def address(parts: tuple[str, ...] | None) -> Json | None:
        """A postal address."""
        if not parts:
            return None
        name, company, street, postcode, city, country = parts
        return {
            "name": name,
            "firstName": name.split()[0],
            "lastName": name.split()[-1],
            "company": company or None,
            "address1": street,
            "address2": None,
            "zip": postcode,
            "city": city,
            "provinceCode": None,
            "province": None,
            "countryCodeV2": country,
            "phone": None,
        }

    def transactions(self) -> list[Json]:
        """Payments: fixed parts first, the last tender pays the rest."""
        rest = self.full_total
        found = []
        for gateway, fixed in self.spec.tenders:
            amount = Decimal(fixed) if fixed else rest
            rest -= amount
            found.append(
                {
                    "id": self.gid("OrderTransaction"),
                    "kind": "SALE",
                    "status": "PENDING" if self.spec.status == "PENDING" else "SUCCESS",
                    "gateway": gateway,
                    "manualPaymentGateway": gateway == "Bank",
                    "processedAt": self.stamp,
                    "createdAt": self.stamp,
                    "test": self.spec.test,
                    "amountSet": self.bag(amount),
                    "parentTransaction": None,
                    "fees": [],
                }
            )
        return found

    def customer(self) -> Json | None:
        """The account that ordered."""
        if self.spec.guest:
            return None
        return {
            "id": "gid://shopify/Customer/8800",
            "firstName": "Hanna",
            "lastName": "Lindner",
            "displayName": "Hanna Lindner",
            "defaultEmailAddress": {"emailAddress": "hanna@example.org"},
            "defaultPhoneNumber": None,
            "locale": "de",
            "taxExempt": False,
        }

    def refund(self, order: Json) -> Json:
        """One piece of the first position and all freight, given back."""
        line = self.lines[0]
        paid = Decimal(line["discountedTotalSet"]["shopMoney"]["amount"])
        amount = cents(paid / line["quantity"])
        tax = cents(
            Decimal(line["taxLines"][0]["priceSet"]["shopMoney"]["amount"]) / line["quantity"]
        )
        freight_tax = self.tax_of(self.freight_total, "0.19")
        later = (self.moment + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": self.gid("Refund"),
            "legacyResourceId": "1",
            "createdAt": later,
            "processedAt": later,
            "updatedAt": later,
            "note": "Deckel undicht",
            "totalRefundedSet": self.bag(amount + self.freight_total),
            "refundLineItems": {"nodes": [self.refund_line(line, amount, tax)]},
            "refundShippingLines": {"nodes": [self.refund_freight(freight_tax)]},
            "orderAdjustments": {"nodes": []},
            "transactions": {"nodes": []},
            "order": {"id": order["id"]},
        }

    def refund_line(self, line: Json, amount: Decimal, tax: Decimal) -> Json:
        """One piece given back; the amount contains the tax."""
        return {
            "id": self.gid("RefundLineItem"),
            "quantity": 1,
            "restockType": "NO_RESTOCK",
            "restocked": False,
            "lineItem": {"id": line["id"]},
            "priceSet": self.bag(amount),
            "subtotalSet": self.bag(amount),
            "totalTaxSet": self.bag(tax),
        }

    def refund_freight(self, tax: Decimal) -> Json:
        """The freight given back; unlike for goods the amount does not contain the tax."""
        return {
            "id": self.gid("RefundShippingLine"),
            "shippingLine": {"id": self.freights[0]["id"]},
            "subtotalAmountSet": self.bag(self.freight_total - tax),
            "taxAmountSet": self.bag(tax),
        }

    def buyer(self) -> Json | None:
        """The company that buys through its account, where prices are without tax."""
        if not self.spec.net:
            return None
        return {
            "__typename": "PurchasingCompany",
            "company": {"id": "gid://shopify/Company/1", "name": self.spec.billing[1]},
            "contact": {"id": "gid://shopify/CompanyContact/1"},
            "location": {
                "id": "gid://shopify/CompanyLocation/1",
                "name": self.spec.billing[4],
                "taxSettings": {"taxRegistrationId": "DE136695976"},
            },
        }

    def terms(self) -> Json | None:
        """What was agreed with that company."""
        if not self.spec.net:
            return None
        return {
            "paymentTermsName": "Net 30",
            "paymentTermsType": "NET",
            "dueInDays": 30,
        }

    def head(self) -> Json:
        """Everything of the order but its parts."""
        spec, gid = self.spec, self.gid("Order")
        cancelled = (self.moment + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": gid,
            "legacyResourceId": gid.rsplit("/", 1)[1],
            "name": f"#{self.number}",
            "number": self.number,
            "poNumber": spec.reference or None,
            "test": spec.test,
            "createdAt": self.stamp,
            "processedAt": self.stamp,
            "updatedAt": (self.moment + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "cancelledAt": cancelled if spec.cancelled else None,
            "cancelReason": "CUSTOMER" if spec.cancelled else None,
            "edited": bool(spec.removed),
            "displayFinancialStatus": spec.status,
            "displayFulfillmentStatus": "UNFULFILLED",
            "sourceName": "shopify_draft_order" if spec.guest else "web",
            "tags": [],
            "note": spec.note,
            "currencyCode": "EUR",
            "presentmentCurrencyCode": spec.currency,
            "taxesIncluded": not spec.net,
            "dutiesIncluded": False,
            "taxExempt": spec.country == "CH",
            "email": None if spec.guest else "hanna@example.org",
            "phone": None,
            "customerLocale": "de-DE",
            "discountCodes": [spec.code] if spec.code else [],
            "paymentGatewayNames": [gateway for gateway, _ in spec.tenders],
            "customAttributes": [],
            "purchasingEntity": self.buyer(),
            "paymentTerms": self.terms(),
            "customer": self.customer(),
            "billingAddress": self.address(spec.billing),
            "shippingAddress": self.address(spec.shipping),
        }

    def build(self) -> tuple[Json, Json | None]:
        """The order and its refund, if it has one."""
        self.fill()
        order = self.head()
        paid = self.full_total if self.spec.status in ("PAID", "PARTIALLY_REFUNDED") else Decimal(0)
        order |= {
            "currentSubtotalPriceSet": self.bag(self.goods_total),
            "currentTotalDiscountsSet": self.bag(self.discounts),
            "currentShippingPriceSet": self.bag(self.freight_total),
            "currentTotalTaxSet": self.bag(self.tax),
            "currentTotalPriceSet": self.bag(self.total),
            "totalPriceSet": self.bag(self.full_total),
            "totalTipReceivedSet": self.bag(self.spec.tip or "0"),
            "totalReceivedSet": self.bag(paid),
            "totalRefundedSet": self.bag("0"),
            "totalCashRoundingAdjustment": {
                "paymentSet": self.bag("0"),
                "refundSet": self.bag("0"),
            },
            "additionalFees": [],
            "lineItems": {"nodes": self.lines},
            "shippingLines": {"nodes": self.freights},
            "transactions": self.transactions(),
            "refunds": [],
        }
        if not self.spec.refund:
            return order, None
        refund = self.refund(order)
        order["refunds"] = [{"id": refund["id"], "updatedAt": refund["updatedAt"]}]
        order["totalRefundedSet"] = refund["totalRefundedSet"]
        return order, refund
