"""Find or fetch Odoo 19: ODOO_PATH, else an importable `odoo`, else the Debian package."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import settings
from tools.apt import ELSEWHERE, PrivateApt
from tools.console import Failure, run_logged, say, step

PACKAGE = "odoo-19"
FONT_AWESOME = "fonts-font-awesome"
# Odoo's style sheets use the names of Font Awesome 4; later Debian releases have 5 or newer.
FONT_AWESOME_VERSION = "4.7.0"
SUITES = ("sid", "bookworm")
# Left out of the Debian package for its licence, yet named in the web client's bundle: without
# the file the browser console shows an error on every page.
MISSING_SCRIPT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooTree:
    """An Odoo 19 on disk.

    `python_path` is the folder that holds the package `odoo`, `addons` the one with its addons;
    `version` names it exactly, for the cache of built databases.
    """

    python_path: Path
    addons: Path
    version: str


def is_at_hand() -> bool:
    """Tell whether Odoo is there without fetching it."""
    return bool(os.environ.get("ODOO_PATH") or _importable() or _cached())


def ensure() -> OdooTree:
    """Return the Odoo tree to use, fetched first if need be."""
    named = os.environ.get("ODOO_PATH")
    if named:
        return tree_at(Path(named).expanduser().resolve(), "ODOO_PATH")
    found = _importable() or _cached()
    if found is None:
        with step("Odoo 19: fetching the Debian package (about 130 MB)"):
            found = _fetch()
    return tree_at(found, "found")


def tree_at(path: Path, origin: str) -> OdooTree:
    """Describe the Odoo 19 in a folder, or fail where there is none."""
    release = path / "odoo" / "release.py"
    text = release.read_text(encoding="utf-8") if release.is_file() else ""
    match = re.search(r"(?m)^version_info = \((\d+), (\d+), (\d+)", text)
    if not match:
        raise Failure(
            f"There is no Odoo in {path} ({origin}): it should hold a folder odoo with release.py."
        )
    version = ".".join(match.groups())
    if not version.startswith(f"{settings.ODOO_SERIES}."):
        raise Failure(
            f"{path} ({origin}) is Odoo {version}; Odoo {settings.ODOO_SERIES} is needed."
        )
    # A package has all addons in odoo/addons, a source checkout has most of them in addons.
    for folder in (path / "odoo" / "addons", path / "addons"):
        if (folder / "web" / "__manifest__.py").is_file():
            return OdooTree(path, folder, f"{version} in {path}")
    raise Failure(f"{path} ({origin}) has no addon 'web': it is not a whole Odoo.")


def _importable() -> Path | None:
    """Return the folder of an Odoo 19 that the base Python can import."""
    code = "import odoo.release as r; print(r.__file__); print(r.version)"
    result = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    lines = result.stdout.split()
    if result.returncode or len(lines) < 2 or not lines[1].startswith(settings.ODOO_SERIES):
        return None
    return Path(lines[0]).resolve().parent.parent


def _cached() -> Path | None:
    """Return the folder of the newest Odoo that was fetched before."""
    found = sorted((settings.cache() / "odoo").glob("19.*/usr/lib/python3/dist-packages"))
    return found[-1] if found else None


def _fetch() -> Path:
    """Fetch and unpack the Debian package with all it links to; complete or not at all."""
    home = settings.cache() / "odoo"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=home) as work:
        apt = PrivateApt(Path(work) / "apt", SUITES)
        apt.update()
        version = _newest(apt)
        debs = apt.download([f"{PACKAGE}={version}", *_linked_packages(apt, version)])
        root = Path(work) / "root"
        for number, deb in enumerate(debs, 1):
            say(f"    unpacking {number} of {len(debs)}: {deb.name.split('_')[0]}")
            run_logged(["dpkg-deb", "-x", deb, root], "unpack.log")
        _complete(root)
        target = home / version
        publish(root, target)
    return target / "usr/lib/python3/dist-packages"


def publish(finished: Path, target: Path) -> None:
    """Give a finished folder of the cache its name; the same one of another clone may be first."""
    try:
        finished.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _newest(apt: PrivateApt) -> str:
    versions = [version for version in apt.versions(PACKAGE) if version.startswith("19.")]
    if not versions:
        raise Failure(
            f"The Debian mirror of this machine has no package {PACKAGE} (suite {SUITES[0]}).\n"
            f"{ELSEWHERE}"
        )
    return versions[0]


def _linked_packages(apt: PrivateApt, version: str) -> list[str]:
    """Return the font and script packages that Odoo's files are links into."""
    names = [
        name
        for name in apt.dependencies(PACKAGE, version)
        if name.startswith(("fonts-", "libjs-")) and name != FONT_AWESOME
    ]
    icons = [text for text in apt.versions(FONT_AWESOME) if FONT_AWESOME_VERSION in text]
    if not icons:
        raise Failure(f"The Debian mirror has no {FONT_AWESOME} {FONT_AWESOME_VERSION}.")
    return [*names, f"{FONT_AWESOME}={icons[0]}"]


def _complete(root: Path) -> None:
    """Add what the package lacks and check that the web client's links lead somewhere."""
    addons = root / "usr/lib/python3/dist-packages/odoo/addons"
    script = addons / MISSING_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("")
    dangling = [path for path in (addons / "web/static").rglob("*") if not path.exists()]
    if dangling:
        raise Failure(
            f"The Odoo package misses files it links to: {dangling[0].relative_to(root)}"
            f" and {len(dangling) - 1} more."
        )
    shutil.rmtree(root / "etc", ignore_errors=True)
