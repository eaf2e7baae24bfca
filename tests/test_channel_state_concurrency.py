# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Workers in processes of their own share one token and one rate limit."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.shopify import Sandbox, Store
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket

FACTS = "tests.channel_state_facts"
WORKERS = 3
REQUESTS = 2
# Two pages fit into the bucket at once; the third has to wait for it. It fills so slowly that
# workers who know nothing of each other are refused however slow the machine is.
SIZE, RATE = 1200, 300
# Seconds a worker may be held up between its turn and its request: on a busy machine more than
# what is left to it otherwise.
SLACK = 1.8


def test_workers_share_token_and_limit(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)
    store = Store(generate(60, seed=3), bucket=Bucket(size=SIZE, rate=RATE))
    with Sandbox(store) as shop:

        def call(name, log, *arguments):
            return odoo.call(database, f"{FACTS}:{name}", f"state-{log}.log", *arguments)

        channel = f"channel_id={call('set_up', 'setup', f'url={shop.url}')[-1]}"

        def work(number):
            where = (f"folder={tmp_path}", f"name={number}", f"workers={WORKERS}")
            how = (f"count={REQUESTS}", f"slack={SLACK}")
            told = call("ask", f"worker-{number}", channel, *how, *where)
            return json.loads(told[-1])

        with ThreadPoolExecutor(WORKERS) as pool:
            facts = list(pool.map(work, range(WORKERS)))
        row = json.loads(call("stored", "stored", channel)[-1])
    assert [fact["refused"] for fact in facts] == [0] * WORKERS
    assert len(store.requests) == 1 + WORKERS * REQUESTS
    # One token at first, one in place of that which was near its end, none besides.
    assert len(store.tokens) == 2
    assert row["rate"] == RATE
    assert not any(token in row["token"] for token in store.tokens)
