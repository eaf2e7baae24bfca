# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Make admin_2026-10.graphql again: the vendor's schema, cut to what is used here.

    npm pack @shopify/dev-mcp@1.16.0 && tar xzf shopify-dev-mcp-1.16.0.tgz
    python -m tests.sandbox.shopify.schema.refresh package/dist/data/admin_2026-10.json.gz

Kept is what the file already holds and what the product's documents use, as far as the
vendor's schema still has it. Documents the vendor's schema does not allow stop the run.
"""

from __future__ import annotations

import gzip
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
    build_client_schema,
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

HERE = Path(__file__).parent
TARGET = HERE / "admin_2026-10.graphql"
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


def load(path: Path) -> GraphQLSchema:
    """Schema from the vendor's introspection file, or from a full SDL file."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    if path.name.endswith(".json.gz"):
        return build_client_schema(json.loads(text)["data"], assume_valid=True)
    return build_schema(text, assume_valid=True)


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


def product_documents() -> dict[str, str]:
    """The documents the product sends, by name."""
    sys.path.insert(0, str(PROJECT / "addons/channel_connectors"))
    from channels.shopify.documents import document, document_names

    return {name: document(name) for name in document_names()}


def main(arguments: list[str]) -> int:
    """Rewrite the committed file under its notice."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    full = load(Path(arguments[0]))
    kept = used(full, product_documents())
    lines = TARGET.read_text(encoding="utf-8").splitlines()
    notice = list(itertools.takewhile(lambda line: line.startswith("#"), lines))
    sdl = print_schema(prune(full, kept))
    TARGET.write_text("\n".join([*notice, "", sdl, ""]), encoding="utf-8")
    print(f"{TARGET.name}: {len(kept)} types, {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
