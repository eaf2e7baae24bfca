# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders of a small beekeeper's German shop, made up and computed here.

One order for each situation an importer meets, and a generator for any number of plain
ones. Amounts follow the vendor's rules: a line's tax is rounded per line, a discount for
the whole order is allocated by largest remainder.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]
CENT = Decimal("0.01")
CHF = Decimal("0.94")
FIRST_DAY = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)

# SKU: title, gross price, rate in Germany, rate in Austria
CATALOGUE = {
    "HON-500": ("Blütenhonig 500 g", "7.99", "0.07", "0.1"),
    "HON-250W": ("Waldhonig 250 g", "5.49", "0.07", "0.1"),
    "KER-1": ("Bienenwachskerze", "12.95", "0.19", "0.2"),
    "LIP-1": ("Lippenpflege Propolis", "4.95", "0.19", "0.2"),
    "GUT-25": ("Geschenkgutschein 25 EUR", "25.00", "", ""),
}
HOME = ("Hanna Lindner", "", "Lindenallee 12", "04109", "Leipzig", "DE")
FRIEND = ("Jakob Lindner", "", "Am Hang 3", "87527", "Sonthofen", "DE")
VIENNA = ("Franz Huber", "", "Rosengasse 8", "1040", "Wien", "AT")
ZURICH = ("Reto Keller", "", "Seeweg 5", "8002", "Zürich", "CH")
SHOP = ("Hanna Lindner", "Naturkost Lindner GmbH", "Lindenallee 12", "04109", "Leipzig", "DE")


@dataclass
class Spec:
    """What makes an order special; everything else follows."""

    note: str
    goods: list[tuple[str, int]]
    code: str = ""
    percent: int = 0
    fixed: str = ""
    free_shipping: bool = False
    freight: str | None = "4.90"
    billing: tuple[str, ...] = HOME
    shipping: tuple[str, ...] | None = HOME
    country: str = "DE"
    currency: str = "EUR"
    net: bool = False
    tip: str = ""
    custom: tuple[str, str, str] | None = None
    guest: bool = False
    test: bool = False
    cancelled: bool = False
    status: str = "PAID"
    tenders: list[tuple[str, str | None]] = field(
        default_factory=lambda: [("shopify_payments", "")]
    )
    removed: int = 0
    refund: bool = False
    bundle: str = ""
    reference: str = ""


SPECS = [
    Spec("ordinary order", [("HON-500", 2), ("HON-250W", 1)]),
    Spec(
        "two rates and ten percent off",
        [("HON-500", 3), ("KER-1", 1), ("LIP-1", 2)],
        code="BLUETE",
        percent=10,
    ),
    Spec(
        "five euros off, spread over the lines",
        [("HON-500", 3), ("HON-250W", 3), ("KER-1", 2)],
        code="FUENFER",
        fixed="5.00",
    ),
    Spec("no freight with a code", [("HON-500", 1)], code="FREI", free_shipping=True),
    Spec("sent to somebody else", [("KER-1", 1)], shipping=FRIEND),
    Spec("with a tip", [("HON-500", 2)], tip="3.00"),
    Spec("a voucher is bought", [("GUT-25", 1)], freight=None, shipping=None),
    Spec(
        "a voucher pays a part",
        [("HON-500", 4), ("LIP-1", 1)],
        tenders=[("gift_card", "25.00"), ("shopify_payments", "")],
    ),
    Spec(
        "to Austria, taxed there",
        [("HON-500", 2), ("KER-1", 1)],
        freight="9.90",
        billing=VIENNA,
        shipping=VIENNA,
        country="AT",
    ),
    Spec(
        "to Switzerland, shown in francs, no tax",
        [("HON-500", 2), ("KER-1", 1)],
        freight="14.90",
        billing=ZURICH,
        shipping=ZURICH,
        country="CH",
        currency="CHF",
    ),
    Spec("a trial by the merchant", [("HON-500", 1)], test=True, tenders=[("bogus", "")]),
    Spec(
        "pays in advance, has not yet", [("HON-250W", 2)], status="PENDING", tenders=[("Bank", "")]
    ),
    Spec(
        "given up before paying",
        [("HON-500", 1), ("KER-1", 1)],
        cancelled=True,
        status="VOIDED",
        tenders=[],
    ),
    Spec(
        "one jar and the freight given back",
        [("HON-500", 3), ("KER-1", 1)],
        code="BLUETE",
        percent=10,
        status="PARTIALLY_REFUNDED",
        refund=True,
    ),
    Spec("one of five taken out later", [("HON-500", 5)], code="BLUETE", percent=20, removed=1),
    Spec("made to measure, no account", [], custom=("Geschenkkorb", "49.00", "0.19"), guest=True),
    Spec(
        "a company, prices without tax",
        [("HON-250W", 10), ("HON-500", 10)],
        net=True,
        billing=SHOP,
        reference="B-2026-17",
    ),
    Spec("a set of two", [("HON-500", 1), ("HON-250W", 1)], bundle="Kennenlernset"),
]


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


