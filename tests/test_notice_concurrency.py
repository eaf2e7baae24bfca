# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Customer mails in several processes, and one killed between a mail and its commit."""

import json
from concurrent.futures import ThreadPoolExecutor

from tests.together import killed

FACTS = "tests.notice_facts"
ORDERS = 12
SENT_BEFORE_DEATH = 3


def test_no_customer_gets_a_mail_twice(odoo, test_template, clone_database, tmp_path):
    database = clone_database(test_template)
    outbox = tmp_path / "outbox"

    def call(name, *arguments, number=0):
        log = f"notice-{name}-{number}.log"
        return odoo.call(database, f"{FACTS}:{name}", log, *arguments)[-1]

    assert int(call("set_up", f"orders={ORDERS}")) == ORDERS
    with killed():
        call("work", f"outbox={outbox}", f"deadly={SENT_BEFORE_DEATH}")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: call("work", f"outbox={outbox}", number=number), range(2)))
    # The mail of the dead worker went out, but nobody can know: it waits, then a person decides.
    facts = json.loads(call("collect"))
    assert facts["states"] == ["sending"] + ["sent"] * (ORDERS - 1)
    call("an_hour_later")
    call("work", f"outbox={outbox}")
    facts = json.loads(call("collect"))
    assert facts == {"states": ["failed"] + ["sent"] * (ORDERS - 1), "outgoing": 0}
    told = outbox.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(told) == len(set(told)) == ORDERS
