# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The GraphQL documents, kept as files beside this module, with their fragments."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

FOLDER = Path(__file__).with_name("documents")
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_DEFINITION = re.compile(r"^fragment\s+(\w+)\s", re.MULTILINE)


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


@cache
def document(name: str) -> str:
    """Text of the document ``name`` with every fragment it needs, each once."""
    text = (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    parts, seen, open_names = [text.strip()], set[str](), _SPREAD.findall(text)
    while open_names:
        fragment = open_names.pop()
        if fragment in seen:
            continue
        seen.add(fragment)
        parts.append(_fragments()[fragment])
        open_names += _SPREAD.findall(parts[-1])
    return "\n\n".join(parts) + "\n"


def document_names() -> list[str]:
    """Names of the documents that hold an operation."""
    return sorted(
        path.stem
        for path in FOLDER.glob("*.graphql")
        if not path.read_text(encoding="utf-8").startswith("fragment")
    )
