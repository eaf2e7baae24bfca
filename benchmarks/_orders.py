"""Orders for the benchmark of the import, as the bytes a shop answers with.

No discounts: the other connector refuses most orders that have any.
"""

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.generated.arithmetic import tax_in, text

Json = dict[str, Any]
RATES = ("0.07", "0.19")
GOODS = {f"BENCH-{number}": RATES[number % 2] for number in range(40)}
MOMENT = "2026-11-02T09:00:00Z"


def pages(count: int, first: int, size: int = 50) -> Iterator[bytes]:
    """Answers with a page of orders each; every order of another customer."""
    for start in range(first, first + count, size):
        nodes = [order(number) for number in range(start, min(start + size, first + count))]
        yield json.dumps({"data": {"orders": {"nodes": nodes}}}).encode()


def bag(cents: int) -> Json:
    """Amount in the one currency."""
    money = {"amount": text(cents), "currencyCode": "EUR"}
    return {"shopMoney": money, "presentmentMoney": money}


def customer(number: int) -> Json:
    """The customer of an order."""
    return {
        "id": f"gid://shopify/Customer/{number}",
        "firstName": "Kundin",
        "lastName": str(number),
        "displayName": f"Kundin {number}",
        "email": f"bench{number}@example.org",
        "defaultEmailAddress": {"emailAddress": f"bench{number}@example.org"},
        "defaultPhoneNumber": None,
        "phone": None,
        "locale": "de",
        "tags": [],
        "taxExempt": False,
        "updatedAt": MOMENT,
        "defaultAddress": {"id": f"gid://shopify/MailingAddress/{number}"},
        "addressesV2": {"nodes": [address(number)]},
    }


def address(number: int) -> Json:
    """Where that customer lives."""
    return {
        "id": f"gid://shopify/MailingAddress/{number}",
        "name": f"Kundin {number}",
        "firstName": "Kundin",
        "lastName": str(number),
        "company": None,
        "address1": f"Feldweg {number % 97 + 1}",
        "address2": None,
        "zip": f"{10000 + number % 89999:05d}",
        "city": "Ort",
        "province": None,
        "provinceCode": None,
        "country": "Germany",
        "countryCodeV2": "DE",
        "phone": None,
    }


def _taxes(amount: int, rate: str) -> list[Json]:
    tax = tax_in(amount, Fraction(rate), gross=True)
    return [{"title": "MwSt.", "rate": float(rate), "channelLiable": False, "priceSet": bag(tax)}]


def _position(number: int, index: int, sku: str, quantity: int, price: int) -> Json:
    serial = list(GOODS).index(sku)
    return {
        "id": f"gid://shopify/LineItem/{number}{index}",
        "name": sku,
        "title": sku,
        "sku": sku,
        "quantity": quantity,
        "currentQuantity": quantity,
        "refundableQuantity": quantity,
        "isGiftCard": False,
        "product": {"id": f"gid://shopify/Product/{serial}", "isGiftCard": False},
        "variant": {"id": f"gid://shopify/ProductVariant/{serial}", "sku": sku, "barcode": None},
        "lineItemGroup": None,
        "customAttributes": [],
        "originalUnitPriceSet": bag(price),
        "discountedUnitPriceAfterAllDiscountsSet": bag(price),
        "discountedTotalSet": bag(price * quantity),
        "discountAllocations": [],
        "taxLines": _taxes(price * quantity, GOODS[sku]),
        "duties": [],
    }


def order(number: int) -> Json:
    """One order with three goods on average, and freight."""
    chance = random.Random(number)
    chosen = [
        (sku, chance.randint(1, 6), chance.randint(199, 2999))
        for sku in chance.sample(list(GOODS), chance.randint(1, 5))
    ]
    lines = [_position(number, index, *row) for index, row in enumerate(chosen)]
    goods = sum(quantity * price for _sku, quantity, price in chosen)
    freight = 490
    freight_tax = _taxes(freight, "0.19")
    tax = sum(
        tax_in(price * quantity, Fraction(GOODS[sku]), gross=True)
        for sku, quantity, price in chosen
    ) + tax_in(freight, Fraction("0.19"), gross=True)
    total = goods + freight
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#B{number}",
        "number": number,
        "poNumber": None,
        "test": False,
        "createdAt": MOMENT,
        "processedAt": MOMENT,
        "updatedAt": MOMENT,
        "cancelledAt": None,
        "edited": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "sourceName": "web",
        "tags": [],
        "note": None,
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "EUR",
        "taxesIncluded": True,
        "email": f"bench{number}@example.org",
        "phone": None,
        "customerLocale": "de-DE",
        "discountCodes": [],
        "paymentGatewayNames": ["shopify_payments"],
        "customAttributes": [],
        "customer": customer(number),
        "billingAddress": address(number),
        "shippingAddress": address(number),
        "totalPriceSet": bag(total),
        "currentTotalPriceSet": bag(total),
        "currentSubtotalPriceSet": bag(goods),
        "currentTotalDiscountsSet": bag(0),
        "currentShippingPriceSet": bag(freight),
        "currentTotalTaxSet": bag(tax),
        "totalTipReceivedSet": bag(0),
        "totalRefundedSet": bag(0),
        "totalCashRoundingAdjustment": {"paymentSet": bag(0), "refundSet": bag(0)},
        "additionalFees": [],
        "risk": {"assessments": [], "recommendation": "NONE"},
        "lineItems": {"nodes": lines, "pageInfo": {"hasNextPage": False}},
        "shippingLines": {
            "nodes": [
                {
                    "id": f"gid://shopify/ShippingLine/{number}",
                    "title": "Paket",
                    "code": "Paket",
                    "isRemoved": False,
                    "originalPriceSet": bag(freight),
                    "currentDiscountedPriceSet": bag(freight),
                    "discountAllocations": [],
                    "taxLines": freight_tax,
                }
            ]
        },
        "transactions": [
            {
                "id": f"gid://shopify/OrderTransaction/{number}",
                "kind": "SALE",
                "status": "SUCCESS",
                "gateway": "shopify_payments",
                "formattedGateway": "Shopify Payments",
                "processedAt": MOMENT,
                "test": False,
                "amountSet": bag(total),
            }
        ],
        "refunds": [],
        "returns": {"nodes": []},
    }
