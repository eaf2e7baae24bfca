# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Bulk operations: a query runs over everything, its result is a file of one object a line.

Connections become lines of their own that name their parent. They follow it, but not at
once: other objects may come between, as at the vendor where results are not grouped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, parse, validate

from .answers import Json, problem

MOST_CONNECTIONS = 5
CONNECTION = re.compile(r"\b(?:edges|nodes)\b")


def start(store: Any, query: str, groupObjects: bool = False) -> Json:
    """Accept an operation; ``poll`` finishes it after some polls, as told to the store."""
    from .execution import schema

    try:
        document = parse(query)
        problems = [error.message for error in validate(schema(), document)]
    except GraphQLError as error:
        problems = [error.message]
    if not problems and len(CONNECTION.findall(query)) > MOST_CONNECTIONS:
        problems = ["Bulk queries cannot contain more than 5 connections."]
    if not problems and not CONNECTION.search(query):
        problems = ["Bulk queries must contain at least one connection."]
    if problems:
        wrong = [problem(text, "query", code="INVALID") for text in problems[:3]]
        return {"bulkOperation": None, "userErrors": wrong}
    node = {
        "__typename": "BulkOperation",
        "id": store.gid("BulkOperation"),
        "status": "CREATED",
        "errorCode": None,
        "objectCount": "0",
        "rootObjectCount": "0",
        "fileSize": None,
        "url": None,
        "partialDataUrl": None,
        "createdAt": store.stamp(),
        "completedAt": None,
        "text": query,
        "grouped": groupObjects,
        "polls": store.bulk_polls,
    }
    store.objects[node["id"]] = node
    return {"bulkOperation": node, "userErrors": []}


def poll(store: Any, id: str) -> Json | None:
    """State of an operation; the last poll it was to wait for completes it."""
    node = store.objects.get(id)
    if node is None or node["__typename"] != "BulkOperation":
        return None
    if node["status"] in ("CREATED", "RUNNING"):
        node["status"] = "RUNNING"
        node["polls"] -= 1
        if node["polls"] < 0:
            _finish(store, node)
    return node


def cancel(store: Any, id: str) -> Json:
    """Give an operation up."""
    node = store.objects.get(id)
    if node and node["status"] in ("CREATED", "RUNNING"):
        node["status"] = "CANCELED"
    return {"bulkOperation": node, "userErrors": []}


def _finish(store: Any, node: Json) -> None:
    if store.bulk_failure:
        node["status"], node["errorCode"] = "FAILED", store.bulk_failure
        return
    lines = list(_lines(store, node["text"], node["grouped"]))
    body = "".join(line + "\n" for line in lines).encode()
    name = node["id"].rsplit("/", 1)[1]
    store.files[name] = body
    roots = sum('"__parentId"' not in line for line in lines)
    node |= {
        "status": "COMPLETED",
        "completedAt": store.stamp(),
        "objectCount": str(len(lines)),
        "rootObjectCount": str(roots),
        "fileSize": str(len(body)),
        "url": f"{store.url}/sandbox/bulk/{name}.jsonl" if lines else None,
    }
    told = {"admin_graphql_api_id": node["id"], "status": "completed", "type": "query"}
    store.emit("BULK_OPERATIONS_FINISH", {**told, "error_code": None})


def _lines(store: Any, query: str, grouped: bool) -> Iterator[str]:
    """Lines of the result; children of several parents are mixed unless they are grouped."""
    from .execution import run_unlimited

    data = run_unlimited(store, query)
    (roots,) = data.values()
    waiting: list[str] = []
    for index, root in enumerate(_nodes(roots)):
        own, children = _split(root)
        yield json.dumps(own)
        waiting += [json.dumps({**child, "__parentId": own["id"]}) for child in children]
        if grouped or index % 3 == 2:
            yield from waiting
            waiting = []
    yield from waiting


def _nodes(connection: Json) -> list[Json]:
    if "edges" in connection:
        return [edge["node"] for edge in connection["edges"]]
    return connection["nodes"]


def _split(node: Json) -> tuple[Json, list[Json]]:
    """An object without its connections, and the objects of these."""
    own, children = {}, []
    for key, value in node.items():
        if isinstance(value, dict) and ("edges" in value or "nodes" in value):
            children += _nodes(value)
        else:
            own[key] = value
    return own, children
