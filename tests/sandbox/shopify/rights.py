# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The vendor's own statements on types and fields: rights they need, what is protected."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

FACTS = Path(__file__).with_name("schema") / "admin_2026-10.facts.json"


@cache
def facts() -> dict[str, Any]:
    """The committed file."""
    return json.loads(FACTS.read_text(encoding="utf-8"))


def needs(parent: str, field: str, kind: str) -> list[tuple[str, ...]]:
    """Sets of rights for a field, its type and its owner; one of each set is needed."""
    access = facts()["access"]
    return [tuple(access[key]) for key in (parent, f"{parent}.{field}", kind) if key in access]


def satisfied(granted: Iterable[str], alternatives: tuple[str, ...]) -> bool:
    """Whether one of the rights is granted; who may write may read."""
    rights = set(granted)
    return any(
        right in rights or right.replace("read_", "write_", 1) in rights for right in alternatives
    )


class _Uses(Visitor):
    """Collects what a document touches."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.fields: set[tuple[str, str, str]] = set()
        self.deprecated: set[str] = set()

    def enter_field(self, node: Any, *_args: Any) -> None:
        """One selected field."""
        parent, field = self.info.get_parent_type(), self.info.get_field_def()
        name = node.name.value
        if not parent or not field or name.startswith("__"):
            return
        self.fields.add((parent.name, name, get_named_type(field.type).name))
        if field.deprecation_reason:
            self.deprecated.add(f"{parent.name}.{name}")


def uses(schema: GraphQLSchema, document: DocumentNode) -> _Uses:
    """Fields of a document with their types, and the deprecated ones among them."""
    info = TypeInfo(schema)
    found = _Uses(info)
    visit(document, TypeInfoVisitor(info, found))
    return found
