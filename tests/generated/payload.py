# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""An order of the generator as the interface hands it out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

Json = dict[str, Any]


class PayloadWriter:
    """Writes the JSON of one order."""

    def __init__(self, maker) -> None:
        self.maker = maker
        self.id = maker.gid("Order")
        self.customer_id = maker.gid("Customer")
        self.transaction_id = maker.gid("OrderTransaction")

    def write(self, placed: int, tax: int | None, *, happened: bool) -> Json:
        """The order as placed, or after what happened; ``placed`` is its first total."""
        maker = self.maker
        total = placed
        if happened:
            current = maker.expected.total - maker.expected.credit + maker.expected.loose
            tax = sum(maker.expected.taxes.values()) - sum(maker.expected.credit_taxes.values())
            cancelled = maker.expected.cancelled
            current, tax = (0, 0) if cancelled else (current, tax)
        else:
            current, cancelled = total, False
        moment = maker.moment
        changed = moment + timedelta(days=9 if happened else 0, minutes=1)
        bag = maker.bag
        unpaid = maker.stratum in ("unpaid_return", "cancelled")
        return {
            "id": self.id,
            "name": f"#G{maker.index}",
            "poNumber": None,
            "test": False,
            "createdAt": moment.isoformat(),
            "processedAt": moment.isoformat(),
            "updatedAt": changed.isoformat(),
            "cancelledAt": changed.isoformat() if cancelled else None,
            "edited": happened and maker.stratum.startswith("edited"),
            "displayFinancialStatus": "PENDING" if unpaid else "PAID",
            "sourceName": "web",
            "tags": [],
            "note": None,
            "currencyCode": "EUR",
            "presentmentCurrencyCode": maker.currency,
            "taxesIncluded": maker.gross,
            "discountCodes": ["CODE"] if any(p.off for p in maker.positions) else [],
            "paymentGatewayNames": self._gateways(),
            "customAttributes": (
                [{"key": "VAT ID", "value": "ATU 1358 5627"}]
                if maker.stratum == "reverse_charge" and not self._has_account()
                else []
            ),
            "purchasingEntity": self._buyer(),
            "paymentTerms": None,
            **self._people(withheld=maker.stratum == "withheld" and not happened),
            "totalPriceSet": bag(total),
            "currentTotalPriceSet": bag(current),
            "currentTotalTaxSet": bag(tax),
            "totalTipReceivedSet": bag(300 if maker.stratum == "tip" else 0),
            "totalRefundedSet": bag(maker.refunded_money if happened else 0),
            "totalCashRoundingAdjustment": {
                "paymentSet": bag(maker.rounding),
                "refundSet": bag(0),
            },
            "additionalFees": [self._extra(fee) for fee in maker.fees],
            "lineItems": {
                "nodes": [self._position(p, happened) for p in maker.positions],
                "pageInfo": {"hasNextPage": False},
            },
            "shippingLines": {"nodes": [self._freight()]},
            "transactions": self._transactions(total, unpaid),
            "refunds": list(maker.refunds) if happened else [],
        }

    def _gateways(self) -> list[str]:
        if self.maker.stratum == "unpaid_return":
            return ["Rechnung"]
        if self.maker.stratum == "gift_used":
            return ["gift_card", "shopify_payments"]
        return ["shopify_payments"]

    def _transactions(self, total: int, unpaid: bool) -> list[Json]:
        parts = [("shopify_payments", total)]
        if self.maker.stratum == "gift_used":
            used = min(total, 500)
            parts = [("gift_card", used), ("shopify_payments", total - used)]
        if unpaid:
            return []
        return [
            {
                "id": f"{self.transaction_id}{index}",
                "kind": "SALE",
                "status": "SUCCESS",
                "gateway": gateway,
                "processedAt": self.maker.moment.isoformat(),
                "test": False,
                "amountSet": self.maker.bag(amount),
            }
            for index, (gateway, amount) in enumerate(parts)
        ]

    def _has_account(self) -> bool:
        """Every other company buys through its account, which knows its VAT number."""
        return self.maker.stratum == "reverse_charge" and bool(self.maker.index // 2 % 2)

    def _buyer(self) -> Json | None:
        if not self._has_account():
            return None
        number = self.maker.index
        return {
            "company": {"id": f"gid://shopify/Company/{number}", "name": "Handel GmbH"},
            "contact": {"id": f"gid://shopify/CompanyContact/{number}"},
            "location": {
                "id": f"gid://shopify/CompanyLocation/{number}",
                "name": "Wien",
                "taxSettings": {"taxRegistrationId": "ATU13585627"},
            },
        }

    def _people(self, *, withheld: bool) -> Json:
        """Customer and addresses, or nothing but an account and a country."""
        number, country = self.maker.index, self.maker.country
        account = {"id": self.customer_id, "firstName": None, "lastName": None, "locale": "de"}
        if withheld:
            address = {"name": None, "countryCodeV2": country}
            return {
                "email": None,
                "phone": None,
                "customerLocale": "de-DE",
                "customer": account,
                "billingAddress": address,
                "shippingAddress": address,
            }
        address = {
            "name": f"Käuferin {number}",
            "company": "Handel GmbH" if self.maker.stratum == "reverse_charge" else None,
            "address1": f"Weg {number}",
            "address2": None,
            "zip": "12345",
            "city": "Ort",
            "provinceCode": None,
            "countryCodeV2": country,
            "phone": None,
        }
        return {
            "email": f"g{number}@example.org",
            "phone": None,
            "customerLocale": "de-DE",
            "customer": {**account, "firstName": "Käuferin", "lastName": str(number)},
            "billingAddress": address,
            "shippingAddress": address,
        }

    def _taxes(self, position) -> list[Json]:
        if not position.rate:
            return []
        maker = self.maker
        taxes = {position.rate: maker.amounts(position)[1]}
        if position is maker.freight and maker.freight_parts:
            taxes = maker.freight_taxes()
        return [
            {
                "title": "MwSt.",
                "rate": float(rate),
                "channelLiable": maker.stratum == "marketplace",
                "priceSet": maker.bag(tax),
            }
            for rate, tax in taxes.items()
        ]

    def _offs(self, position) -> list[Json]:
        return [{"allocatedAmountSet": self.maker.bag(off)} for off in position.off]

    def _position(self, position, happened: bool) -> Json:
        maker = self.maker
        known = position.kind == "goods"
        variant = {"id": f"gid://shopify/ProductVariant/G{position.rate}", "barcode": None}
        # Without duties of its own, all of them are on the first position.
        duties = maker.duties if position is maker.positions[0] else []
        bundle = {"title": "Set"} if maker.stratum == "bundle" else None
        wishes = [{"key": "Gravur", "value": "=1+1 Für <b>Oma</b> ♥"}, {"key": "_id", "value": "7"}]
        return {
            "id": position.gid,
            "name": position.title,
            "title": position.title,
            "sku": f"G-{position.rate or '0'}" if known else None,
            "quantity": position.quantity,
            "currentQuantity": self._current(position, happened),
            "isGiftCard": position.kind == "gift",
            "product": {"id": "gid://shopify/Product/G"} if position.kind != "tip" else None,
            "variant": variant if known else None,
            **({"product": None} if position.kind in ("tip", "custom") else {}),
            "lineItemGroup": bundle,
            "customAttributes": wishes if maker.stratum == "personal" else [],
            "originalUnitPriceSet": maker.bag(position.price),
            "discountAllocations": self._offs(position),
            "taxLines": self._taxes(position),
            "duties": [self._extra(duty) for duty in duties],
        }

    def _current(self, position, happened: bool) -> int:
        if not happened:
            return position.quantity
        return 0 if self.maker.expected.cancelled else position.left

    def _freight(self) -> Json:
        freight = self.maker.freight
        return {
            "id": freight.gid,
            "title": freight.title,
            "code": freight.title,
            "isRemoved": False,
            "originalPriceSet": self.maker.bag(freight.price),
            "discountAllocations": self._offs(freight),
            "taxLines": self._taxes(freight),
        }

    def _extra(self, position) -> Json:
        return {
            "id": position.gid,
            "name": position.title,
            "price": self.maker.bag(position.price),
            "taxLines": self._taxes(position),
        }
