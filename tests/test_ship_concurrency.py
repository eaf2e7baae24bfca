# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two people ship the same list, and a process dies in the middle."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ship_facts import BAD
from tests.together import killed

FACTS = "tests.ship_facts"
ORDERS = 12


@pytest.fixture
def call(odoo, test_template, clone_database):
    """Run one of the facts in a process of its own."""
    database = clone_database(test_template)

    def run(name, *arguments, number=0):
        log = f"ship-{name}-{number}.log"
        return odoo.call(database, f"{FACTS}:{name}", log, *arguments)[-1]

    assert int(run("set_up", f"orders={ORDERS}")) == ORDERS
    return run


def check(facts):
    """All but the bad one have left, once."""
    expected = ["done"] * ORDERS
    expected[BAD] = "assigned"
    assert facts == {"states": expected, "moved": 2 * (ORDERS - 1), "backorders": 0}


def test_two_people_ship_the_same_list(call):
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda number: json.loads(call("ship", number=number)), range(2)))
    check(json.loads(call("collect")))
    for position, both in enumerate(zip(*told, strict=True)):
        if position != BAD:
            assert [state for _problem, state in both].count("done") == 1
            assert {problem for problem, _state in both} <= {"", "busy", "done"}


def test_process_that_dies_has_shipped_nothing_by_halves(call):
    with killed():
        call("die")
    facts = json.loads(call("collect"))
    assert set(facts["states"]) == {"assigned"}
    assert json.loads(call("go_on")) == [ORDERS - 1, 1]
    check(json.loads(call("collect")))
