# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products of a channel: what it has, what it is to have, and which of ours they are.

Prices are those the channel shows, with or without tax as it does; weights are in grams.
A unit price is told by the net content and the quantity it is shown for, as in
``500 G / 1 KG``; empty if the channel shows none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

SMALLEST_CONTENT = 10
REFERENCE = 1000
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Variant:
    """A variant as the channel has it. ``is_ended``: its offer has run out of time."""

    external_id: str
    product_id: str
    title: str
    sku: str = ""
    barcode: str = ""
    price: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    unit_price: str = ""
    taxable: bool = True
    is_gift_card: bool = False
    is_ended: bool = False


@dataclass(frozen=True)
class VariantWish:
    """A variant as it is to be made. ``options`` tell it from the others of its product;
    ``unit_price`` is None where nobody knows the net content.
    """

    sku: str
    price: str
    barcode: str = ""
    weight: str = "0"
    unit_price: str | None = None
    taxable: bool = True
    tracked: bool = True
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ProductWish:
    """A product to be made with its variants. The same handle never gives a second one."""

    title: str
    handle: str
    variants: tuple[VariantWish, ...]

    def as_json(self) -> dict[str, Any]:
        """For keeping in an intent."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ProductWish:
        """The wish kept by ``as_json``."""
        variants = (
            VariantWish(
                **{**row, "options": tuple((name, value) for name, value in row["options"])}
            )
            for row in data["variants"]
        )
        return cls(data["title"], data["handle"], tuple(variants))


class Doubt(str, Enum):
    """Why nobody but a person can say which product it is."""

    SKU = "sku"
    BARCODE = "barcode"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Match:
    """The product found, or the doubt; neither if there is none."""

    product: int | None = None
    doubt: Doubt | None = None


def match(
    sku: str,
    barcode: str,
    by_sku: Mapping[str, Collection[int]],
    by_barcode: Mapping[str, Collection[int]],
) -> Match:
    """Which of our products a variant is: the one with its SKU, else with its barcode.

    Several products with the SKU, or with the barcode where no SKU helps, are a doubt, and so
    is a barcode that belongs to another product than the SKU.
    """
    same_sku = set(by_sku.get(sku, ())) if sku else set()
    same_barcode = set(by_barcode.get(barcode, ())) if barcode else set()
    if len(same_sku) > 1:
        return Match(doubt=Doubt.SKU)
    if same_sku and same_barcode and not same_sku <= same_barcode:
        return Match(doubt=Doubt.CONFLICT)
    found = same_sku or same_barcode
    if len(found) > 1:
        return Match(doubt=Doubt.BARCODE)
    return Match(product=next(iter(found), None))


def unit_price(content: Fraction, *, is_volume: bool) -> str:
    """How the price per unit (Grundpreis) is to be shown for a net content.

    PAngV of 2022, § 4 (1) and § 5 (1): for one kilogram or litre. Empty where none is
    required: below 10 g or 10 ml (§ 4 (3) no. 1), and where it equals the price itself.

    :param content: net content in grams or millilitres, more than 0
    """
    if content < SMALLEST_CONTENT or content == REFERENCE:
        return ""
    exact = Decimal(content.numerator) / Decimal(content.denominator)
    quantity = plain(round(exact, 3))
    return f"{quantity} ML / 1 L" if is_volume else f"{quantity} G / 1 KG"


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def handle(title: str, sku: str) -> str:
    """The address of a product in a channel: readable, and its own because of the SKU."""
    text = f"{title} {sku}".lower().translate(_GERMAN)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")[-200:].strip("-")
