# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two exports assign personal accounts at once, each in its own process."""

import json
from concurrent.futures import ThreadPoolExecutor

FACTS = "tests.datev_number_facts"


def test_no_number_twice_and_none_left_out(odoo, test_template, clone_database):
    database = clone_database(test_template)
    ids = json.loads(odoo.call(database, f"{FACTS}:set_up", "numbers-setup.log")[-1])
    middle = len(ids) // 2
    # The one in the middle gets its number from whoever comes first.
    parts = ((ids[0], ids[middle]), (ids[middle], ids[-1]))
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(
                odoo.call,
                database,
                f"{FACTS}:assign",
                f"numbers-{number}.log",
                f"first={first}",
                f"last={last}",
            )
            for number, (first, last) in enumerate(parts)
        ]
        for call in calls:
            call.result()
    call = odoo.call(
        database, f"{FACTS}:finish", "numbers-end.log", f"first={ids[0]}", f"last={ids[-1]}"
    )
    found = json.loads(call[-1])
    assert sorted(partner for partner, _number in found) == ids
    numbers = [number for _partner, number in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(ids)))
