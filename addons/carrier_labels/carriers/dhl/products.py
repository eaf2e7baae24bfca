# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products of DHL Parcel DE: where they go, what they hold, and how they are billed.

Measures are DHL's of 2026 for business customers, in kilograms and millimetres.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from ..base.types import Parcel, Services

HOME = "DE"
RETURNS = "retoure"
# The two digits of a billing number that stand for DHL Retoure.
RETURNS_PROCEDURE = "07"


@dataclass(frozen=True)
class Product:
    """What DHL sells. ``size`` is the largest parcel, the longest side first; () for any."""

    name: str
    procedure: str
    domestic: bool
    max_weight: Decimal
    size: tuple[int, ...] = ()
    # Of the services, those this product can have.
    services: frozenset[str] = frozenset()


_PARCEL = frozenset(
    ("age", "named_person", "signature", "no_neighbour", "insurance", "bulky", "return_label")
)
_ABROAD = frozenset(
    ("insurance", "bulky", "premium", "closest_drop_point", "endorsement", "duty_paid")
)
PRODUCTS = {
    "V01PAK": Product("DHL Paket", "01", True, Decimal("31.5"), (), _PARCEL),
    "V62KP": Product(
        "DHL Kleinpaket", "62", True, Decimal(1), (353, 250, 80), frozenset(("return_label",))
    ),
    "V53WPAK": Product("DHL Paket International", "53", False, Decimal("31.5"), (), _ABROAD),
    "V54EPAK": Product(
        "DHL Europaket", "54", False, Decimal("31.5"), (), frozenset(("insurance", "endorsement"))
    ),
    "V66WPI": Product(
        "DHL Kleinpaket International / Warenpost International",
        "66",
        False,
        Decimal(1),
        (353, 250, 100),
        frozenset(("premium", "endorsement")),
    ),
}
# Tried in this order where the product is chosen by itself.
AUTOMATIC = {True: ("V62KP", "V01PAK"), False: ("V66WPI", "V53WPAK", "V54EPAK")}


def billing_number(ekp: str, product: str, participation: str) -> str:
    """EKP (10), procedure of the product (2) and participation (2)."""
    procedure = RETURNS_PROCEDURE if product == RETURNS else PRODUCTS[product].procedure
    return f"{ekp}{procedure}{participation}"


def wanted_services(services: Services) -> set[str]:
    """Names of the services that are asked for."""
    names = frozenset().union(*(product.services for product in PRODUCTS.values()))
    return {name for name in names if getattr(services, name)}


def fits(product: Product, parcel: Parcel) -> bool:
    """Whether a parcel is not too heavy and certainly not too large for a product."""
    sides = sorted((parcel.length, parcel.width, parcel.height), reverse=True)
    if product.size and not all(sides):
        return False
    small = all(side <= most for side, most in zip(sides, product.size or sides, strict=True))
    return small and parcel.weight <= product.max_weight


def choose(
    country: str, parcels: Collection[Parcel], services: Services, contracts: Collection[str]
) -> str:
    """The smallest product that holds every parcel and has a contract; "" if there is none."""
    wanted = wanted_services(services) - ({"endorsement"} if country == HOME else set())
    for code in AUTOMATIC[country == HOME]:
        product = PRODUCTS[code]
        offered = code in contracts and wanted <= product.services
        if offered and all(fits(product, parcel) for parcel in parcels):
            return code
    return ""
