# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The smallest channel there can be: what ``docs/adding-a-channel.md`` asks for, and no more.

Its shop is a dictionary instead of a site, so there is no client.
"""

import re
from datetime import datetime, timezone
from decimal import Decimal

from ..channels.base.adapter import Capabilities, OrderPage, ShopInfo
from ..channels.base.address import check_address
from ..channels.base.errors import AuthenticationError
from ..channels.base.order import (
    Address,
    Customer,
    Line,
    LineKind,
    OrderData,
    Payment,
    PaymentState,
    Tax,
)
from ..channels.base.reading import digest, read_order, text

BASE = "https://api.market.example"
HOST = re.compile(r"api\.market\.example")
KEY = "the key of the shop"
RATE = Decimal("0.19")


def new_order(number="M-1", price="11.90", updated=1_794_800_000):
    """An order as this channel writes it."""
    return {
        "number": number,
        "updated": updated,
        "buyer": {"id": "B-7", "name": "Marie Schäfer", "mail": "marie@example.com"},
        "ship_to": {
            "name": "Marie Schäfer",
            "street": "Lindenstraße 12a",
            "zip": "04109",
            "city": "Leipzig",
            "country": "DE",
        },
        "items": [{"id": "1", "sku": "NEW-1", "title": "Candle", "pieces": 2, "price": price}],
        "total": str(2 * Decimal(price)),
    }


class NewChannelAdapter:
    """One shop of it."""

    capabilities = Capabilities(label="Market", api_base=BASE, example=BASE)
    shop = [new_order()]

    def __init__(self, credentials, *, state=None):
        self.credentials = credentials

    @staticmethod
    def check_api_base(api_base, *, local=False):
        return check_address(api_base, HOST, BASE, local=local)

    def shop_info(self):
        if self.credentials.client_secret != KEY:
            raise AuthenticationError("the key is wrong", "credentials")
        return ShopInfo(
            name="Market Stall",
            currency="EUR",
            taxes_included=True,
            country_code="DE",
            missing_scopes=(),
            api_version="1",
            api_version_supported=True,
        )

    def order_count(self, since):
        return len(self.shop)

    def order_pages(self, since):
        start = since.timestamp() if since else 0
        found = sorted(
            (order for order in self.shop if order["updated"] >= start),
            key=lambda order: order["updated"],
        )
        if found:
            yield OrderPage(tuple(found), moment(found[-1]["updated"]))

    @staticmethod
    def order_key(payload):
        return payload["number"], payload["number"], moment(payload["updated"])

    @staticmethod
    def payload_digest(payload):
        return digest(payload, {"updated"})

    @staticmethod
    def redact(payload):
        return {**payload, "buyer": {}, "ship_to": {"country": payload["ship_to"]["country"]}}

    @staticmethod
    def parse_order(payload):
        return read_order(order_of, payload)


def order_of(payload):
    """Our order; ``read_order`` catches what is not as expected, and checks the sums."""
    lines = tuple(map(parse_line, payload["items"]))
    when, buyer, to = moment(payload["updated"]), payload["buyer"], payload["ship_to"]
    address = Address(
        name=text(to.get("name")),
        street=text(to.get("street")),
        zip=text(to.get("zip")),
        city=text(to.get("city")),
        country_code=to["country"],
    )
    total = Decimal(payload["total"])
    return OrderData(
        external_id=payload["number"],
        name=payload["number"],
        currency="EUR",
        taxes_included=True,
        ordered_at=when,
        updated_at=when,
        total=total,
        tax_total=sum(line.tax_total for line in lines),
        payment_state=PaymentState.PAID,
        customer=Customer(text(buyer.get("id")), text(buyer.get("name")), text(buyer.get("mail"))),
        billing=address,
        shipping=address,
        lines=lines,
        payments=(Payment(f"{payload['number']}/1", "market", total, "EUR", when, True),),
        shop_currency="EUR",
        gateways=("market",),
    )


def parse_line(item):
    """A position; prices of this channel contain the tax, and every rate is the same."""
    amount = Decimal(item["price"]) * item["pieces"]
    tax = (amount * RATE / (1 + RATE)).quantize(Decimal("0.01"))
    return Line(
        external_id=item["id"],
        kind=LineKind.GOODS,
        title=item["title"],
        quantity=Decimal(item["pieces"]),
        unit_price=Decimal(item["price"]),
        amount=amount,
        taxes=(Tax(RATE, tax),),
        sku=item["sku"],
    )


def moment(seconds):
    """A moment as the engine wants it."""
    return datetime.fromtimestamp(seconds, timezone.utc)
