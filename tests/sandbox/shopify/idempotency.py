# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Keys of mutations: the same key does the work once and answers the same again.

Since 2026-04 some mutations are refused without a key, which the schema does not show.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, value_from_ast_untyped

from .answers import Json, problem

REQUIRED = frozenset(
    {
        "inventorySetQuantities",
        "inventoryAdjustQuantities",
        "inventoryActivate",
        "refundCreate",
    }
)


def key_of(info: GraphQLResolveInfo) -> str:
    """Value of the directive on a mutation's field; empty if there is none."""
    node: FieldNode = info.field_nodes[0]
    for directive in node.directives or ():
        if directive.name.value == "idempotent":
            values = info.variable_values
            known = getattr(values, "coerced", values)
            return value_from_ast_untyped(directive.arguments[0].value, dict(known))
    return ""


def once(store: Any, info: GraphQLResolveInfo, arguments: Json, work: Any) -> Any:
    """Do the work of a mutation, or repeat the answer its key got before."""
    name, key = info.field_name, key_of(info)
    if not key:
        if name in REQUIRED:
            raise GraphQLError(
                f"The @idempotent directive is required for the {name} mutation.",
                extensions={"code": "BAD_REQUEST"},
            )
        answer = work()
        _note(store, name, "", arguments, answer)
        return answer
    if len(key) > 255:
        raise GraphQLError("The idempotency key is too long.", extensions={"code": "BAD_REQUEST"})
    content = json.dumps([name, arguments], sort_keys=True, default=str).encode()
    digest = hashlib.sha256(content).hexdigest()
    known = store.keys.get(key)
    if known is None:
        answer = work()
        _note(store, name, key, arguments, answer)
        store.keys[key] = {"digest": digest, "answer": answer}
        return answer
    if known["digest"] != digest:
        code = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
        text = "The same key was used with other parameters."
        empty = dict.fromkeys(known["answer"])
        return {**empty, "userErrors": [problem(text, code=code)]}
    store.replays += 1
    return known["answer"]


def _note(store: Any, name: str, key: str, arguments: Json, answer: Json) -> None:
    """Remember what was really done, so that tests can count effects."""
    if not answer.get("userErrors"):
        store.effects.append({"mutation": name, "key": key, "arguments": arguments})
