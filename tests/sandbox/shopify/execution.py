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

from .cost import CostCounter
from .rights import needs, satisfied
from .store import DOMAIN, Json, Store

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
    if info.parent_type.name in ("QueryRoot", "Mutation"):
        return ROOT[info.field_name](info.context, **arguments)
    value = default_field_resolver(source, info)
    if get_named_type(info.return_type).name.endswith("Connection"):
        return _page(value or [], arguments)
    if isinstance(value, list) and arguments.get("first"):
        return value[: arguments["first"]]
    return value


def _by_rank(index: int, _row: Json) -> str:
    """Place of a row in a list that does not change."""
    return f"{index:08d}"


def _by_change(_index: int, row: Json) -> str:
    """Place of a row by its last change: rows that change meanwhile come again."""
    return f"{row['updatedAt']}|{row['id']}"


def _page(rows: list[Json], arguments: Json, place: Callable[[int, Json], str] = _by_rank) -> Json:
    """A slice of a list as a connection; cursors name the place of the last row shown."""
    first = arguments.get("first") or LARGEST_PAGE
    if first > LARGEST_PAGE:
        raise GraphQLError(f"first cannot exceed {LARGEST_PAGE}")
    start = 0
    if arguments.get("after"):
        seen = base64.b64decode(arguments["after"]).decode()
        after = (i for i, row in enumerate(rows) if place(i, row) > seen)
        start = next(after, len(rows))
    nodes = rows[start : start + first]
    end = place(start + len(nodes) - 1, nodes[-1]) if nodes else ""
    return {
        "nodes": nodes,
        "pageInfo": {
            "hasNextPage": start + first < len(rows),
            "endCursor": base64.b64encode(end.encode()).decode() if end else None,
        },
    }


def _orders(store: Store, **arguments: Any) -> Json:
    match = SINCE.search(arguments.get("query") or "")
    since = datetime.fromisoformat(match.group(1).replace("Z", "+00:00")) if match else None
    return _page(store.orders_since(since), arguments, _by_change)


def _nodes(store: Store, ids: list[str]) -> list[Json | None]:
    return [store.find(gid) for gid in ids]


def _shop(_store: Store) -> Json:
    return {
        "id": "gid://shopify/Shop/1",
        "name": "Sandbox",
        "myshopifyDomain": DOMAIN,
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


def _locations(_store: Store, **arguments: Any) -> Json:
    place = {
        "id": "gid://shopify/Location/1",
        "legacyResourceId": "1",
        "name": "Lager Köln",
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "shipsInventory": True,
        "isFulfillmentService": False,
        "address": {"city": "Köln", "zip": "50667", "countryCode": "DE"},
    }
    return _page([place], arguments)


def _subscriptions(store: Store, **arguments: Any) -> Json:
    return _page(list(store.subscriptions.values()), arguments)


def _subscribe(store: Store, topic: str, webhookSubscription: Json) -> Json:
    if not (webhookSubscription.get("uri") or "").startswith(("https://", "http://127.0.0.1")):
        problem = {"field": ["webhookSubscription", "uri"], "message": "Address is invalid"}
        return {"webhookSubscription": None, "userErrors": [problem]}
    node = store.subscribe(topic, webhookSubscription)
    return {"webhookSubscription": node, "userErrors": []}


def _unsubscribe(store: Store, id: str) -> Json:
    found = store.subscriptions.pop(id, None)
    return {"deletedWebhookSubscriptionId": id if found else None, "userErrors": []}


ROOT = {
    "orders": _orders,
    "order": lambda store, id: store.orders.get(id),
    "refund": lambda store, id: store.refunds.get(id),
    "nodes": _nodes,
    "shop": _shop,
    "currentAppInstallation": _installation,
    "publicApiVersions": _versions,
    "locations": _locations,
    "webhookSubscriptions": _subscriptions,
    "webhookSubscriptionCreate": _subscribe,
    "webhookSubscriptionDelete": _unsubscribe,
}