class _Builder:
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
        serial = 4000 + list(CATALOGUE).index(sku) if sku else 0
        variant = {
            "id": f"gid://shopify/ProductVariant/{serial}",
            "sku": sku,
            "barcode": None,
            "inventoryItem": {"id": f"gid://shopify/InventoryItem/{serial}"},
        }
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
            "product": {"id": f"gid://shopify/Product/{serial}"} if sku else None,
            "variant": variant if sku else None,
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
            "refundLineItems": {
                "nodes": [
                    {
                        "id": self.gid("RefundLineItem"),
                        "quantity": 1,
                        "restockType": "NO_RESTOCK",
                        "restocked": False,
                        "lineItem": {"id": line["id"]},
                        "priceSet": self.bag(amount),
                        "subtotalSet": self.bag(amount),
                        "totalTaxSet": self.bag(tax),
                    }
                ]
            },
            "refundShippingLines": {
                "nodes": [
                    {
                        "id": self.gid("RefundShippingLine"),
                        "shippingLine": {"id": self.freights[0]["id"]},
                        "subtotalAmountSet": self.bag(self.freight_total - freight_tax),
                        "taxAmountSet": self.bag(freight_tax),
                    }
                ]
            },
            "orderAdjustments": {"nodes": []},
            "transactions": {"nodes": []},
            "order": {"id": order["id"]},
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


def _build(specs: list[Spec], first_number: int, spacing: timedelta) -> list[_Builder]:
    ids = itertools.count(91000000000 + first_number * 1000)
    return [
        _Builder(spec, first_number + i, ids, FIRST_DAY + i * spacing)
        for i, spec in enumerate(specs)
    ]


def sample_orders() -> tuple[list[Json], list[Json]]:
    """One order for each situation, and the refunds among them."""
    built = [builder.build() for builder in _build(SPECS, 1001, timedelta())]
    return [order for order, _ in built], [refund for _, refund in built if refund]


def expected() -> dict[str, Json]:
    """Totals any reader of ``sample_orders`` has to arrive at, by order name."""
    totals = {}
    for builder in _build(SPECS, 1001, timedelta()):
        order, _refund = builder.build()
        totals[order["name"]] = {
            "note": builder.spec.note,
            "total": str(cents(builder.total)),
            "tax": str(cents(builder.tax)),
            "lines": str(cents(builder.goods_total)),
            "shipping": str(cents(builder.freight_total)),
        }
    return totals


def generate(count: int, seed: int = 1) -> list[Json]:
    """Ordinary orders with one to five lines, some with a discount; same seed, same orders."""
    chance = random.Random(seed)
    skus = [sku for sku in CATALOGUE if sku != "GUT-25"]
    specs = []
    for index in range(count):
        chosen = chance.sample(skus, chance.randint(1, len(skus)))
        goods = [(sku, chance.randint(1, 9)) for sku in chosen]
        street = f"Feldweg {index % 97 + 1}"
        home = (f"Kundin {index}", "", street, f"{10000 + index % 89999:05d}", "Ort", "DE")
        percent = chance.choice([0, 0, 5, 10, 15])
        specs.append(
            Spec(
                "generated",
                goods,
                code="ZUFALL" if percent else "",
                percent=percent,
                billing=home,
                shipping=home,
            )
        )
    orders = []
    for index, builder in enumerate(_build(specs, 5001, timedelta(minutes=3))):
        order, _refund = builder.build()
        order["email"] = f"kundin{index}@example.org"
        order["customer"] |= {
            "id": f"gid://shopify/Customer/{700000 + index}",
            "displayName": f"Kundin {index}",
            "firstName": "Kundin",
            "lastName": str(index),
            "defaultEmailAddress": {"emailAddress": order["email"]},
        }
        orders.append(order)
    return orders
