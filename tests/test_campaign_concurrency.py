# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two planners order the same kettle at once: one order counts, the other preview is refused."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests import campaign_facts

FACTS = "tests.campaign_facts"


def test_two_planners_apply_at_once(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)

    def call(name, log, *arguments):
        return json.loads(odoo.call(database, f"{FACTS}:{name}", log, *arguments)[-1])

    kettle = f"kettle={call('set_up', 'campaign-setup.log')['kettle']}"
    before = call("collect", "campaign-facts.log", kettle)
    assert before["missing"], "as planned by core it is not safe"

    def work(name):
        log = f"campaign-{name}.log"
        return call("apply", log, kettle, f"name={name}", f"folder={tmp_path}")

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(work, ("one", "two")))
    assert sorted(result["outcome"] for result in results) == ["applied", "refused"]
    assert sum(result["tries"] for result in results) > 2, "they were not at it at the same time"
    after = call("collect", "campaign-facts.log", kettle)
    assert after["applied"] == 1
    assert after["overlaps"] == []
    assert after["missing"] == 0
    assert after["cleanings"] == 1
    assert after["spans"] == len(campaign_facts.ORDER) + after["cleanings"]
