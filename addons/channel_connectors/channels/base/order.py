# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""An order as any channel delivers it, normalised and checked.

Amounts are ``Decimal`` in ``OrderData.currency``. Where ``taxes_included`` is true,
``unit_price`` and ``amount`` of a line contain the tax, else they do not. Rates are
fractions (``Decimal("0.07")`` is 7 %). Moments are aware datetimes in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum

from .money import ZERO


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
    """One tax of one line: its fraction and the amount the channel charged."""

    rate: Decimal
    amount: Decimal
    title: str = ""
    channel_liable: bool = False


@dataclass(frozen=True)
class Line:
    """One position. ``amount`` is the line's price after every discount."""

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

    @property
    def tax_total(self) -> Decimal:
        """Sum of the taxes."""
        return sum((tax.amount for tax in self.taxes), ZERO)


@dataclass(frozen=True)
class Payment:
    """Money that moved: positive when the customer paid, negative when paid back."""

    external_id: str
    gateway: str
    amount: Decimal
    currency: str
    moment: datetime
    succeeded: bool
    gift_card: bool = False
    test: bool = False


@dataclass(frozen=True)
class RefundLine:
    """Goods or shipping refunded: ``net`` without and ``tax`` the tax on it."""

    line_external_id: str
    quantity: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Refund:
    """A refund with what it was for; ``total`` is the money that went back."""

    external_id: str
    moment: datetime
    total: Decimal
    lines: tuple[RefundLine, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class OrderData:
    """One order. ``total`` and ``tax_total`` are the channel's own figures."""

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
    warnings: tuple[str, ...] = field(default=())

    def line_total(self, line: Line) -> Decimal:
        """Amount of a line with its tax."""
        return line.amount if self.taxes_included else line.amount + line.tax_total

    def line_net(self, line: Line) -> Decimal:
        """Amount of a line without its tax."""
        return line.amount - line.tax_total if self.taxes_included else line.amount

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
