# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The same deliveries arrive in several processes at once, which all handle them too."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.shopify import Sandbox, Store
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket

FACTS = "tests.channel_event_facts"
WORKERS = 2
ORDERS = 30
STARTING = 3.0  # seconds until every process is there


def test_every_delivery_counts_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    orders = generate(ORDERS, seed=8)
    for number, order in enumerate(orders, start=1):
        order["id"] = f"gid://shopify/Order/{number}"
    store = Store(orders, bucket=Bucket.bottomless())
    with Sandbox(store) as shop:

        def call(name, log, *arguments):
            return odoo.call(database, f"{FACTS}:{name}", f"events-{log}.log", *arguments)

        channel = f"channel_id={call('set_up', 'setup', f'url={shop.url}')[-1]}"
        start = f"start_at={time.time() + STARTING}"

        def work(number):
            call("work", f"worker-{number}", channel, "first=1", f"count={ORDERS}", start)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, range(WORKERS)))
        facts = json.loads(call("collect", "facts", channel)[-1])
        granted = len(store.tokens)
        store.scopes.discard("read_customers")
        rights = json.loads(call("rights", "rights", channel)[-1])
    assert facts["events"] == ["done"] * ORDERS
    assert facts["rows"] == ["imported"] * ORDERS
    assert facts["orders"] == facts["names"] == ORDERS
    assert 1 <= facts["jobs"] <= WORKERS
    assert rights["events"] == ["done", "done"]
    assert "read_customers" in rights["error"]
    assert len(store.tokens) > granted, "the token with the old rights was used again"
