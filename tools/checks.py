"""Checks made before anything is touched: lock, disk, ports, Python modules."""

import fcntl
import importlib.util
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import settings
from tools.console import Failure

GIGABYTE = 10**9


@contextmanager
def only_once() -> Iterator[None]:
    """Hold the lock of this clone: two commands at once would build the same things twice."""
    settings.LOCAL.mkdir(parents=True, exist_ok=True)
    with (settings.LOCAL / "lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            raise Failure(
                f"Another command is at work in this folder (process {owner}).\n"
                "Wait until it has finished, then try again."
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def venv_module() -> None:
    """Fail where Python comes without the modules that make virtual environments."""
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if missing:
        raise Failure(
            f"This Python has no module {' and '.join(missing)}, needed to make .venv.\n"
            "On Debian: apt-get install python3-venv"
        )


def namesakes(names: list[str], venv: Path = settings.VENV) -> None:
    """Fail where a package of .venv has an addon of the same name as one of ours.

    Odoo looks there first, whatever `addons_path` says: ours would silently not be used.
    """
    found = [
        path
        for name in names
        for path in venv.glob(f"lib/python*/site-packages/odoo/addons/{name}")
    ]
    if found:
        listed = ", ".join(str(path) for path in found)
        raise Failure(
            f"A package in {venv.name} hides an addon of this project: {listed}\n"
            "Odoo would use it instead. Uninstall the package with pip, or remove .venv."
        )


def disk(needed_gb: float) -> None:
    """Fail where the project's or the cache's disk has less than `needed_gb` GB free.

    The environment variable MIN_FREE_GB replaces the figure, for disks where the user knows
    better (3 GB are used by a first run, 1.3 of them by Odoo itself).
    """
    text = os.environ.get("MIN_FREE_GB")
    try:
        wanted = float(text) if text else needed_gb
    except ValueError:
        raise Failure(f"MIN_FREE_GB must be a number of gigabytes, not {text!r}.") from None
    for folder in (settings.PROJECT, settings.cache()):
        free = shutil.disk_usage(_existing(folder)).free / GIGABYTE
        if free < wanted:
            raise Failure(
                f"Too little disk space for {folder}: {free:.1f} GB free, {wanted:g} GB needed.\n"
                "Free some, or say MIN_FREE_GB=<number> if less will do."
            )


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def port_free(port: int, variable: str) -> None:
    """Fail where another program listens on the port."""
    if not port_is_free(port):
        raise Failure(
            f"Port {port} of this machine is taken by another program.\n"
            f"Name another one: make run {variable}={port + 1000 if port < 64000 else 8070}"
        )


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
