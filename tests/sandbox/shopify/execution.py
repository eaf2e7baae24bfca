# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""GraphQL on the vendor's schema over the store's plain dictionaries."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    default_field_resolver,
    execute,
    get_named_type,
    parse,
    validate,
)

from . import bulk, catalog, fulfilment, idempotency, payouts, refunds, returns, stock, webhooks
from .cost import CostCounter
from .rights import needs, satisfied
from .store import Json, Store

SCHEMA = Path(__file__).with_name("schema") / "admin_2026-10.graphql"
LARGEST_QUERY = 1000
LARGEST_PAGE = 250
SINCE = re.compile(r"""updated_at:\s*>=\s*['"]?([^'"\s]+)['"]?""")


@cache
def schema() -> GraphQLSchema:
    """The Admin schema, cut to what the product and its tests use."""
    # Some implementations of deprecated fields differ from their interface.
    return build_schema(SCHEMA.read_text(encoding="utf-8"), assume_valid=True)


def run(store: Store, query: str, variables: Json) -> Json:
    """Answer of the interface to one request, errors and cost included."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return {"errors": [error.formatted]}
    problems = validate(schema(), document)
    if problems:
        return {"errors": [problem.formatted for problem in problems]}
    cost = CostCounter(schema(), document, variables).total()
    if cost > LARGEST_QUERY:
        return _failure(store, cost, "MAX_COST_EXCEEDED", f"Query cost is {cost}, over 1000")
    with store.lock:
        if not store.bucket.take(cost):
            return _failure(store, cost, "THROTTLED", "Throttled")
        result = execute(
            schema(),
            document,
            context_value=store,
            variable_values=variables,
            field_resolver=_resolve,
            type_resolver=_type_of,
        )
    answer: Json = {"data": result.data, "extensions": {"cost": _cost(store, cost)}}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return answer


def run_unlimited(store: Store, query: str) -> Json:
    """Data of a query over everything, as a bulk operation reads it."""
    with store.lock:
        store.unlimited = True
        try:
            result = execute(
                schema(),
                parse(query),
                context_value=store,
                field_resolver=_resolve,
                type_resolver=_type_of,
            )
        finally:
            store.unlimited = False
    if result.errors:
        raise result.errors[0]
    return result.data


def _cost(store: Store, cost: int) -> Json:
    return {
        "requestedQueryCost": cost,
        "actualQueryCost": cost,
        "throttleStatus": {
            "maximumAvailable": store.bucket.size,
            "currentlyAvailable": int(store.bucket.refill()),
            "restoreRate": store.bucket.rate,
        },
    }


def _failure(store: Store, cost: int, code: str, message: str) -> Json:
    return {
        "errors": [{"message": message, "extensions": {"code": code}}],
        "extensions": {"cost": _cost(store, cost)},
    }


def throttled(store: Store) -> Json:
    """The answer to a request that came too soon."""
    return _failure(store, 100, "THROTTLED", "Throttled")


def _type_of(value: Any, _info: GraphQLResolveInfo, abstract: Any) -> str:
    if isinstance(value, dict):
        if "__typename" in value:
            return value["__typename"]
        if abstract.name == "DiscountApplication":
            if "code" in value:
                return "DiscountCodeApplication"
            manual = "description" in value
            return "ManualDiscountApplication" if manual else "AutomaticDiscountApplication"
        if str(value.get("id", "")).startswith("gid://"):
            return value["id"].split("/")[3]
    raise GraphQLError(f"no type for {value!r}")


def _resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    kind = get_named_type(info.return_type).name
    for alternatives in needs(info.parent_type.name, info.field_name, kind):
        if not satisfied(info.context.scopes, alternatives):
            raise GraphQLError(
                f"Access denied for {info.field_name} field. Required access: "
                f"{' or '.join(alternatives)}",
                extensions={"code": "ACCESS_DENIED"},
            )
    parent, name, store = info.parent_type.name, info.field_name, info.context
    if parent == "QueryRoot":
        return ROOT[name](store, **arguments)
    if parent == "Mutation":
        work = MUTATIONS[name]
        return idempotency.once(store, info, arguments, lambda: work(store, **arguments))
    if computed := COMPUTED.get((parent, name)):
        value = computed(store, source, **arguments)
    else:
        value = default_field_resolver(source, info, **arguments)
    if kind.endswith("Connection"):
        limit = None if store.unlimited else LARGEST_PAGE
        return _page(value or [], arguments, limit=limit)
    if isinstance(value, list) and arguments.get("first"):
        return value[: arguments["first"]]
    return value


def _by_rank(index: int, _row: Json) -> str:
    """Place of a row in a list that does not change."""
    return f"{index:08d}"


def _by_change(_index: int, row: Json) -> str:
    """Place of a row by its last change: rows that change meanwhile come again."""
    return f"{row['updatedAt']}|{row['id']}"


def _page(
    rows: list[Json],
    arguments: Json,
    place: Callable[[int, Json], str] = _by_rank,
    limit: int | None = LARGEST_PAGE,
) -> Json:
    """A slice of a list as a connection; cursors name the place of the last row shown."""
    first = arguments.get("first") or limit or len(rows)
    if limit and first > limit:
        raise GraphQLError(f"first cannot exceed {limit}")
    start = 0
    if arguments.get("after"):
        seen = base64.b64decode(arguments["after"]).decode()
        after = (i for i, row in enumerate(rows) if place(i, row) > seen)
        start = next(after, len(rows))
    nodes = rows[start : start + first]
    end = place(start + len(nodes) - 1, nodes[-1]) if nodes else ""
    return {
        "nodes": nodes,
        "edges": [{"node": node} for node in nodes],
        "pageInfo": {
            "hasNextPage": start + first < len(rows),
            "endCursor": base64.b64encode(end.encode()).decode() if end else None,
        },
    }


def _orders(store: Store, **arguments: Any) -> Json:
    limit = None if store.unlimited else LARGEST_PAGE
    return _page(_found_orders(store, arguments), arguments, _by_change, limit=limit)


def _found_orders(store: Store, arguments: Json) -> list[Json]:
    match = SINCE.search(arguments.get("query") or "")
    since = datetime.fromisoformat(match.group(1).replace("Z", "+00:00")) if match else None
    return store.orders_since(since)


def _count(store: Store, **arguments: Any) -> Json:
    return {"count": len(_found_orders(store, arguments)), "precision": "EXACT"}


def _nodes(store: Store, ids: list[str]) -> list[Json | None]:
    return [_node(store, gid) for gid in ids]


def _node(store: Store, gid: str) -> Json | None:
    """Any object; stock and places are described when they are asked for."""
    kind = gid.split("/")[3] if gid.startswith("gid://shopify/") else ""
    if kind == "InventoryItem":
        return stock.item_node(store, gid)
    if kind == "Location":
        return stock.location_node(gid)
    return store.find(gid)


def _shop(store: Store) -> Json:
    return {
        "id": "gid://shopify/Shop/1",
        "name": "Sandbox",
        "myshopifyDomain": store.domain,
        "currencyCode": "EUR",
        "enabledPresentmentCurrencies": ["EUR", "CHF"],
        "ianaTimezone": "Europe/Berlin",
        "taxesIncluded": True,
        "taxShipping": True,
        "plan": {"publicDisplayName": "Development", "partnerDevelopment": True},
        "shopAddress": {"countryCodeV2": "DE", "zip": "50667", "city": "Köln", "company": None},
    }


def _installation(store: Store) -> Json:
    return {
        "id": "gid://shopify/AppInstallation/1",
        "accessScopes": [{"handle": scope} for scope in sorted(store.scopes)],
        "app": {"id": "gid://shopify/App/1", "title": "Sandbox", "apiKey": "sandbox"},
    }


def _versions(_store: Store) -> list[Json]:
    return [
        {"handle": handle, "displayName": handle, "supported": True}
        for handle in ("2026-01", "2026-04", "2026-07", "2026-10")
    ]


def _list(rows: Callable[..., list[Any]]) -> Callable[..., Json]:
    """A resolver for a top-level connection."""
    return lambda store, **arguments: _page(rows(store, arguments), arguments)


def _fulfillments(store: Store, order: Json, **_page_of: Any) -> list[Json]:
    fulfilment.ensure(store, order)
    return order["fulfillments"]


def _place(_store: Store, node: Json) -> Json | None:
    return stock.location_node(node["place"])


ROOT: dict[str, Callable[..., Any]] = {
    "orders": _orders,
    "ordersCount": _count,
    "order": lambda store, id: store.orders.get(id),
    "refund": lambda store, id: store.refunds.get(id),
    "return": lambda store, id: store.objects.get(id),
    "nodes": _nodes,
    "job": lambda store, id: store.objects.get(id),
    "shop": _shop,
    "currentAppInstallation": _installation,
    "publicApiVersions": _versions,
    "location": lambda store, id: stock.location_node(id),
    "locations": _list(lambda store, _a: [stock.location_node(gid) for gid in stock.NAMES]),
    "productByIdentifier": catalog.by_identifier,
    "productVariants": _list(lambda store, given: catalog.find(store, given.get("query"))),
    "giftCards": _list(lambda _store, _a: []),
    "tenderTransactions": _list(lambda store, _a: payouts.tenders(store)),
    "shopifyPaymentsAccount": payouts.account,
    "bulkOperation": bulk.poll,
    "webhookSubscriptions": _list(lambda store, _a: list(store.subscriptions.values())),
}
MUTATIONS: dict[str, Callable[..., Json]] = {
    "bulkOperationCancel": bulk.cancel,
    "bulkOperationRunQuery": bulk.start,
    "fulfillmentCancel": fulfilment.cancel,
    "fulfillmentCreate": fulfilment.create,
    "fulfillmentEventCreate": fulfilment.add_event,
    "fulfillmentOrderHold": fulfilment.hold,
    "fulfillmentOrderMove": fulfilment.move,
    "fulfillmentOrderReleaseHold": fulfilment.release,
    "fulfillmentOrderSplit": fulfilment.split,
    "fulfillmentTrackingInfoUpdate": fulfilment.update_tracking,
    "inventoryActivate": stock.activate,
    "inventoryAdjustQuantities": stock.adjust_quantities,
    "inventorySetQuantities": stock.set_quantities,
    "metafieldsSet": catalog.set_metafields,
    "orderCancel": refunds.cancel,
    "orderMarkAsPaid": refunds.mark_paid,
    "productSet": catalog.set_product,
    "productVariantsBulkUpdate": catalog.update_variants,
    "refundCreate": refunds.create,
    "returnProcess": returns.process,
    "reverseFulfillmentOrderDispose": returns.dispose,
    "tagsAdd": refunds.add_tags,
    "webhookSubscriptionCreate": webhooks.subscribe,
    "webhookSubscriptionDelete": webhooks.unsubscribe,
    "webhookSubscriptionUpdate": webhooks.update,
}
# Fields that are worked out when they are asked for.
COMPUTED: dict[tuple[str, str], Callable[..., Any]] = {
    ("Order", "fulfillmentOrders"): lambda store, node, **_a: fulfilment.ensure(store, node),
    ("Order", "fulfillments"): _fulfillments,
    ("Order", "suggestedRefund"): refunds.suggested,
    ("FulfillmentOrder", "assignedLocation"): fulfilment.assigned_location,
    ("FulfillmentOrder", "supportedActions"): fulfilment.supported_actions,
    ("Fulfillment", "location"): _place,
    ("Fulfillment", "fulfillmentLineItems"): fulfilment.sent_lines,
    ("LineItem", "unfulfilledQuantity"): fulfilment.open_pieces,
    ("InventoryItem", "inventoryLevels"): stock.levels_of_item,
    ("InventoryLevel", "item"): lambda store, node: stock.item_node(store, node["of"]),
    ("InventoryLevel", "location"): _place,
    ("InventoryLevel", "quantities"): stock.quantities,
    ("Location", "inventoryLevels"): stock.levels_of_location,
    ("ReverseFulfillmentOrderDisposition", "location"): _place,
    ("ProductVariant", "inventoryItem"): lambda store, node: stock.item_node(
        store, node.get("item") or node["inventoryItem"]["id"]
    ),
}
