# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Workers at one complaint at the same time, each in its own process: everything once."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.complaint_facts import RETURNED, SHIPPED
from tests.together import killed

FACTS = "tests.complaint_facts"
WORKERS = 2


def test_two_workers_at_one_complaint(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)
    made = json.loads(odoo.call(database, f"{FACTS}:set_up", "complaint-setup.log")[-1])
    ids = [f"{name}={number}" for name, number in made.items()]
    with killed():
        odoo.call(database, f"{FACTS}:credit_killed", "killed.log", f"credit={made['credit']}")

    def work(worker):
        log = f"complaint-{worker}.log"
        arguments = [f"worker={worker}", f"workers={WORKERS}", f"folder={tmp_path}", *ids]
        return json.loads(odoo.call(database, f"{FACTS}:work", log, *arguments)[-1])

    with ThreadPoolExecutor(WORKERS) as pool:
        done = [step for steps in pool.map(work, range(WORKERS)) for step in steps]
    assert sorted(done) == [0, 1, 2], "each step by one of them"
    facts = json.loads(odoo.call(database, f"{FACTS}:collect", "facts.log", *ids)[-1])
    assert facts == {
        "decided": [RETURNED],
        "scrapped": [RETURNED],
        "notes": 1,
        "credited": 3.0,
        "complained": SHIPPED,
    }
