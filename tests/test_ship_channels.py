# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders of two shops, from the ship desk to the door: labels of two carriers, tracking at
the shops exactly once, and what becomes of the parcels told once. In between workers die.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chaos.etsy import EtsyWorld
from tests.chaos.shopify import ShopifyWorld
from tests.chaos.story import Order
from tests.sandbox import dhl, etsy, ups
from tests.sandbox.ups.tracking import happen
from tests.together import killed

pytestmark = pytest.mark.skipif(
    not (dhl.available() and ups.available() and etsy.available()), reason=dhl.ABSENT
)
FACTS, CHANNEL = "tests.ship_channel_facts", "tests.channel_facts"
GOODS = (("HON-500", 1), ("KER-1", 1))
# Orders of each shop, fifty in a soak; the request after which a worker that tells it is gone.
ORDERS = {"shopify": 30, "etsy": 20} if os.environ.get("SOAK") else {"shopify": 8, "etsy": 4}
DEADLY = {"shopify": "send", "etsy": "send_parcel"}


@pytest.fixture
def shops(tmp_path):
    """Shops with orders that are paid."""
    worlds = {"shopify": ShopifyWorld("ships", tmp_path), "etsy": EtsyWorld("shipe", tmp_path)}
    for kind, world in worlds.items():
        for number in range(7001, 7001 + ORDERS[kind]):
            world.do("place", Order(number, "shipped", GOODS, (), 0))
    yield worlds
    for world in worlds.values():
        world.stop()


@pytest.fixture
def call(odoo, test_template, clone_database):
    """Run one of the facts in a process of its own; what it tells."""
    database = clone_database(test_template)

    def run(name, log="", /, facts=FACTS, **values):
        arguments = [f"{key}={value}" for key, value in values.items()]
        lines = odoo.call(database, f"{facts}:{name}", f"door-{name}{log}.log", *arguments)
        return json.loads(lines[-1]) if lines and lines[-1][:1] in "[{" else lines[-1:]

    return run


def test_from_the_desk_to_the_door(shops, call, tmp_path):
    with dhl.Sandbox() as yellow, ups.Sandbox() as brown:
        worlds = [
            {"name": f"Shop {kind}", "values": world.channel, "tokens": world.tokens}
            for kind, world in shops.items()
        ]
        made = call("set_up", shops=json.dumps(worlds), dhl=yellow.url, ups=brown.url)
        assert [row["ready"] for row in made] == list(ORDERS.values())
        numbers = _shipped(call, yellow.store, brown.store)
        _told(call, shops, numbers, [row["channel"] for row in made])
        _delivered(call, yellow.store, brown.store, numbers, tmp_path)


def _shipped(call, yellow, brown):
    """The worker of the second job dies with its labels bought; each is bought once all the same,
    and each delivery leaves. Returns the numbers by order.
    """
    with killed():
        call("ship", "-dead", die=2)
    assert len(yellow.shipments) > 5, "the labels of the second set were not bought"
    told = call("ship")
    assert told["lines"] == [["done", ""]] * sum(ORDERS.values())
    numbers = told["numbers"]
    assert sorted(numbers.values()) == sorted(_living(yellow, brown))
    assert len(yellow.shipments) + len(brown.shipments) == sum(ORDERS.values())
    assert yellow.violations == []
    return numbers


def _living(yellow, brown):
    """Numbers that have to be paid for."""
    found = [number for numbers in yellow.living().values() for number in numbers]
    return found + [shipment.number for shipment in brown.shipments if not shipment.voided]


def _told(call, shops, numbers, channels):
    """For each shop a worker dies after it has told something, then two go on side by side."""
    for (kind, request), channel in zip(DEADLY.items(), channels, strict=True):
        values = {"facts": CHANNEL, "channel_id": channel, "kind": "fulfilment"}
        assert "done" not in call("send", f"-{kind}-dead", die=request, **values)
        with ThreadPoolExecutor(2) as pool:
            logs = [f"-{kind}-{number}" for number in range(2)]
            for told in pool.map(lambda log, values=values: call("send", log, **values), logs):
                assert told == ["done"]
    orders = {node["name"]: node for node in shops["shopify"].store.orders.values()}
    for name in numbers.keys() & orders.keys():
        (shipment,) = orders[name]["fulfillments"]
        (tracking,) = shipment["trackingInfo"]
        assert (tracking["company"], tracking["number"]) == ("DHL", numbers[name])
    mails = shops["etsy"].store.mails
    assert sorted((str(row["receipt_id"]), row["tracking_code"]) for row in mails) == sorted(
        (name, number) for name, number in numbers.items() if number.startswith("1Z")
    )


def _delivered(call, yellow, brown, numbers, folder):
    """What the carriers say is noted once, whoever asks and dies. A parcel of each is held up
    first; what people were asked to do is over when it is delivered.
    """
    trouble = {numbers["#7001"], numbers["7001"]}
    changes = []
    for code, kind, turn in (("ZN", "held", "one"), ("ZU", "delivered", "two")):
        for number in numbers.values():
            if kind == "delivered" or number in trouble:
                _happen(yellow, brown, number, code, kind)
        changes.append(_tracked(call, folder / turn, die=kind == "delivered"))
        told = {row["order"]: row for row in call("look", turn)}
        if kind == "held":
            assert {name for name, row in told.items() if row["activities"]} == {"#7001", "7001"}
    assert [row["state"] for row in told.values()] == ["delivered"] * len(numbers)
    assert all(row["delivered"] and not row["activities"] for row in told.values())
    states = [[state for _picking, state in some] for some in changes]
    assert states[0].count("exception") == 2
    assert len(changes[1]) == len({picking for picking, _state in changes[1]})


def _happen(yellow, brown, number, code, kind):
    if number.startswith("1Z"):
        happen(brown, number, kind)
    else:
        yellow.add_event(number, code=code, time="20.11.2026 10:02", text=kind)


def _tracked(call, folder, *, die):
    """Changes two workers have noted; another one was killed before, in its first set."""
    folder.mkdir()
    if die:
        with killed():
            call("track", "-dead", folder=folder, name="dead", workers=1, die=1)
        (folder / "here-0-dead").unlink()
    with ThreadPoolExecutor(2) as pool:
        names = ("first", "second")
        turns = pool.map(lambda name: call("track", name, folder=folder, name=name), names)
        return [change for some in turns for change in some]
