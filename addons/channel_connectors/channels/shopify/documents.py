# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The GraphQL documents, kept as files beside this module, with their fragments.

The comment above an operation says what it is for, what it may cost, and whether it may be
sent again when nobody knows if it was carried out::

    # cost 10, repeatable

A query may always be repeated, a mutation with an ``@idempotent`` key with the same key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).with_name("documents")
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_DEFINITION = re.compile(r"^fragment\s+(\w+)\s", re.MULTILINE)
_OPERATION = re.compile(r"^(query|mutation)\b", re.MULTILINE)
_COST = re.compile(r"^# cost (\d+)(?:, (not )?repeatable)?$", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """An operation as it is sent. ``cost`` is what a full page of it costs in points."""

    name: str
    text: str
    cost: int
    is_mutation: bool
    is_repeatable: bool


@cache
def _fragments() -> dict[str, str]:
    """All fragments of all files, by name."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.graphql")):
        text = path.read_text(encoding="utf-8")
        starts = [match.start() for match in _DEFINITION.finditer(text)] + [len(text)]
        for start, end in pairwise(starts):
            match = _DEFINITION.match(text, start)
            assert match
            found[match.group(1)] = text[start:end].strip()
    return found


def _with_fragments(text: str) -> str:
    """The text and every fragment it needs, each once."""
    parts, seen, open_names = [text.strip()], set[str](), _SPREAD.findall(text)
    while open_names:
        fragment = open_names.pop()
        if fragment in seen:
            continue
        seen.add(fragment)
        parts.append(_fragments()[fragment])
        open_names += _SPREAD.findall(parts[-1])
    return "\n\n".join(parts) + "\n"


@cache
def load(name: str) -> Document:
    """The document ``name`` with what its comment says about it."""
    source = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    cost, operation = _COST.search(source), _OPERATION.search(source)
    if not cost or not operation:
        raise ValueError(f"{name}: no operation, or no line with its cost")
    is_mutation = operation.group(1) == "mutation"
    declared = cost.group(0).endswith("repeatable") and not cost.group(2)
    return Document(
        name=name,
        text=_with_fragments(source[operation.start() :]),
        cost=int(cost.group(1)),
        is_mutation=is_mutation,
        is_repeatable=not is_mutation or "@idempotent" in source or declared,
    )


def document(name: str) -> str:
    """Text of a document as it is sent."""
    return load(name).text


def settled(name: str, switches: Mapping[str, bool]) -> str:
    """The text for where variables have no values: what one of them switches is kept or left
    out for good, with its fragment.
    """
    text = document(name)
    for variable, is_on in switches.items():
        switch = re.compile(rf"\s*\.\.\.(\w+) @include\(if: \${variable}\)")
        if is_on:
            text = text.replace(f" @include(if: ${variable})", "")
            continue
        gone = tuple(f"fragment {fragment} " for fragment in switch.findall(text))
        parts = switch.sub("", text).split("\n\n")
        text = "\n\n".join(part for part in parts if not part.startswith(gone))
    return re.sub(r"\A(query \w+)\([^)]*\)", r"\1", text)


def document_names() -> list[str]:
    """Names of the documents that hold an operation."""
    return sorted(
        path.stem
        for path in FOLDER.glob("*.graphql")
        if not path.read_text(encoding="utf-8").startswith("fragment")
    )
