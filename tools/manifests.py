"""What the manifests of our addons say: names in order of dependency, what they depend on."""

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import settings

# Needed by the set-up itself: the German chart of accounts.
ALWAYS = ("l10n_de",)
# Not part of what a database is built from.
NOT_BUILT = {"tests", "readme", "__pycache__", "description"}


@dataclass(frozen=True)
class Addon:
    """One of our addons."""

    name: str
    manifest: dict[str, Any]

    @property
    def depends(self) -> list[str]:
        """Return the addons it depends on."""
        return list(self.manifest.get("depends", []))


def own_addons(folder: Path = settings.ADDONS) -> list[Addon]:
    """Return our addons, each after those of ours that it depends on."""
    found = {
        path.parent.name: Addon(path.parent.name, ast.literal_eval(path.read_text("utf-8")))
        for path in sorted(folder.glob("*/__manifest__.py"))
    }
    ordered: dict[str, Addon] = {}

    def visit(name: str) -> None:
        if name in found and name not in ordered:
            for needed in found[name].depends:
                visit(needed)
            ordered[name] = found[name]

    for name in found:
        visit(name)
    return [addon for addon in ordered.values() if addon.manifest.get("installable", True)]


def own_names() -> list[str]:
    """Return the names of our addons, in order of dependency."""
    return [addon.name for addon in own_addons()]


def outside_dependencies() -> list[str]:
    """Return the addons of others that ours depend on."""
    addons = own_addons()
    needed = {name for addon in addons for name in addon.depends} | set(ALWAYS)
    return sorted(needed - {addon.name for addon in addons})


def addons_digest() -> str:
    """Return a hash over all files of our addons that a database is built from."""
    digest = hashlib.sha256()
    for path in sorted(settings.ADDONS.rglob("*")):
        relative = path.relative_to(settings.ADDONS)
        if path.is_file() and not NOT_BUILT & set(relative.parts) and path.suffix != ".pyc":
            digest.update(f"{relative}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()
