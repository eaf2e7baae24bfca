# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A label is money: workers that are killed at every step, that are repeated, that meet. No second
label, no lost label, and each that is not used is given back.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.dhl import ABSENT, Sandbox, available
from tests.together import kill_asker, killed

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)
FACTS = "tests.label_facts"
# Steps at which a worker ends, and what can be known then without asking a person.
STEPS = {
    "before the row": "buy",
    "before the call": "ask: none",
    "while it answers": "ask: number",
    "before storing": "ask: number",
    "after storing": "use",
    "before the commit": "use",
    "after the commit": "done",
}


@pytest.fixture
def shop(odoo, test_template, clone_database):
    """The stand-in, deliveries that are ready, and how to call what is done with them."""
    database = clone_database(test_template)
    with Sandbox() as dhl:
        dhl.on_kill = kill_asker

        def call(name, log="", /, **values):
            arguments = [f"{key}={value}" for key, value in values.items()]
            lines = odoo.call(database, f"{FACTS}:{name}", f"label-{name}{log}.log", *arguments)
            return json.loads(lines[-1]) if lines and lines[-1][:1] in "[{" else None

        yield dhl.store, call, call("set_up", url=dhl.url, count=14)


def _check(store, told):
    """Each label at DHL is on the delivery it was bought for, and there is no other one."""
    living = {number: name for name, numbers in store.living().items() for number in numbers}
    on_deliveries = {number: int(row) for row, number in told["told"].items() if number}
    assert {number: told["references"][name] for number, name in living.items()} == on_deliveries
    assert store.violations == []


def test_no_second_and_no_lost_label(shop, tmp_path):
    store, call, ids = shop
    dead, rest = ids[: len(STEPS)], ids[len(STEPS) :]
    _killed(store, call, dict(zip(STEPS, dead, strict=True)), rest[:2])
    _repeated(store, call, rest[2])
    _failed(store, call, rest[3])
    _meeting(store, call, rest[4], rest[5:7], tmp_path)
    gone = _locked(store, call, rest[5])
    # Two days later everything that nobody has used is given back.
    told = call("reconcile", "-end", hours=48)
    _check(store, told)
    assert gone not in told["states"] or told["states"][gone] == "voided"
    assert set(told["states"].values()) <= {"used", "voided", "refused"}


def _killed(store, call, dead, ahead):
    """One worker for each step, and one with a set that was bought before."""
    ahead_ids = json.dumps(ahead)

    def die(step):
        with killed():
            if step == "ahead":
                call("buy_ahead", "-dead", ids=ahead_ids, step="before storing")
            else:
                call("validate", f"-{dead[step]}", picking_id=dead[step], step=step)

    store.add_faults("kill_after", operation="buy")
    die("while it answers")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(die, [*(set(dead) - {"while it answers"}), "ahead"]))
    known = dict.fromkeys(ahead, "ask: number") | {row: STEPS[step] for step, row in dead.items()}
    sold = len(store.shipments)
    assert sold == len([row for row, what in known.items() if what not in ("buy", "ask: none")])

    told = call("go_on", ids=json.dumps(list(known)))
    for picking, what in known.items():
        state, number = told["states"][str(picking)], told["told"][str(picking)]
        asks = what.startswith("ask")
        assert (state == "uncertain", bool(number)) == (asks, not asks), what
    # The one that had not been asked for was bought now, and no other one.
    assert len(store.shipments) == sold + 1

    living, references = store.living(), {row: name for name, row in told["references"].items()}
    found = {}
    for picking, what in known.items():
        if what.startswith("ask"):
            (found[picking],) = living.get(references[picking], [""])
            assert bool(found[picking]) == (what == "ask: number")
    call("decide", found=json.dumps(found))
    told = call("go_on", "-decided", ids=json.dumps(list(known)))
    assert len(store.shipments) == sold + 2
    assert all(told["told"].values())
    _check(store, told)


def _repeated(store, call, picking):
    sold = len(store.shipments)
    told = call("retry", picking_id=picking)
    assert told["tries"] == 2 and told["number"]
    assert len(store.shipments) == sold + 1


def _failed(store, call, picking):
    """Nobody tries again: it is kept for a while, then given back."""
    sold, living = len(store.shipments), store.living()
    assert call("fail", picking_id=picking) == {"number": False}
    assert len(store.shipments) == sold + 1
    told = call("reconcile", "-soon")
    assert told["states"][str(picking)] == "bought"
    told = call("reconcile", "-later", hours=1)
    assert told["states"][str(picking)] == "voided"
    assert store.living() == living


def _meeting(store, call, picking, pickings, folder):
    """Two workers with one delivery, and with overlapping sets."""
    sold = len(store.shipments)
    for name, ids, ahead in (("one", [picking], ""), ("set", pickings, "1")):
        store.add_faults("slow", operation="buy", seconds=0.5)
        (folder / name).mkdir()

        def work(number, ids=ids, ahead=ahead, name=name):
            values = {"ids": json.dumps(ids), "folder": folder / name, "ahead": ahead}
            return call("together", f"-{name}-{number}", name=number, **values)

        with ThreadPoolExecutor(2) as pool:
            told = [row["problems"] for row in pool.map(work, range(2))]
        assert 0 in told and len(set(told)) <= 2, told
    assert len(store.shipments) == sold + 1 + len(pickings)


def _locked(store, call, picking):
    """The row waits for nobody, and a delivery that was never committed gets its label back."""
    sold = len(store.shipments)
    told = call("locked", picking_id=picking)
    assert told["problems"] == []
    assert len(store.shipments) == sold + 1
    return str(told["gone"])
