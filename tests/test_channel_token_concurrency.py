# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A refresh token that counts once, and workers that renew side by side or are killed."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.etsy import ABSENT, SHOP_ID, Sandbox, Store, available
from tools.console import Failure

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)
FACTS = "tests.channel_token_facts"
WORKERS = 3
STARTING = 8.0  # seconds until every process is there


def test_tokens_that_count_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store()
    with Sandbox(store) as shop:

        def call(name, log, *arguments):
            log = f"token-{log}.log"
            return [*odoo.call(database, f"{FACTS}:{name}", log, *arguments)]

        def connect(log):
            told = store.grant()
            tokens = (f"access={told['access_token']}", f"refresh={told['refresh_token']}")
            return f"channel_id={call('set_up', log, f'url={shop.url}', *tokens)[-1]}"

        def ask(log, *arguments):
            return json.loads(call("ask", log, *arguments)[-1])

        _several_at_once(store, connect("connect-1"), ask)
        _killed_after(store, connect("connect-2"), call, ask)
        _database_lost(store, connect("connect-3"), call, ask)
        _killed_before(store, connect("connect-4"), call, ask)


def _several_at_once(store, channel, ask):
    """One of them renews, all of them work on."""
    start = f"start_at={time.time() + STARTING}"
    with ThreadPoolExecutor(WORKERS) as pool:
        facts = list(pool.map(lambda n: ask(f"worker-{n}", channel, start), range(WORKERS)))
    assert [fact["found"] for fact in facts] == [SHOP_ID] * WORKERS
    assert store.authority.renewals == 1


def _killed_after(store, channel, call, ask):
    """Killed between the renewal and its use: nothing is lost, nothing renewed again."""
    before = store.authority.renewals
    with pytest.raises(Failure):
        call("die", "die-after", channel, "moment=after")
    assert store.authority.renewals == before + 1
    assert ask("after", channel) == {"found": SHOP_ID, "consent": "good"}
    assert store.authority.renewals == before + 1


def _database_lost(store, channel, call, ask):
    """The worker still knows what it was granted, and stores it as soon as it can."""
    told = call("lose_database", "lose-database", channel)
    assert json.loads(told[-1]) == {"found": SHOP_ID}
    broken = [json.loads(line)["broken"] for line in told if line.startswith('{"broken"')]
    assert broken == [1]
    before = store.authority.renewals
    assert ask("database", channel) == {"found": SHOP_ID, "consent": "good"}
    assert store.authority.renewals == before


def _killed_before(store, channel, call, ask):
    """Killed while Etsy's answer is under way: nobody has heard the new token.

    What is left of the access token is still used; then somebody has to consent again, is
    told so, and Etsy is not asked in vain again and again.
    """
    with pytest.raises(Failure):
        call("die", "die-before", channel, "moment=before")
    assert ask("left", channel, "left=60") == {"found": SHOP_ID, "consent": "lost"}
    asked = len(store.requests)
    assert ask("ended", channel, "left=0") == {"found": "ConsentLostError", "consent": "lost"}
    assert len(store.requests) == asked
