# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Somebody saves an order while the run that serves it is closed, each in its own process."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests import closing_facts

FACTS = "tests.closing_facts"


def test_saving_an_order_does_not_hinder_the_closing(odoo, test_template, clone_database):
    database = clone_database(test_template)
    made = json.loads(odoo.call(database, f"{FACTS}:set_up", "closing-setup.log")[-1])
    with ThreadPoolExecutor(2) as pool:
        saving = pool.submit(
            odoo.call,
            database,
            f"{FACTS}:save_order",
            "closing-save.log",
            f"order_id={made['order']}",
        )
        closing = pool.submit(
            odoo.call, database, f"{FACTS}:close", "closing-close.log", f"run_id={made['run']}"
        )
        saving.result()
        waited = float(closing.result()[-1])
    assert waited < closing_facts.HELD
    call = odoo.call(database, f"{FACTS}:finish", "closing-end.log", f"run_id={made['run']}")
    facts = json.loads(call[-1])
    assert facts["run"] == "done"
    assert facts["reserved"] == [1.0] * closing_facts.ORDERS
    assert facts["status"] == ["ready"] * closing_facts.ORDERS
    assert facts["notes"] == 1
    assert facts["jobs"] == 1, "the closing has left the order alone"
