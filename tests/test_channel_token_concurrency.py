# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A refresh token that counts once, and workers that renew side by side or are killed."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.etsy import ABSENT, SHOP_ID, Sandbox, Store, available
from tests.together import killed

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)
FACTS = "tests.channel_token_facts"
WORKERS = 3
WORKS = {"found": SHOP_ID, "consent": "good"}
STARTING = 8.0  # seconds until every process is there


def test_tokens_that_count_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store()
    with Sandbox(store) as shop:

        def call(name, log, *arguments):
            """What a function printed as JSON."""
            printed = odoo.call(database, f"{FACTS}:{name}", f"token-{log}.log", *arguments)
            return [json.loads(line) for line in printed if line.startswith("{")]

        tokens = ",".join(
            f"{told['access_token']}/{told['refresh_token']}"
            for told in (store.grant() for _channel in range(4))
        )
        setting = (f"url={shop.url}", f"tokens={tokens}")
        printed = odoo.call(database, f"{FACTS}:set_up", "token-set-up.log", *setting)
        channels = [line for line in printed if line.startswith("channel_id=")]
        _several_at_once(store, channels[0], call)
        _killed_after(store, channels[1], call)
        _database_lost(store, channels[2], call)
        _killed_before(store, channels[3], call)


def _several_at_once(store, channel, call):
    """One of them renews, all of them work on."""
    start = f"start_at={time.time() + STARTING}"
    with ThreadPoolExecutor(WORKERS) as pool:
        told = list(pool.map(lambda n: call("ask", f"worker-{n}", channel, start), range(WORKERS)))
    assert told == [[WORKS]] * WORKERS
    assert store.authority.renewals == 1


def _killed_after(store, channel, call):
    """Killed between the renewal and its use: nothing is lost, nothing renewed again."""
    before = store.authority.renewals
    with killed():
        call("die", "die-after", channel, "moment=after")
    assert store.authority.renewals == before + 1
    assert call("ask", "after", channel) == [WORKS]
    assert store.authority.renewals == before + 1


def _database_lost(store, channel, call):
    """The worker still knows what it was granted, and stores it as soon as it can."""
    before = store.authority.renewals
    assert call("lose_database", "lose-database", channel) == [{"broken": 1}, WORKS, WORKS]
    assert store.authority.renewals == before + 1


def _killed_before(store, channel, call):
    """Killed while Etsy's answer is under way: nobody has heard the new token.

    What is left of the access token is still used; then somebody has to consent again, is
    told so, and Etsy is not asked in vain again and again.
    """
    before = len(store.requests)
    with killed():
        call("die", "die-before", channel, "moment=before")
    told = call("ask", "lost", channel, "left=60,0")
    assert told == [
        {"found": SHOP_ID, "consent": "lost"},
        {"found": "ConsentLostError", "consent": "lost"},
    ]
    # The renewal nobody heard of, one that was turned down, and what the old token allowed.
    assert len(store.requests) == before + 3
