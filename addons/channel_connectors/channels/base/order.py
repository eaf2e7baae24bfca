# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""An order as any channel delivers it, normalised and checked.

Amounts are ``Decimal`` in ``OrderData.currency``, the currency the customer was charged;
``shop_currency`` is the one the shop keeps its books in and only tells how a payment was
settled. Where ``taxes_included`` is true,
``unit_price`` and ``amount`` of a line contain the tax, else they do not. Rates are
fractions (``Decimal("0.07")`` is 7 %). Moments are aware datetimes in UTC.

Where ``taxes_told`` is false the channel says nothing about taxes: prices contain whatever tax
the goods have where they go, which is for the importer to find.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum

from .money import ZERO

GIFT_CARD_GATEWAY = "gift_card"
NO_GATEWAY = "(none)"
# The title of a line the channel charges for wrapping a gift; shown in the reader's language.
GIFT_WRAP = "Gift wrap"
ADDRESS_PARTS = ("name", "company", "street", "street2", "zip", "city", "country_code")


class LineKind(str, Enum):
    """What a line stands for; everything but goods is booked on a channel's product."""

    GOODS = "goods"
    CUSTOM = "custom"
    GIFT_CARD = "gift_card"
    TIP = "tip"
    SHIPPING = "shipping"
    FEE = "fee"
    ROUNDING = "rounding"


class PaymentState(str, Enum):
    """How far the customer has paid, in words all channels share."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


@dataclass(frozen=True)
class Address:
    """A postal address; every part may be empty when the channel withholds it."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    state_code: str = ""
    country_code: str = ""
    phone: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Content that makes two addresses the same, whatever case and spacing."""
        parts = (
            self.name,
            self.company,
            self.street,
            self.street2,
            self.zip,
            self.city,
            self.country_code,
        )
        return tuple(" ".join(part.split()).casefold() for part in parts)

    @property
    def is_empty(self) -> bool:
        """True if nothing in it could guide a parcel or an invoice."""
        return not any(self.key)

    @property
    def is_withheld(self) -> bool:
        """True if the channel says no more than a country."""
        return not any((self.name, self.company, self.street, self.zip, self.city))

    @property
    def is_deliverable(self) -> bool:
        """True if a parcel could find its way."""
        return all((self.street, self.city, self.country_code))


@dataclass(frozen=True)
class Customer:
    """Who ordered. ``external_id`` is empty for a guest."""

    external_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Tax:
    """One tax of one line: its fraction and the amount the channel charged.

    ``at_home`` is the rate these goods have at home, where the channel tells no taxes.
    """

    rate: Decimal
    amount: Decimal
    title: str = ""
    channel_liable: bool = False
    at_home: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One position. ``amount`` is the line's price after every discount; ``is_digital`` goods
    are never sent.
    """

    external_id: str
    kind: LineKind
    title: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    taxes: tuple[Tax, ...] = ()
    sku: str = ""
    barcode: str = ""
    variant_id: str = ""
    product_id: str = ""
    group: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    is_digital: bool = False

    @property
    def tax_total(self) -> Decimal:
        """Sum of the taxes."""
        return sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def wishes(self) -> tuple[tuple[str, str], ...]:
        """What the customer asked for on this line; names with ``_`` are notes of apps."""
        return tuple((k, v) for k, v in self.attributes if v and not k.startswith("_"))


@dataclass(frozen=True)
class Payment:
    """Money that moved: positive when the customer paid, negative when paid back.

    ``settled`` is the same amount in the shop's currency, as the channel converted it.
    """

    external_id: str
    gateway: str
    amount: Decimal
    currency: str
    moment: datetime
    succeeded: bool
    gift_card: bool = False
    test: bool = False
    settled: Decimal = ZERO


class Restock(str, Enum):
    """What became of refunded goods, as far as the channel knows."""

    RETURN = "return"
    CANCEL = "cancel"
    NONE = "none"


@dataclass(frozen=True)
class RefundLine:
    """Goods or shipping refunded: ``net`` without and ``tax`` the tax on it.

    ``kept`` is how many pieces of the line the customer keeps or still expects after this
    refund.
    """

    line_external_id: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    restock: Restock = Restock.NONE
    kept: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        """Amount with tax."""
        return self.net + self.tax


