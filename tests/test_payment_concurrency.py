# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Matching and reminding in several processes at once: no cent and no e-mail twice."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.payment_facts import AMOUNT, CUSTOMERS

FACTS = "tests.payment_facts"
WORKERS = 3


def test_simultaneous_runs_pay_and_remind_once(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)
    argument = f"workers={WORKERS}"
    made = json.loads(odoo.call(database, f"{FACTS}:set_up", "payment-setup.log", argument)[-1])
    ids = {name: ",".join(map(str, numbers)) for name, numbers in made.items()}
    lines = f"line_ids={ids['lines']}"

    def work(worker):
        log = f"payment-worker-{worker}.log"
        arguments = [f"worker={worker}", argument, f"folder={tmp_path}", lines]
        return odoo.call(database, f"{FACTS}:work", log, *arguments)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    arguments = [f"paid_ids={ids['paid']}", f"overdue_ids={ids['overdue']}", lines]
    facts = json.loads(odoo.call(database, f"{FACTS}:collect", "facts.log", *arguments)[-1])
    assert facts["states"] == ["matched"] * (CUSTOMERS + 1) + ["unknown"] * (WORKERS - 1)
    assert facts["open"] == 0
    assert facts["used"] == AMOUNT * (CUSTOMERS + 1)
    assert facts["levels"] == facts["reminders"] == facts["mails"] == CUSTOMERS
