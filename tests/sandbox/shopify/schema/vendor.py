# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The vendor's full schemas: files of a package of theirs, kept outside of the project.

Nothing of the package is run. Tests use the files where they are, and live without them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_client_schema

PACKAGE = "@shopify/dev-mcp@1.16.0"
ARCHIVE = "shopify-dev-mcp-1.16.0.tgz"
SHA256 = "4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474"
PINNED = "2026-10"
# The version we ask for, the one before it, and what will come after it.
VERSIONS = ("2026-07", PINNED, "unstable")
CACHE = Path.home() / ".cache/batch-order-hub/shopify"
_SCOPE = re.compile(r"`((?:read_|write_)?[a-z_]+)`")


def path(version: str) -> Path:
    """Where the schema of a version lies if it has been fetched."""
    return CACHE / f"admin_{version}.json.gz"


def fetch() -> None:
    """Get the package through npm, check it, and keep the schemas of our versions."""
    CACHE.mkdir(parents=True, exist_ok=True)
    archive = CACHE / ARCHIVE
    if not archive.exists():
        subprocess.run(["npm", "pack", PACKAGE], cwd=CACHE, check=True, capture_output=True)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{archive.name} is not the file that is expected ({digest})")
    with tarfile.open(archive) as package:
        for version in VERSIONS:
            member = package.extractfile(f"package/dist/data/{path(version).name}")
            assert member
            path(version).write_bytes(member.read())


def introspection(version: str) -> dict[str, Any]:
    """The vendor's introspection answer, with its own additions (scopes, protection)."""
    return json.loads(gzip.decompress(path(version).read_bytes()))["data"]


def schema(version: str) -> GraphQLSchema:
    """Full schema of a version. Some deprecated fields differ from their interface."""
    return build_client_schema(introspection(version), assume_valid=True)


def scopes(text: str | None) -> list[str]:
    """Rights of which any one is enough, from the vendor's sentence about them."""
    names = _SCOPE.findall((text or "").split("Also:")[0])
    return [
        name if "_" in name and name.split("_")[0] in ("read", "write") else f"write_{name}"
        for name in names
    ]


def facts(version: str, kept: dict[str, set[str]]) -> dict[str, dict[str, Any]]:
    """Rights and protection of the types and fields in ``kept``, by ``Type`` and ``Type.field``."""
    access: dict[str, list[str]] = {}
    protected: dict[str, str] = {}
    for kind in introspection(version)["__schema"]["types"]:
        if kind["name"] not in kept:
            continue
        if names := scopes(kind.get("requiredAccess")):
            access[kind["name"]] = names
        for field in kind.get("fields") or ():
            key = f"{kind['name']}.{field['name']}"
            if field["name"] not in kept[kind["name"]]:
                continue
            if names := scopes(field.get("requiredAccess")):
                access[key] = names
            if field.get("isProtected"):
                protected[key] = field["protectedContent"]
    return {"access": access, "protected": protected}
