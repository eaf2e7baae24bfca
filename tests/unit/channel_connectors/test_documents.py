# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Every document is valid on the vendor's schema, affordable, and needs known rights."""

import pytest
from graphql import TypeInfo, TypeInfoVisitor, Visitor, parse, validate, visit

from channels.shopify.adapter import PAGE_SIZE, REFUNDS_PER_REQUEST, REQUIRED_SCOPES
from channels.shopify.documents import document, document_names
from tests.sandbox.shopify.cost import CostCounter
from tests.sandbox.shopify.execution import ACCESS, schema

VARIABLES = {"first": PAGE_SIZE, "ids": ["x"] * REFUNDS_PER_REQUEST}


@pytest.mark.parametrize("name", document_names())
def test_valid_on_the_schema(name):
    assert validate(schema(), parse(document(name))) == []


@pytest.mark.parametrize("name", document_names())
def test_cost_below_the_limit(name):
    cost = CostCounter(schema(), parse(document(name)), VARIABLES).total()
    assert 0 < cost <= 1000, cost


def test_cost_of_the_orders_page_is_known():
    """A larger page must be a decision: the shop grants 1000 points to one query."""
    parsed = parse(document("orders_page"))
    assert CostCounter(schema(), parsed, {"first": 50}).total() == 562


@pytest.mark.parametrize("name", document_names())
def test_rights(name):
    needed = set()
    info = TypeInfo(schema())

    class Rights(Visitor):
        def enter_field(self, node, *_args):
            parent = info.get_parent_type()
            needed.add(ACCESS.get((parent.name, node.name.value)))

    visit(parse(document(name)), TypeInfoVisitor(info, Rights()))
    assert needed - {None} <= set(REQUIRED_SCOPES)


@pytest.mark.parametrize("name", document_names())
def test_nothing_deprecated(name):
    info = TypeInfo(schema())
    found = []

    class Deprecated(Visitor):
        def enter_field(self, node, *_args):
            field = info.get_field_def()
            if field and field.deprecation_reason:
                found.append(node.name.value)

    visit(parse(document(name)), TypeInfoVisitor(info, Deprecated()))
    assert found == []
