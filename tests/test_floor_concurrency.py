# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two operators at one run, each in a process of its own."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import floor_facts

FACTS = "tests.floor_facts"


@pytest.fixture
def made(odoo, test_template, clone_database):
    database = clone_database(test_template)
    return database, json.loads(odoo.call(database, f"{FACTS}:set_up", "floor-setup.log")[-1])


def _together(odoo, made, what, users):
    database, facts = made
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(
                odoo.call,
                database,
                f"{FACTS}:{what}",
                f"floor-{what}-{place}.log",
                f"run_id={facts['run']}",
                f"lot_id={facts['lot']}",
                f"user_id={user}",
            )
            for place, user in enumerate(users)
        ]
        for call in calls:
            call.result()
    told = odoo.call(database, f"{FACTS}:tell", "floor-tell.log", f"run_id={facts['run']}")
    return json.loads(told[-1])


def test_two_operators_neither_lose_nor_double_a_weighing(odoo, made):
    facts = _together(odoo, made, "operate", made[1]["users"])
    total = floor_facts.WEIGHINGS * 2
    assert facts["weighings"] == total
    assert facts["people"] == ["Anna", "Ben"]
    assert facts["lines"] == [[float(total), True]]
    assert facts["reserved"] == total
    assert facts["starts"] == ["start"], "the run is started once"
    assert facts["deviations"] == 0
    assert facts["state"] == "done"


def test_the_same_weighing_sent_twice_at_once_is_one(odoo, made):
    anna = made[1]["users"][0]
    facts = _together(odoo, made, "tap", [anna, anna])
    assert facts["weighings"] == 1
    assert sorted(facts["lines"]) == [[1.0, True], [23.0, False]]
