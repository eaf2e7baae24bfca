# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a listing of Etsy says of the products that can be chosen of it."""

from decimal import Decimal

import pytest

from channels.etsy.products import variants_of


def listing(*, amount=690, divisor=100, **changes):
    offering = {"quantity": 1, "is_enabled": True, "price": {"amount": amount, "divisor": divisor}}
    product = {"product_id": 2, "sku": " A ", "property_values": [], "offerings": [offering]}
    return {"listing_id": 1, "title": "Soap", "inventory": {"products": [product]}, **changes}


@pytest.mark.parametrize(
    ("weight", "unit", "grams"),
    [
        (1.5, "kg", "1500"),
        (80, "g", "80"),
        (2, "oz", "56.69904625"),
        (5, None, "0"),
        (None, "g", "0"),
    ],
)
def test_weight(weight, unit, grams):
    (variant,) = variants_of(listing(item_weight=weight, item_weight_unit=unit))
    assert variant.weight == Decimal(grams)


def test_price_is_never_divided_by_nothing():
    (variant,) = variants_of(listing())
    assert (variant.price, variant.sku, variant.title) == (Decimal("6.90"), "A", "Soap")
    (variant,) = variants_of(listing(divisor=0))
    assert variant.price == 0


def test_price_of_what_is_on_sale():
    node = listing()
    (product,) = node["inventory"]["products"]
    cheap = {"quantity": 0, "is_enabled": False, "price": {"amount": 1, "divisor": 100}}
    product["offerings"].insert(0, cheap)
    assert next(variants_of(node)).price == Decimal("6.90")


def test_without_inventory():
    assert not list(variants_of({"listing_id": 1, "title": "Soap", "inventory": None}))
