# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Promises in several processes at once: no kilo and no minute is held twice."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.promise_facts import STOCK

FACTS = "tests.promise_facts"
WORKERS = 3


def test_simultaneous_quotations_hold_different_goods_and_slots(
    odoo, test_template, clone_database, tmp_path
):
    database = clone_database(test_template)
    argument = f"orders={WORKERS}"
    orders = json.loads(odoo.call(database, f"{FACTS}:set_up", "promise-setup.log", argument)[-1])

    def work(order):
        arguments = [f"order_id={order}", f"workers={WORKERS}", f"folder={tmp_path}"]
        log = f"promise-worker-{order}.log"
        return int(odoo.call(database, f"{FACTS}:promise", log, *arguments)[-1])

    with ThreadPoolExecutor(WORKERS) as pool:
        refused = list(pool.map(work, orders))
    argument = "order_ids=" + ",".join(map(str, orders))
    facts = json.loads(odoo.call(database, f"{FACTS}:collect", "facts.log", argument)[-1])
    assert sum(refused) >= WORKERS - 1, "they were not at it at the same time"
    assert facts["promised"] == WORKERS
    assert facts["held"] == STOCK
    spans = facts["spans"]
    assert len(spans) == WORKERS
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))
