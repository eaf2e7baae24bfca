# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Imports in several processes at once: every order exactly once."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.shopify import Sandbox, Store
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket

FACTS = "tests.channel_import_facts"
WORKERS = 3


def test_parallel_imports_are_exactly_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(generate(120, seed=21), bucket=Bucket.bottomless())
    with Sandbox(store) as shop:
        channel = odoo.call(database, f"{FACTS}:set_up", "channel-setup.log", f"url={shop.url}")[-1]
        argument = f"channel_id={channel}"

        def work(number):
            log = f"channel-worker-{number}.log"
            return odoo.call(database, f"{FACTS}:import_until_done", log, argument)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
        facts = json.loads(odoo.call(database, f"{FACTS}:collect", "facts.log", argument)[-1])
    expected = sum(
        float(order["totalPriceSet"]["shopMoney"]["amount"]) for order in store.orders.values()
    )
    assert facts["states"] == ["imported"] * 120
    assert facts["orders"] == facts["rows"] == len(set(facts["names"])) == 120
    assert facts["partners"] == facts["payments"] == 120
    assert facts["total"] == f"{expected:.2f}"
