# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Make admin_2026-10.graphql again: the vendor's schema, cut to what is used here.

    python -m tests.sandbox.shopify.schema.refresh

Kept is what the file already holds and what the product's documents use, as far as the
vendor's schema still has it. A document that one of the versions does not allow stops the
run. Beside it admin_2026-10.facts.json tells which rights the kept fields need, which are
protected customer data, and which documents were found valid on which versions.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    is_input_object_type,
    is_required_argument,
    is_union_type,
    parse,
    print_schema,
    specified_directives,
    validate,
    visit,
)

from . import vendor

HERE = Path(__file__).parent
TARGET = HERE / f"admin_{vendor.PINNED}.graphql"
FACTS = HERE / f"admin_{vendor.PINNED}.facts.json"
PROJECT = HERE.parents[3]

Kept = dict[str, dict[str, set[str]]]


class _Uses(Visitor):
    """Collects the fields and arguments a document uses, by type."""

    def __init__(self, info: TypeInfo, kept: Kept) -> None:
        super().__init__()
        self.info, self.kept = info, kept

    def enter_field(self, node: Any, *_args: Any) -> None:
        """One selected field."""
        parent = self.info.get_parent_type()
        if parent and not node.name.value.startswith("__"):
            field = self.kept.setdefault(parent.name, {}).setdefault(node.name.value, set())
            field.update(argument.name.value for argument in node.arguments or ())


def digest(text: str) -> str:
    """What tells a document from any other version of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_neighbours(documents: dict[str, str]) -> None:
    """Stop at the first document that a version does not allow."""
    for version in vendor.VERSIONS:
        schema = vendor.schema(version)
        for name, text in documents.items():
            if problems := validate(schema, parse(text)):
                raise SystemExit(f"{name} on {version}: {problems[0].message}")


def used(full: GraphQLSchema, documents: dict[str, str]) -> Kept:
    """What the committed file holds and what the documents use."""
    committed = build_schema(TARGET.read_text(encoding="utf-8"), assume_valid=True)
    kept: Kept = {
        name: {key: set(getattr(field, "args", ())) for key, field in kind.fields.items()}
        for name, kind in committed.type_map.items()
        if hasattr(kind, "fields") and not name.startswith("__")
    }
    for name, text in documents.items():
        document = parse(text)
        problems = validate(full, document)
        if problems:
            raise SystemExit(f"{name}: {problems[0].message}")
        info = TypeInfo(full)
        visit(document, TypeInfoVisitor(info, _Uses(info, kept)))
    return kept


def prune(full: GraphQLSchema, kept: Kept) -> GraphQLSchema:
    """The full schema without what is not kept. Input types that are new stay whole."""
    for name, fields in kept.items():
        kind = full.type_map.get(name)
        if kind is None or not fields.keys() <= kind.fields.keys():
            gone = "" if kind is None else sorted(fields.keys() - kind.fields.keys())
            raise SystemExit(f"the vendor no longer has {name} {gone}")
        kind.fields = {key: value for key, value in kind.fields.items() if key in fields}
        if is_input_object_type(kind):
            continue
        for key, field in kind.fields.items():
            field.args = {
                argument: value
                for argument, value in field.args.items()
                if argument in fields[key] or is_required_argument(value)
            }
    for kind in full.type_map.values():
        if hasattr(kind, "interfaces"):
            kind.interfaces = tuple(face for face in kind.interfaces if face.name in kept)
        if is_union_type(kind):
            kind.types = tuple(member for member in kind.types if member.name in kept)
    return GraphQLSchema(
        query=full.query_type,
        mutation=full.mutation_type,
        types=[full.type_map[name] for name in kept],
        directives=[*specified_directives, *filter(None, [full.get_directive("idempotent")])],
        assume_valid=True,
    )


def without_descriptions(schema: GraphQLSchema) -> GraphQLSchema:
    """The schema without the vendor's prose: two thirds of its size."""
    described: list[Any] = [*schema.type_map.values(), *schema.directives]
    for entry in described:
        parts = {**getattr(entry, "fields", {}), **getattr(entry, "values", {})}
        for part in [entry, *parts.values()]:
            part.description = None
            for argument in (getattr(part, "args", None) or {}).values():
                argument.description = None
    return schema


def product_documents() -> dict[str, str]:
    """The documents the product sends, by name."""
    sys.path.insert(0, str(PROJECT / "addons/channel_connectors"))
    from channels.shopify.documents import document, document_names

    return {name: document(name) for name in document_names()}


def main() -> int:
    """Rewrite the committed files, the schema under its notice."""
    vendor.fetch()
    documents = product_documents()
    check_neighbours(documents)
    full = vendor.schema(vendor.PINNED)
    kept = used(full, documents)
    fields = {name: set(found) for name, found in kept.items()}
    content = {
        "package": vendor.PACKAGE,
        **vendor.facts(vendor.PINNED, fields),
        "versions": list(vendor.VERSIONS),
        "validated": {name: digest(text) for name, text in documents.items()},
    }
    FACTS.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    notice = list(itertools.takewhile(lambda line: line.startswith("#"), lines))
    sdl = print_schema(without_descriptions(prune(full, kept)))
    TARGET.write_text("\n".join([*notice, "", sdl, ""]), encoding="utf-8")
    print(f"{TARGET.name}: {len(kept)} types, {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
