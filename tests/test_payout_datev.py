# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""From the payouts of shops to the tax advisor: cleared to zero, and the file proven."""

import json
import time
from datetime import datetime, timezone

import pytest

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


@pytest.mark.skipif(not etsy.available(), reason=etsy.ABSENT)
def test_payouts_are_cleared_and_exported(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(generate(ORDERS, seed=3), bucket=Bucket(size=1e6, rate=1e6))
    payouts.issue(store)
    month = _month_at_etsy()
    tokens = month.grant()
    with Sandbox(store) as shop, etsy.Sandbox(month) as other:
        lines = odoo.call(
            database,
            FACTS,
            "payout-datev.log",
            f"shopify={shop.url}",
            f"etsy={other.url}",
            f"access={tokens['access_token']}",
            f"refresh={tokens['refresh_token']}",
            f"since={MONTH[0]}",
            f"until={MONTH[1]}",
        )
    facts = json.loads(lines[-1])
    for kind, orders, times in (("shopify", ORDERS, 1), ("etsy", len(STRATA), 2)):
        told = facts["channels"][kind]
        assert (told["states"], told["open"], told["left"]) == (["cleared"] * times, [], "0.00")
        assert told["moved"] > 0 and told["orders"] == orders
        assert told["tax_lines"] == [2] * times
    assert facts["channels"]["etsy"]["credits"] == 4
    assert {"charge", "refund", "prolist", "transaction"} <= set(facts["channels"]["etsy"]["kinds"])
    assert month.violations == []
    assert facts["export"] == "exported" and facts["proven"] and not facts["left_out"]
    assert not [text for text in facts["findings"] if not text.startswith("info")]
