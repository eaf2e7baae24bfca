# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""An inventory written back is the one that was read, but for its quantities."""

import copy
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.etsy import inventory

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "channels" / "samples" / "etsy"
PROPERTIES = (100, 513, 514)


@st.composite
def inventories(draw):
    """Listings with up to three variations; the quantity goes with some of them."""
    count = draw(st.integers(0, 3))
    varies = draw(st.lists(st.sampled_from(PROPERTIES[:count]), unique=True)) if count else []
    values = [draw(st.integers(1, 3)) for _property in range(count)]
    combinations = [()]
    for index, number in enumerate(values):
        combinations = [
            (*row, (PROPERTIES[index], 1000 * index + value))
            for row in combinations
            for value in range(number)
        ]
    shared = {}
    products = []
    for number, choice in enumerate(combinations):
        place = tuple(part for part in choice if part[0] in varies)
        quantity = shared.setdefault(place, draw(st.integers(0, 999)))
        products.append(
            {
                "product_id": 22_000 + number,
                "sku": draw(st.sampled_from(["", "SKU-1", "Ö/7"])),
                "is_deleted": False,
                "offerings": [
                    {
                        "offering_id": 23_000 + number,
                        "quantity": quantity,
                        "is_enabled": draw(st.booleans()),
                        "is_deleted": False,
                        "price": {
                            "amount": draw(st.integers(20, 99_999)),
                            "divisor": 100,
                            "currency_code": "EUR",
                        },
                        "readiness_state_id": draw(st.sampled_from([1402, 1403, None])),
                    }
                ],
                "property_values": [
                    {
                        "property_id": number,
                        "property_name": draw(st.sampled_from([f"P{number}", None])),
                        "scale_id": draw(st.sampled_from([44, None])),
                        "scale_name": "Gramm",
                        "value_ids": [value],
                        "values": [f"V{value}"],
                    }
                    for number, value in choice
                ],
            }
        )
    return {
        "products": products,
        "price_on_property": list(PROPERTIES[:count]),
        "quantity_on_property": varies,
        "sku_on_property": [],
        "readiness_state_on_property": list(PROPERTIES[:count]),
    }


def kept(product):
    """All of a product that a stock push must not change, in the form of a request."""
    return {
        "sku": product["sku"],
        "choices": [
            {key: value for key, value in row.items() if key != "scale_name" and value is not None}
            for row in product["property_values"]
        ],
        "offerings": [
            (
                Decimal(row["price"]["amount"]) / row["price"]["divisor"],
                row["is_enabled"],
                row["readiness_state_id"],
            )
            for row in product["offerings"]
        ],
    }


def sent(product):
    return {
        "sku": product["sku"],
        "choices": product["property_values"],
        "offerings": [
            (Decimal(str(row["price"])), row["is_enabled"], row["readiness_state_id"])
            for row in product["offerings"]
        ],
    }


@given(inventories(), st.integers(-5, 2000), st.data())
def test_only_quantities_change(before, quantity, data):
    original = copy.deepcopy(before)
    levels = inventory.levels(7, before)
    item = data.draw(st.sampled_from(sorted(levels)))
    request = inventory.changed(7, before, {item: quantity})
    assert before == original
    assert [sent(row) for row in request["products"]] == [kept(row) for row in before["products"]]
    for name in ("price", "quantity", "sku", "readiness_state"):
        assert request[f"{name}_on_property"] == before[f"{name}_on_property"]
    wanted = min(max(quantity, 0), 999)
    varies = set(before["quantity_on_property"])

    def shares(product):
        return {
            r["property_id"]: r["values"]
            for r in product["property_values"]
            if r["property_id"] in varies
        }

    target = next(p for p in before["products"] if inventory.item_id(7, p) == item)
    for old, new in zip(before["products"], request["products"], strict=True):
        told = new["offerings"][0]["quantity"]
        if shares(old) == shares(target):
            assert told == wanted
        else:
            assert told == old["offerings"][0]["quantity"]
    announced = inventory.query_of(request)
    assert announced == (
        {"max_variations_supported": "3"}
        if len(before["products"][0]["property_values"]) == 3
        else {}
    )


@given(inventories())
def test_items_tell_products_apart(before):
    """Whatever numbers Etsy gives its products, an item stays the same one."""
    levels = inventory.levels(7, before)
    assert len(levels) == len(before["products"])
    renumbered = copy.deepcopy(before)
    for product in renumbered["products"]:
        product["product_id"] += 500
        product["property_values"].reverse()
    assert inventory.levels(7, renumbered) == levels
    assert {inventory.listing_of(item) for item in levels} == {7}


def product(quantity=5, **changes):
    offering = {
        "offering_id": 1,
        "quantity": quantity,
        "is_enabled": True,
        "is_deleted": False,
        "price": {"amount": 690, "divisor": 100, "currency_code": "EUR"},
        "readiness_state_id": 1402,
    }
    return {
        "product_id": 1,
        "sku": "A",
        "is_deleted": False,
        "property_values": [],
        "offerings": [offering],
        **changes,
    }


def test_what_cannot_be_written_back():
    whole = {"products": [product()]}
    with pytest.raises(inventory.InventoryError, match="no product"):
        inventory.changed(7, whole, {"7/513=1": 3})
    spoilt = {"products": [product()]}
    spoilt["products"][0]["offerings"][0]["price"]["divisor"] = 0
    with pytest.raises(inventory.InventoryError, match="divisor"):
        inventory.changed(7, spoilt, {"7/": 3})
    with pytest.raises(inventory.InventoryError, match="same choices"):
        inventory.changed(7, {"products": [product(), product()]}, {"7/": 3})
    choice = {"property_id": 5, "values": ["a"], "value_ids": [1]}
    two = {
        "products": [
            product(property_values=[choice]),
            product(property_values=[{**choice, "value_ids": [2]}]),
        ],
        "quantity_on_property": [],
    }
    with pytest.raises(inventory.InventoryError, match="one quantity"):
        inventory.changed(7, two, {"7/5=1": 3, "7/5=2": 4})
    request = inventory.changed(7, two, {"7/5=1": 3})
    assert [row["offerings"][0]["quantity"] for row in request["products"]] == [3, 3]


def test_deleted_products_stay_deleted():
    gone = product(is_deleted=True, sku="GONE")
    request = inventory.changed(7, {"products": [gone, product()]}, {"7/": 3})
    assert [row["sku"] for row in request["products"]] == ["A"]


def test_the_vendors_own_example():
    if not SAMPLES.exists():
        pytest.skip("vendor samples not present")
    before = json.loads((SAMPLES / "listing_inventory_get.json").read_text())
    after = json.loads((SAMPLES / "listing_inventory_put_request.json").read_text())
    assert inventory.changed(1, before, {"1/513=1213": 39}) == after
