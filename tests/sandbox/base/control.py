# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The control interface: what a test, not a client, tells any stand-in over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any

from .store import Json

Command = Callable[[Any, Json], Json]


def commands(kinds: Container[str]) -> dict[str, Command]:
    """Commands of every stand-in, by path; of the faults these kinds are known."""

    def fault(store: Any, request: Json) -> Json:
        """Spoil the next requests."""
        if request["kind"] not in kinds:
            raise KeyError(request["kind"])
        store.add_faults(**request)
        return {"pending": len(store.faults)}

    return {"/sandbox/fault": fault, "/sandbox/clock": clock, "/sandbox/secrets": secrets}


def clock(store: Any, request: Json) -> Json:
    """Let time pass; the answer is in epoch seconds."""
    store.advance(float(request["seconds"]))
    return {"now": store.moment()}


def secrets(store: Any, request: Json) -> Json:
    """Secrets of the app that are not revoked, the oldest first; tokens live on."""
    store.secrets = list(request["secrets"])
    return {"secrets": len(store.secrets)}


def check_known(request: Json, names: Iterable[str]) -> None:
    """Refuse a request that sets something else than this."""
    if unknown := sorted(request.keys() - set(names)):
        raise KeyError(unknown[0])
