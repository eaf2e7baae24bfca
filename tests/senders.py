# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Workers that send for a channel: some are killed, then others go on side by side."""

import json
from concurrent.futures import ThreadPoolExecutor

FACTS = "tests.channel_facts"


def send_all(odoo, database, tag, channel, deadly, workers):
    """Send each kind; ``deadly`` tells by kind the request after which workers are killed, one
    after the other, and how many. Returns what the database says of it, which is all in order.
    """

    def work(number, kind, die=""):
        log = f"{tag}-{kind}-{number}.log"
        values = (f"channel_id={channel}", f"kind={kind}", f"die={die}")
        return odoo.call(database, f"{FACTS}:send", log, *values)

    for kind, (request, deaths) in deadly.items():
        for number in range(deaths):
            assert "done" not in work(f"dead-{number}", kind, request)[-1:]
        with ThreadPoolExecutor(workers) as pool:
            for lines in pool.map(lambda number, kind=kind: work(number, kind), range(workers)):
                assert lines[-1] == "done"
    log = f"{tag}-sent.log"
    lines = odoo.call(database, f"{FACTS}:collect_sent", log, f"channel_id={channel}")
    facts = json.loads(lines[-1])
    assert facts["problems"] == []
    assert set(facts["stock"]) <= {"done", "obsolete"} and "done" in facts["stock"]
    assert facts["open_levels"] == 0
    return facts