@dataclass(frozen=True)
class Refund:
    """A refund with what it was for; ``total`` is the money that went back."""

    external_id: str
    moment: datetime
    total: Decimal
    lines: tuple[RefundLine, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Gift:
    """What the giver wants of a gift: words to go with it, and whether it is wrapped."""

    message: str = ""
    sender: str = ""
    is_wrapped: bool = False


@dataclass(frozen=True)
class OrderData:
    """One order. ``total`` and ``tax_total`` are the channel's own figures.

    ``tax_collected`` is tax the channel has charged on top and pays to the state itself: it is
    neither in the lines nor in the total. ``address_withheld`` is true as long as nobody knows
    where the goods go; ``is_unpaid`` where goods must not leave before the channel has the money.
    """

    external_id: str
    name: str
    currency: str
    taxes_included: bool
    ordered_at: datetime
    updated_at: datetime
    total: Decimal
    tax_total: Decimal
    payment_state: PaymentState
    customer: Customer = Customer()
    billing: Address = Address()
    shipping: Address = Address()
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    amount_refunded: Decimal = ZERO
    test: bool = False
    cancelled_at: datetime | None = None
    note: str = ""
    purchase_reference: str = ""
    sales_source: str = ""
    tags: tuple[str, ...] = ()
    shop_currency: str = ""
    vat: str = ""
    discount_codes: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    payment_terms: str = ""
    taxes_told: bool = True
    tax_collected: Decimal = ZERO
    address_withheld: bool = False
    is_unpaid: bool = False
    gift: Gift | None = None

    def line_total(self, line: Line) -> Decimal:
        """Amount of a line with its tax."""
        return line.amount if self.taxes_included else line.amount + line.tax_total

    def line_net(self, line: Line) -> Decimal:
        """Amount of a line without its tax."""
        return line.amount - line.tax_total if self.taxes_included else line.amount

    def completed(self, parts: Mapping[str, str]) -> OrderData:
        """The order with what a person added to the address the goods go to, and the VAT
        number they corrected. What the channel says of an address is never replaced.
        """
        if not parts:
            return self
        billed = self.shipping.is_empty and not self.billing.is_empty
        address = self.billing if billed else self.shipping
        missing = {
            part: parts[part]
            for part in ADDRESS_PARTS
            if parts.get(part) and not getattr(address, part)
        }
        address = replace(address, **missing)
        withheld = self.address_withheld and not address.is_deliverable
        order = replace(self, vat=parts.get("vat", self.vat), address_withheld=withheld)
        if self.address_withheld and address.name:
            # The channel names who gets the goods; where it withholds that, a person does.
            order = replace(order, customer=replace(self.customer, name=address.name))
        return replace(order, billing=address) if billed else replace(order, shipping=address)

    @property
    def computed_total(self) -> Decimal:
        """Sum of the lines with tax."""
        return sum((self.line_total(line) for line in self.lines), ZERO)

    @property
    def computed_tax(self) -> Decimal:
        """Sum of the lines' taxes."""
        return sum((line.tax_total for line in self.lines), ZERO)

    @property
    def destination(self) -> str:
        """Country the goods go to, or of the invoice when nothing is shipped."""
        return self.shipping.country_code or self.billing.country_code

    @property
    def shipping_method(self) -> str:
        """Title of the way the goods are sent, empty if nothing is."""
        return next((li.title for li in self.lines if li.kind == LineKind.SHIPPING), "")

    @property
    def payment_key(self) -> str:
        """What says how the customer pays: the terms agreed, else the gateway, which is
        not the gift card if something else pays too. Empty if nothing is to be paid.
        """
        if self.payment_terms:
            return f"terms: {self.payment_terms}"
        others = [name for name in self.gateways if name != GIFT_CARD_GATEWAY]
        if others or self.gateways:
            return (others or list(self.gateways))[0]
        return "" if self.cancelled_at or not self.total else NO_GATEWAY
