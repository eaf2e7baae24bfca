# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Planning in several processes at once: no run twice, no demand lost."""

import json
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import planning_facts
from tools import settings

FACTS = "tests.planning_facts"
ORDERED = sum(planning_facts.ORDERED)
PATIENCE = 60.0  # seconds


@pytest.fixture
def database(odoo, test_template, clone_database):
    return clone_database(test_template)


@pytest.fixture
def made(odoo, database):
    return json.loads(odoo.call(database, f"{FACTS}:set_up", "planning-setup.log")[-1])


def collect(odoo, database, made):
    arguments = [f"jar={made['jar']}", f"bulk={made['bulk']}"]
    call = odoo.call(database, f"{FACTS}:collect", "planning-facts.log", *arguments)
    return json.loads(call[-1])


def assert_covered_once(facts, jars):
    """Every jar is on hand or made once, from bulk that is made once, at a time of its own."""
    assert facts["uncovered"] == []
    assert facts["open"] == 0
    assert facts["jars"] == jars
    assert facts["bulk"] == facts["supplied"] == jars
    assert facts["scheduled"] == facts["runs"]
    assert facts["overlaps"] == []


def test_two_planners_at_once(odoo, database, made, tmp_path):
    def work(name):
        arguments = [f"name={name}", "workers=2", f"folder={tmp_path}"]
        log = f"planning-{name}.log"
        return int(odoo.call(database, f"{FACTS}:plan", log, *arguments)[-1])

    with ThreadPoolExecutor(2) as pool:
        tries = list(pool.map(work, ("one", "two")))
    assert sum(tries) > 2, "they were not at it at the same time"
    facts = collect(odoo, database, made)
    assert_covered_once(facts, 2 * ORDERED - planning_facts.IN_STOCK)
    assert facts["runs"] == 4, "a run for each product and warehouse"


def test_salesperson_confirms_while_runs_are_planned(odoo, database, made, tmp_path):
    folder = f"folder={tmp_path}"
    with ThreadPoolExecutor(2) as pool:
        planning = pool.submit(
            odoo.call,
            database,
            f"{FACTS}:plan_slowly",
            "planning-slow.log",
            folder,
            "warehouse_index=0",
        )
        selling = pool.submit(
            odoo.call,
            database,
            f"{FACTS}:sell",
            "planning-sell.log",
            f"order_id={made['late']}",
            folder,
        )
        seconds = float(selling.result()[-1])
        tries = int(planning.result()[-1])
    assert seconds < PATIENCE / 4, "whoever sells does not wait for the planner"
    assert tries == 2, "the jars the planner counted on were sold meanwhile"
    odoo.call(database, f"{FACTS}:plan", "planning-next.log", f"folder={tmp_path}")
    facts = collect(odoo, database, made)
    assert_covered_once(facts, 2 * ORDERED + 9 - planning_facts.IN_STOCK)


def test_killed_nightly_job_is_repeated(odoo, database, made, tmp_path):
    command = [settings.VENV_PYTHON, "-m", "tools.in_odoo", "--database", database]
    arguments = [f"{FACTS}:plan_slowly", f"folder={tmp_path}", "warehouse_index=1"]
    job = subprocess.Popen([*command, *arguments], env=odoo.variables(), cwd=settings.PROJECT)
    try:
        until = time.monotonic() + PATIENCE
        while not (tmp_path / "planning").exists():
            assert time.monotonic() < until, "the job never came to the second warehouse"
            assert job.poll() is None
            time.sleep(0.02)
    finally:
        job.send_signal(signal.SIGKILL)
        job.wait()
    half = collect(odoo, database, made)
    assert half["jars"] == ORDERED - planning_facts.IN_STOCK, "the first warehouse is done"
    assert half["open"] == len(planning_facts.ORDERED), "the second is as it was"
    odoo.call(database, f"{FACTS}:plan", "planning-again.log", f"folder={tmp_path}")
    facts = collect(odoo, database, made)
    assert_covered_once(facts, 2 * ORDERED - planning_facts.IN_STOCK)
    assert facts["runs"] == 4
