# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders from confirmation to payment without a hand, by several processes at once."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

FACTS = "tests.order_workflow_facts"
WORKERS = 2
ORDERS = 500 if os.environ.get("SOAK") else 30
EACH = 3 * max(ORDERS // 100, 1)  # orders with each kind of exception


def test_orders_go_all_the_way_and_exceptions_are_fixed_in_one_place(
    odoo, test_template, clone_database
):
    database = clone_database(test_template)

    def call(name, *arguments):
        return odoo.call(database, f"{FACTS}:{name}", f"workflow-{name}.log", *arguments)[-1]

    def work():
        def one(number):
            return odoo.call(database, f"{FACTS}:work", f"workflow-work-{number}.log")

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(one, range(WORKERS)))
        return json.loads(call("collect"))

    assert int(call("set_up", f"orders={ORDERS}")) == ORDERS
    facts = work()
    assert facts["states"] == {"sale": ORDERS}, "what is paid is confirmed, good or bad"
    assert facts["blocked"] == {"address": EACH, "total": EACH, "destination": EACH}
    assert facts["failed"] == {"mail acknowledge": EACH}

    assert int(call("ship")) == ORDERS - 3 * EACH
    facts = work()
    # Who cannot be reached by mail is invoiced all the same.
    assert facts["failed"] == {
        "mail acknowledge": EACH,
        "mail send": EACH,
        "payment invoice": EACH,
    }
    assert facts["invoices"] == {"1": ORDERS - 4 * EACH, "0": 4 * EACH}

    assert json.loads(call("fix")) == dict.fromkeys(
        ("address", "total", "destination", "mail", "payment"), EACH
    )
    work()
    assert int(call("ship")) == 3 * EACH
    facts = work()
    assert not facts["blocked"]
    assert not facts["failed"]
    assert facts["invoices"] == {"1": ORDERS}
    assert facts["posted"] == {"posted": ORDERS}
    assert facts["invoiced"] == facts["ordered"]
    assert facts["payments"] == facts["transactions"]
    assert set(facts["paid"]) <= {"paid", "in_payment"}
    assert facts["sent"] == facts["to_send"] > 0
    assert facts["acknowledged"] == facts["confirmations"] == facts["to_send"]

    again = work()
    assert again == facts, "a further run changes nothing"
