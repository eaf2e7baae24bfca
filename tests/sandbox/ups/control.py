# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The control interface: what a test, not a client, tells the stand-in over HTTP."""

from __future__ import annotations

from ..base.control import check_known, commands
from ..base.store import Json
from . import faults
from .store import Store
from .tracking import happen


def state(store: Store) -> Json:
    """What the stand-in holds and has done."""
    return {
        "shipments": [
            {
                "number": one.number,
                "numbers": [parcel.number for parcel in one.parcels],
                "reference": one.reference,
                "price": str(one.price),
                "voided": one.voided,
            }
            for one in store.shipments
        ],
        "charged": str(store.charged()),
        "requests": store.requests,
        "effects": store.effects,
        "faults": store.faults,
        "tokens": len(store.tokens),
    }


def event(store: Store, request: Json) -> Json:
    """Something happens to a parcel: ``number``, ``kind``, and ``city`` and ``country``."""
    check_known(request, ("number", "kind", "city", "country"))
    happen(store, **request)
    return {"happened": request["kind"]}


def manners(store: Store, request: Json) -> Json:
    """How it answers: ``single``, ``noise``, and ``processing`` in seconds."""
    check_known(request, ("single", "noise", "processing"))
    for name, value in request.items():
        setattr(store, name, value)
    return request


CONTROL = {
    **commands(faults.KINDS),
    "/sandbox/event": event,
    "/sandbox/manners": manners,
}
