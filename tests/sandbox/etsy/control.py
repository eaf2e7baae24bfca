# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The control interface: what a test, not a client, tells the stand-in over HTTP."""

from __future__ import annotations

from typing import Any

from ..base.control import Command, check_known, commands
from . import events, faults
from .answers import Json
from .limits import VARIANTS
from .oauth import SCOPES

SWITCHES = (
    *("addresses_hidden", "tracking_refused", "unknown_carrier"),
    *("without_stock", "relisting", "fee_vat", "ledger_style"),
)
LIMITS = ("per_second", "per_day", "variant", "retry_after", "values")


def switch(store: Any, request: Json) -> Json:
    """How Etsy treats this shop from now on."""
    check_known(request, SWITCHES)
    for name, value in request.items():
        setattr(store, name, value)
    return {name: getattr(store, name) for name in SWITCHES}


def limit(store: Any, request: Json) -> Json:
    """Limits of the key and how headers tell about them."""
    check_known(request, LIMITS)
    if request.get("variant", "usual") not in VARIANTS:
        raise KeyError(request["variant"])
    for name, value in request.items():
        setattr(store.limits, name, value)
    return {"taken": len(store.limits.taken), "refused": store.limits.refused}


def consent(store: Any, request: Json) -> Json:
    """What the seller does when asked: approve, deny, or look at the page."""
    if request["mode"] not in ("approve", "deny", "page"):
        raise KeyError(request["mode"])
    store.authority.consent = request["mode"]
    store.authority.callbacks = request.get("callbacks", store.authority.callbacks)
    return {"mode": store.authority.consent}


def grant(store: Any, request: Json) -> Json:
    """Tokens as after the seller's consent."""
    return store.grant(request.get("scopes", SCOPES))


def expire(store: Any, _request: Json) -> Json:
    """Access tokens end now; they may be renewed."""
    store.authority.expire()
    return {"refresh": len(store.authority.refresh)}


def revoke(store: Any, _request: Json) -> Json:
    """The seller takes the consent back."""
    store.authority.revoke()
    return {"refresh": 0}


def event(store: Any, request: Json) -> Json:
    """Something happens at Etsy; the answer is what it happened to."""
    return events.happen(store, request)


CONTROL: dict[str, Command] = {
    **commands(faults.KINDS),
    "/sandbox/switch": switch,
    "/sandbox/limit": limit,
    "/sandbox/consent": consent,
    "/sandbox/grant": grant,
    "/sandbox/expire": expire,
    "/sandbox/revoke": revoke,
    "/sandbox/event": event,
}


def state(store: Any) -> Json:
    """What the stand-in holds and has done, for tests and health checks."""
    return {
        "receipts": len(store.receipts),
        "requests": len(store.requests),
        "effects": len(store.effects),
        "mails": len(store.mails),
        "renewals": store.authority.renewals,
        "violations": store.violations,
        "balance": store.ledger[-1]["balance"] if store.ledger else 0,
    }
