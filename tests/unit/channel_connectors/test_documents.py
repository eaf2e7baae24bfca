# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Every document is valid on the vendor's schema, affordable, and needs known rights.

The full schemas are the vendor's and not part of the project: the versions that lie in the
cache are used, and the committed record says which documents were valid on all of them.
"""

import pytest
from graphql import parse, validate

from channels.shopify.adapter import PAGE_SIZE, REFUNDS_PER_REQUEST
from channels.shopify.documents import document, document_names, load, settled
from channels.shopify.scopes import FEATURES, OPTIONS, covers
from tests.sandbox.shopify.cost import CostCounter
from tests.sandbox.shopify.execution import schema
from tests.sandbox.shopify.rights import facts, needs, satisfied, uses
from tests.sandbox.shopify.schema import vendor
from tests.sandbox.shopify.schema.refresh import digest

FULL = {"first": PAGE_SIZE, "ids": ["x"] * PAGE_SIZE}
VARIABLES = {
    "refunds_by_ids": {"ids": ["x"] * REFUNDS_PER_REQUEST},
    "inventory_levels": {"ids": ["x"] * 250},
    "owners_of": {"ids": ["x"] * 250},
    "variant_items": {"ids": ["x"] * 250},
    "variants_page": {"first": 250},
}
DOCUMENTS = document_names()
NO_OPTIONS = dict.fromkeys(OPTIONS, False)
ALL_OPTIONS = dict.fromkeys(OPTIONS, True)
WITH_OPTIONS = [name for name in DOCUMENTS if "$buyer" in document(name)]
# Shopify marks these as customer data: an app may be shown null in their place.
PROTECTED = {
    "Customer.displayName",
    "Customer.firstName",
    "Customer.lastName",
    "CustomerEmailAddress.emailAddress",
    "CustomerPhoneNumber.phoneNumber",
    "MailingAddress.address1",
    "MailingAddress.address2",
    "MailingAddress.name",
    "MailingAddress.phone",
    "MailingAddress.zip",
    "Order.email",
    "Order.phone",
}
PERSONAL_DOCUMENTS = {"orders_page", "orders_by_ids", "orders_bulk"}


def found(name):
    return uses(schema(), parse(document(name)))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_valid_on_the_schema(name):
    assert validate(schema(), parse(document(name))) == []


def test_valid_on_the_full_schemas():
    """On the pinned version and its neighbours, wherever they have been fetched."""
    for version in vendor.VERSIONS:
        if vendor.path(version).exists():
            full = vendor.schema(version)
            broken = {name: validate(full, parse(document(name))) for name in DOCUMENTS}
            assert not any(broken.values()), version
            old = {name: uses(full, parse(document(name))).deprecated for name in DOCUMENTS}
            assert not any(old.values()), version


def test_no_document_has_changed_since_it_was_validated():
    """``python -m tests.sandbox.shopify.schema.refresh`` validates and records again."""
    assert facts()["validated"] == {name: digest(document(name)) for name in DOCUMENTS}
    assert facts()["versions"] == list(vendor.VERSIONS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_cost_is_the_declared_one(name):
    """A larger page must be a decision: the shop grants 1000 points to one query."""
    parsed = parse(document(name))
    cost = CostCounter(schema(), parsed, VARIABLES.get(name, FULL)).total()
    assert cost == load(name).cost <= 1000


@pytest.mark.parametrize("name", WITH_OPTIONS)
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_needs_its_right_only(name, option):
    """And the document stays affordable with all of them, also without its variables."""
    demands = {
        alternatives
        for field in uses(schema(), parse(settled(name, {**NO_OPTIONS, option: True}))).fields
        for alternatives in needs(*field)
    }
    rights = {*FEATURES["orders"].scopes, OPTIONS[option]}
    assert all(satisfied(rights, alternatives) for alternatives in demands)
    text = settled(name, ALL_OPTIONS)
    assert "@include" not in text
    assert CostCounter(schema(), parse(text), FULL).total() <= 1000


@pytest.mark.parametrize("options", [NO_OPTIONS, ALL_OPTIONS])
def test_bulk_text_is_valid_without_variables(options):
    text = settled("orders_bulk", options)
    assert validate(schema(), parse(text)) == []
    assert "$" not in text
    assert ("taxRegistrationId" in text) == options["buyer"]


def test_every_document_belongs_to_a_feature():
    listed = [name for feature in FEATURES.values() for name in feature.documents]
    assert sorted(listed) == DOCUMENTS


@pytest.mark.parametrize("name", FEATURES)
def test_rights_of_a_feature_are_enough_and_needed(name):
    feature = FEATURES[name]
    demands = {
        alternatives
        for document_name in feature.documents
        for field in uses(schema(), parse(settled(document_name, NO_OPTIONS))).fields
        for alternatives in needs(*field)
    }
    assert all(satisfied(feature.scopes, alternatives) for alternatives in demands), [
        alternatives for alternatives in demands if not satisfied(feature.scopes, alternatives)
    ]
    for scope in feature.scopes:
        rest = set(feature.scopes) - {scope}
        assert not all(satisfied(rest, alternatives) for alternatives in demands), scope


def test_who_may_write_may_read():
    assert covers({"write_orders"}, "read_orders")
    assert not covers({"read_orders"}, "write_orders")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_protected_fields(name):
    touched = {f"{parent}.{field}" for parent, field, _kind in found(name).fields}
    protected = touched & set(facts()["protected"])
    assert protected == (PROTECTED if name in PERSONAL_DOCUMENTS else set())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_deprecated(name):
    assert found(name).deprecated == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_key_where_the_vendor_demands_one(name):
    """Required at run time since 2026-04, and not to be seen in the schema."""
    keyed = ("inventorySet", "inventoryAdjust", "inventoryActivate", "refundCreate")
    if any(f"  {field}" in document(name) for field in keyed):
        assert "@idempotent(key: $key)" in document(name)


def test_what_may_be_repeated():
    never = {name for name in DOCUMENTS if not load(name).is_repeatable}
    assert all(load(name).is_mutation for name in never)
    assert {"fulfillment_create", "order_cancel", "return_process"} <= never
    assert not never & {"inventory_set", "refund_create", "webhook_delete"}
