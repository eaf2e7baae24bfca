# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The control interface: what a test, not a client, tells the stand-in over HTTP."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..base.control import Command, check_known, commands
from . import faults, payouts, returns, webhooks
from .answers import Json
from .webhooks import Mischief


def order(store: Any, request: Json) -> Json:
    """Add or change an order, and tell subscribers of a topic at once if one is named."""
    if "order" in request:
        node = store.put_order(request["order"])
    else:
        node = store.change_order(request["name"], request.get("changes"))
    results = []
    if topic := request.get("topic"):
        times = int(request.get("times", 1))
        results = webhooks.deliver(store, topic, store.told(node), times=times)
    return {"id": node["id"], "updatedAt": node["updatedAt"], "deliveries": results}


def mischief(store: Any, request: Json) -> Json:
    """What is to happen to deliveries from now on."""
    check_known(request, (field.name for field in fields(Mischief)))
    store.mischief = Mischief(**request)
    return {"waiting": len(store.deliveries)}


def flush(store: Any, _request: Json) -> Json:
    """Deliver what waits."""
    return webhooks.flush(store)


def emit(store: Any, request: Json) -> Json:
    """Tell subscribers something the shop itself has no occasion for."""
    store.emit(request["topic"], request["payload"])
    return {"waiting": len(store.deliveries)}


def stock(store: Any, request: Json) -> Json:
    """Somebody in the shop changes stock."""
    store.stock.move(request["item"], request["location"], available=int(request["delta"]))
    return {"levels": [[*key, level] for key, level in store.stock.levels.items()]}


def customer_return(store: Any, request: Json) -> Json:
    """A customer sends something back."""
    return {"id": returns.request(store, request["name"], request["pieces"])["id"]}


def payout(store: Any, _request: Json) -> Json:
    """The vendor pays out."""
    node = payouts.issue(store)
    return {"id": node["id"], "net": node["net"]}


def bulk(store: Any, request: Json) -> Json:
    """How many polls a bulk operation takes, and whether it fails in the end."""
    store.bulk_polls = int(request.get("polls", store.bulk_polls))
    store.bulk_failure = request.get("failure", store.bulk_failure)
    return {"polls": store.bulk_polls, "failure": store.bulk_failure}


CONTROL: dict[str, Command] = {
    **commands(faults.KINDS),
    "/sandbox/order": order,
    "/sandbox/webhooks": mischief,
    "/sandbox/webhooks/flush": flush,
    "/sandbox/webhooks/emit": emit,
    "/sandbox/stock": stock,
    "/sandbox/return": customer_return,
    "/sandbox/payout": payout,
    "/sandbox/bulk": bulk,
}


def state(store: Any) -> Json:
    """What the stand-in holds and has done, for tests and health checks."""
    return {
        "orders": len(store.orders),
        "requests": len(store.requests),
        "effects": len(store.effects),
        "replays": store.replays,
        "deliveries": len(store.deliveries),
        "subscriptions": len(store.subscriptions),
        "mails": len(store.mails),
    }
