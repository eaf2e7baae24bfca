# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""UPS can be asked by reference: workers that are killed at every step leave nothing a person has
to decide. What was bought is found and used, what was not is bought once.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.ups import ABSENT, Sandbox, available
from tests.together import kill_asker, killed
from tools.console import Failure

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)
FACTS, OWN = "tests.label_facts", "tests.label_ups_facts"
# Steps at which a worker ends, and whether the delivery has a label the next time it is tried,
# without waiting until UPS can be asked. The others are the same at all carriers.
STEPS = {
    "before the call": False,
    "while it answers": False,
    "before storing": False,
    "before the commit": True,
}


@pytest.fixture
def shop(odoo, test_template, clone_database):
    """The stand-in, deliveries that are ready, and how to call what is done with them."""
    database = clone_database(test_template)
    with Sandbox() as ups:
        ups.on_kill = kill_asker

        def call(name, log="", /, *, facts=FACTS, **values):
            arguments = [f"{key}={value}" for key, value in values.items()]
            lines = odoo.call(database, f"{facts}:{name}", f"ups-{name}{log}.log", *arguments)
            return json.loads(lines[-1]) if lines and lines[-1][:1] in "[{" else None

        yield ups.store, call, call("set_up", facts=OWN, url=ups.url, count=10)


def _check(store, told):
    """What has to be paid is on the delivery it was bought for, and there is nothing else."""
    living = {one.number: one.reference for one in store.shipments if not one.voided}
    on_deliveries = {number: int(row) for row, number in told["told"].items() if number}
    assert {number: told["references"][name] for number, name in living.items()} == on_deliveries


def test_nobody_has_to_decide(shop, tmp_path):
    store, call, ids = shop
    dead, rest = ids[: len(STEPS)], ids[len(STEPS) :]
    _killed(store, call, dict(zip(STEPS, dead, strict=True)))
    _killed_ahead(store, call, rest[:3])
    _lost(store, call, rest[3])
    _meeting(store, call, rest[4:6], tmp_path)
    _tokens(store, call)
    told = call("reconcile", "-end", hours=48)
    _check(store, told)
    assert len(told["told"]) == len(ids)
    assert all(told["told"].values())
    assert set(told["states"].values()) == {"used"}


def _killed(store, call, dead):
    for step, picking in dead.items():
        if step == "while it answers":
            store.add_faults("kill_after", operation="ship")
        with killed():
            call("validate", f"-{picking}", picking_id=picking, step=step)
    everybody = json.dumps(list(dead.values()))
    told = call("go_on", ids=everybody)
    numbers = {step: told["told"][str(picking)] for step, picking in dead.items()}
    assert {step: bool(number) for step, number in numbers.items()} == STEPS
    sold = len(store.shipments)
    # All but the one that was not asked for, of which nobody knows yet.
    assert sold == len(STEPS) - 1
    told = call("later", facts=OWN, minutes=5)
    states = {step: told["states"][str(picking)] for step, picking in dead.items()}
    assert states["before the call"] == "refused"
    assert (states["while it answers"], states["before storing"]) == ("bought", "bought")
    told = call("go_on", "-settled", ids=everybody)
    assert all(told["told"].values())
    assert len(store.shipments) == sold + 1
    _check(store, told)


def _killed_ahead(store, call, pickings):
    """A set that was bought at a time, whose worker died before it could tell."""
    with killed():
        call("buy_ahead", "-dead", ids=json.dumps(pickings), step="before storing")
    sold = len(store.shipments)
    assert all(call("buy_ahead", ids=json.dumps(pickings)))
    call("later", "-ahead", facts=OWN, minutes=5)
    assert call("buy_ahead", "-again", ids=json.dumps(pickings)) == [False] * len(pickings)
    told = call("go_on", "-ahead", ids=json.dumps(pickings))
    assert all(told["told"].values())
    assert len(store.shipments) == sold


def _lost(store, call, picking):
    """The answer is lost; UPS knows of the shipment only after a while."""
    sold = len(store.shipments)
    store.add_faults("half_after", operation="ship")
    with pytest.raises(Failure, match="UserError"):
        call("validate", "-lost", picking_id=picking)
    assert len(store.shipments) == sold + 1
    # A look-up that fails says nothing.
    store.add_faults("drop", operation="recovery")
    told = call("later", "-lost", facts=OWN, minutes=5)
    assert told["states"][str(picking)] == "asked"
    told = call("go_on", "-lost", ids=json.dumps([picking]))
    assert told["told"][str(picking)] == store.shipments[-1].number
    assert len(store.shipments) == sold + 1


def _meeting(store, call, pickings, folder):
    """Two workers with the same set."""
    sold = len(store.shipments)
    (folder / "set").mkdir()

    def work(number):
        values = {"ids": json.dumps(pickings), "folder": folder / "set", "ahead": "1"}
        return call("together", f"-{number}", name=number, **values)

    store.add_faults("hang_after", operation="ship", seconds=0.5)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert len(store.shipments) == sold + len(pickings)
    call("later", "-set", facts=OWN, minutes=5)
    told = call("go_on", "-set", ids=json.dumps(pickings))
    assert all(told["told"].values())
    assert len(store.shipments) == sold + len(pickings)


def _tokens(store, call):
    """One for all workers, also where it ends before its time."""
    assert len([one for one in store.requests if "oauth" in one]) == 1
    store.tokens.clear()
    assert call("tokens", facts=OWN) == {"tokens": 1}
    assert len(store.tokens) == 1
