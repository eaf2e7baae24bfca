# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Which rights the app needs for what, no more: the tests compute them from the documents.

A right to write contains the right to read. ``read_all_orders`` only matters for orders
older than 60 days and has to be applied for, so it is never demanded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..base.adapter import MissingRight


@dataclass(frozen=True)
class Feature:
    """Something the product does with a shop, with its documents and the rights they need."""

    documents: tuple[str, ...]
    scopes: tuple[str, ...] = ()


FEATURES = {
    "connection": Feature(
        ("shop", "job", "webhooks", "webhook_create", "webhook_update", "webhook_delete")
    ),
    "orders": Feature(
        (
            "orders_page",
            "orders_by_ids",
            "orders_count",
            "orders_bulk",
            "order_lines_next",
            "refunds_by_ids",
            "bulk_run",
            "bulk_poll",
            "bulk_cancel",
        ),
        ("read_orders", "read_customers", "read_products"),
    ),
    "locations": Feature(("locations",), ("read_locations",)),
    "changes": Feature(
        (
            "order_cancel",
            "metafields_set",
            "order_mark_paid",
            "order_payments",
            "order_refunds",
            "tags_add",
            "refund_suggested",
            "refund_create",
        ),
        ("write_orders",),
    ),
    "fulfilment": Feature(
        (
            "owners_of",
            "fulfillment_orders",
            "shipping_state",
            "fulfillment_create",
            "fulfillment_cancel",
            "fulfillment_tracking",
            "fulfillment_order_hold",
            "fulfillment_order_release",
            "fulfillment_order_move",
            "fulfillment_order_split",
        ),
        (
            "read_orders",
            "read_locations",
            "read_returns",
            "write_merchant_managed_fulfillment_orders",
        ),
    ),
    "tracking": Feature(("fulfillment_event",), ("write_fulfillments", "read_orders")),
    "returns": Feature(
        ("return", "return_process", "return_dispose"),
        ("read_orders", "write_returns", "read_locations"),
    ),
    "stock": Feature(
        (
            "inventory_levels",
            "inventory_at_location",
            "inventory_set",
            "inventory_adjust",
            "inventory_activate",
            "variant_items",
        ),
        ("write_inventory", "read_locations", "read_products"),
    ),
    "products": Feature(
        ("variants_page", "variant_by_sku", "product_by_handle", "product_set", "variants_update"),
        ("write_products",),
    ),
    "payouts": Feature(
        ("payouts", "balance_transactions", "tender_transactions"),
        ("read_shopify_payments_accounts", "read_orders"),
    ),
    "proof": Feature(("orders_proof",), ("read_orders",)),
    "gift_cards": Feature(("gift_cards",), ("read_gift_cards", "read_orders")),
}
# What an order says beyond that where the shop has granted the right: a variable of the
# documents for each. Both rights are only given to shops that sell to businesses.
OPTIONS = {"buyer": "read_companies", "terms": "read_payment_terms"}
# Without these nothing can be imported.
BASIC = ("connection", "orders", "locations")


def covers(granted: Iterable[str], scope: str) -> bool:
    """Whether the rights contain one; who may write may read."""
    rights = set(granted)
    return scope in rights or scope.replace("read_", "write_", 1) in rights


def options(granted: Iterable[str]) -> dict[str, bool]:
    """Variables of the documents of orders, by what is granted."""
    rights = set(granted)
    return {variable: covers(rights, scope) for variable, scope in OPTIONS.items()}


def missing(granted: Iterable[str], features: Iterable[str] = BASIC) -> tuple[str, ...]:
    """Rights that some features need and the app does not have."""
    rights = set(granted)
    needed = dict.fromkeys(scope for name in features for scope in FEATURES[name].scopes)
    return tuple(scope for scope in needed if not covers(rights, scope))


def all_rights() -> tuple[str, ...]:
    """Every right that some feature needs, for the settings of the app."""
    return tuple(sorted(right.name for right in missing_rights(())))


def missing_rights(granted: Iterable[str]) -> tuple[MissingRight, ...]:
    """What the app may not do, each right once, those that everything needs first.

    Where both are wanted the right to write is named alone: it contains the right to read.
    """
    rights = set(granted)
    features: dict[str, list[str]] = {}
    for name, feature in FEATURES.items():
        for scope in feature.scopes:
            if not covers(rights, scope):
                features.setdefault(scope, []).append(name)
    for scope in list(features):
        writing = scope.replace("read_", "write_", 1)
        if writing != scope and writing in features:
            features[writing] = [*features.pop(scope), *features[writing]]
    found = [
        MissingRight(scope, tuple(dict.fromkeys(names)), any(name in BASIC for name in names))
        for scope, names in features.items()
    ]
    return tuple(sorted(found, key=lambda right: not right.required))
