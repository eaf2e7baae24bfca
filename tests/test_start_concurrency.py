# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two people import the same file at once: everything is there once."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests import start_facts

FACTS = "tests.start_facts"


def test_two_imports_of_the_same_products(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)

    def work(name):
        arguments = (f"name={name}", f"folder={tmp_path}")
        lines = odoo.call(database, f"{FACTS}:bring", f"start-{name}.log", *arguments)
        return json.loads(lines[-1])

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, ("one", "two")))
    assert [result["planned"] for result in results] == [["create"]] * 2, "both were to be new"
    assert sorted(result["verdicts"] for result in results) == [["create"], ["same"]]
    assert sum(result["tries"] for result in results) > 2, "not at the same time"
    told = json.loads(odoo.call(database, f"{FACTS}:collect", "start-facts.log")[-1])
    assert told == {"products": start_facts.PRODUCTS.count("TWICE"), "imports": 2}
