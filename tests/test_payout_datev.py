# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From the payouts of shops to the tax advisor: cleared to zero, and the file proven."""

import json
import time
from contextlib import ExitStack
from datetime import datetime, timezone

from tests.generated.etsy import generate as generate_receipts
from tests.sandbox import etsy
from tests.sandbox.shopify import Sandbox, Store, payouts
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket

FACTS = "tests.payout_datev_facts:run"
ORDERS = 6
MONTH = ("2026-11-01", "2026-11-30")
# What happens to receipts of a shop that sells at home.
STRATA = ("coupon_percent", "wrap_inside", "refund_full", "refund_twice", "us_refund_part")


def _month_at_etsy():
    """A shop that is paid out twice: what was sold, then what was left after refunds."""
    store = etsy.Store()
    receipts = generate_receipts(len(STRATA), 11, STRATA)
    for day, version in ((10, "first"), (21, "payload")):
        for receipt in receipts:
            store.put_receipt(getattr(receipt, version))
        moment = datetime(2026, 11, day, tzinfo=timezone.utc)
        store.offset = moment.timestamp() - time.time()
        store.happen("charge", ledger_type="prolist", amount=150 * day)
        store.happen("pay_out")
    return store


def test_payouts_are_cleared_and_exported(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(generate(ORDERS, seed=3), bucket=Bucket.bottomless())
    payouts.issue(store)["issuedAt"] = f"{MONTH[0]}T09:00:00Z"
    with ExitStack() as stack:
        shop = stack.enter_context(Sandbox(store))
        arguments = [f"since={MONTH[0]}", f"until={MONTH[1]}", f"shopify={shop.url}"]
        expected = {"shopify": (ORDERS, 0, 1)}
        if etsy.available():
            month = _month_at_etsy()
            tokens = month.grant()
            arguments += [
                f"etsy={stack.enter_context(etsy.Sandbox(month)).url}",
                f"access={tokens['access_token']}",
                f"refresh={tokens['refresh_token']}",
            ]
            expected["etsy"] = (len(STRATA), 4, 2)
        facts = json.loads(odoo.call(database, FACTS, "payout-datev.log", *arguments)[-1])
    for kind, told in facts["channels"].items():
        count = len(told["states"])
        assert (told["orders"], told["credits"], count) == expected[kind]
        assert (told["states"], told["open"], told["left"]) == (["cleared"] * count, [], "0.00")
        assert told["moved"] > 0 and told["tax_lines"] == [2] * count
    assert facts["channels"].keys() == expected.keys()
    if "etsy" in expected:
        kinds = set(facts["channels"]["etsy"]["kinds"])
        assert {"charge", "refund", "prolist", "transaction"} <= kinds and "sales_tax" not in kinds
        assert month.violations == []
    assert facts["export"] == "exported" and facts["proven"] and not facts["left_out"]
    assert not [text for text in facts["findings"] if not text.startswith("info")]
