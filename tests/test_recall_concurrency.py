# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A lot is blocked and recalled while others ship it, each in a process of its own."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

FACTS = "tests.recall_facts"


@pytest.fixture
def call(odoo, test_template, clone_database):
    """Run a function of the facts in a process of its own on one clone."""
    database = clone_database(test_template)

    def run(function, *args):
        lines = odoo.call(database, f"{FACTS}:{function}", f"recall-{function}.log", *args)
        return json.loads(lines[-1])

    return run


def test_lot_is_blocked_during_a_picking(call):
    """What the picker's transaction does not see yet stops him all the same."""
    made = call("set_up")
    picked = made["pickings"][0]
    with ThreadPoolExecutor(2) as pool:
        blocking = pool.submit(call, "block_slowly", f"lot_id={made['lot']}")
        shipping = pool.submit(call, "ship_meanwhile", f"picking_id={picked}")
        blocking.result()
        answer = shipping.result()
    assert "J-1" in answer
    assert "Smells" in answer
    facts = call("tell")
    assert facts["shipped"] == []
    assert facts["free"] == 100


def test_goods_shipped_at_the_moment_of_the_recall_are_listed_and_the_block_undone(call):
    """The recall waits for the shipment, and lists it in its next look at the latest."""
    made = call("set_up")
    first, second, _third = made["pickings"]
    with ThreadPoolExecutor(2) as pool:
        shipping = pool.submit(call, "ship_slowly", f"picking_id={first}")
        recalling = pool.submit(call, "recall", f"lot_id={made['lot']}")
        shipping.result()
        recalled = recalling.result()
    assert recalled["waited"] > 1
    facts = call("refresh")
    assert facts["asked"] >= 1
    assert facts["blocked"]
    assert facts["shipped"] == [first]
    assert facts["listed"] == [first]
    assert "J-1" in call("ship", f"picking_id={second}")
    assert call("undo", f"recall_id={recalled['recall']}") == "undone"
    assert call("ship", f"picking_id={second}") == "done"
    facts = call("tell")
    assert not facts["blocked"]
    assert facts["shipped"] == [first, second]
    assert facts["free"] == 90
