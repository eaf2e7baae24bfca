"""The virtual environment `.venv`: pinned requirements, installed once for each change of them."""

import hashlib
import json
import shutil
import sys
import venv
from pathlib import Path

from tools import settings
from tools.console import Failure, run_logged, step
from tools.odoo_tree import OdooTree

STAMP = settings.VENV / "installed.json"
CONSTRAINTS = settings.REQUIREMENTS / "constraints.txt"
# In this order; the second value tells whether pip may follow what the packages themselves ask for.
LAYERS = {"odoo": True, "runtime": False, "sandbox": True, "test": True}


def is_current(layers: tuple[str, ...]) -> bool:
    """Tell whether the environment holds these layers as they are pinned now."""
    state = _read()
    return bool(state) and all(state.get(name) == _digest(name) for name in layers)


def ensure(tree: OdooTree, layers: tuple[str, ...]) -> None:
    """Install the layers that are missing or have changed, and make `import odoo` work."""
    if not is_current(layers):
        with step(f"Python packages into {settings.VENV.name}"):
            _install(layers)
    _link(tree)


def _install(layers: tuple[str, ...]) -> None:
    """Install layer by layer; an environment that an interrupted run left is made anew."""
    state = _read()
    if state is None:
        shutil.rmtree(settings.VENV, ignore_errors=True)
        venv.create(settings.VENV, with_pip=True, symlinks=True)
        state = {"python": _python()}
    # Without the stamp while pip works: what is half installed must not look complete.
    STAMP.unlink(missing_ok=True)
    for name in layers:
        if state.get(name) != _digest(name):
            _pip(name, follow=LAYERS[name])
            state[name] = _digest(name)
    STAMP.write_text(json.dumps(state, indent=1))


def _pip(layer: str, *, follow: bool) -> None:
    """Install one requirements file."""
    command = [settings.VENV_PYTHON, "-m", "pip", "install", "--no-input", "--progress-bar=off"]
    command += ["-c", CONSTRAINTS] if follow else ["--no-deps"]
    try:
        run_logged(
            [*command, "-r", settings.REQUIREMENTS / f"{layer}.txt"],
            f"pip-{layer}.log",
            progress=lambda line: line.strip()[:70],
        )
    except Failure as failure:
        raise Failure(
            f"The packages of requirements/{layer}.txt could not be installed "
            f"(no network, or no build for this Python?).\n{failure}"
        ) from None


def _link(tree: OdooTree) -> None:
    """Name the Odoo tree in a .pth file: importable, and visible to pip as a distribution."""
    packages = next((settings.VENV / "lib").glob("python3.*/site-packages"))
    content = f"{tree.python_path}\n"
    link = packages / "odoo-tree.pth"
    if not link.exists() or link.read_text() != content:
        link.write_text(content)


def _read() -> dict[str, str] | None:
    """Return what is installed, or None where there is no complete environment of this Python."""
    try:
        state = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None
    return state if state.get("python") == _python() and settings.VENV_PYTHON.exists() else None


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor} at {settings.VENV}"


def _digest(layer: str) -> str:
    paths = [settings.REQUIREMENTS / f"{layer}.txt"]
    if LAYERS[layer]:
        paths.append(CONSTRAINTS)
    return hashlib.sha256(b"".join(Path(path).read_bytes() for path in paths)).hexdigest()
