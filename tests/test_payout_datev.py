# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From the shop's payout to the tax advisor: cleared to zero, and the file proven."""

import json

from tests.sandbox.shopify import Sandbox, Store, payouts
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket

FACTS = "tests.payout_datev_facts:run"
ORDERS = 6


def test_payout_is_cleared_and_exported(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(generate(ORDERS, seed=3), bucket=Bucket(size=1e6, rate=1e6))
    payouts.issue(store)
    with Sandbox(store) as shop:
        lines = odoo.call(database, FACTS, "payout-datev.log", f"url={shop.url}")
    facts = json.loads(lines[-1])
    assert facts["orders"] == ORDERS
    assert (facts["state"], facts["left"]) == ("cleared", "0.00")
    assert facts["tax_lines"] == 2, facts["tax"]
    assert facts["export"] == "exported" and facts["proven"] and facts["exported"]
    assert facts["severities"] in ([], ["info"])
