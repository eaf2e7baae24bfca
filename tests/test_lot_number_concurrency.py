# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two workers number lots of one product at the same time, each in its own process."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests import lot_number_facts

FACTS = "tests.lot_number_facts"


def test_two_workers_never_give_a_number_twice(odoo, test_template, clone_database):
    database = clone_database(test_template)
    made = json.loads(odoo.call(database, f"{FACTS}:set_up", "lot-number-setup.log")[-1])
    product = f"product_id={made['product']}"
    with ThreadPoolExecutor(2) as pool:
        workers = [
            pool.submit(odoo.call, database, f"{FACTS}:number", f"lot-number-{worker}.log", product)
            for worker in (1, 2)
        ]
        first, second = (json.loads(worker.result()[-1]) for worker in workers)
    assert len(first) == len(second) == lot_number_facts.EACH
    assert not set(first) & set(second)
    names = json.loads(odoo.call(database, f"{FACTS}:finish", "lot-number-end.log", product)[-1])
    assert names == sorted(first + second)
    numbers = [int(name.rpartition("-")[2]) for name in names]
    assert numbers == list(range(1, 2 * lot_number_facts.EACH + 1)), "and none is left out"
