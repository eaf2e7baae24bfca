# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's workers side by side, and some that are killed: one mail a parcel, one write a listing."""

import json

import pytest

from tests.sandbox.etsy import ABSENT, Sandbox, Store, available, default_receipts
from tests.senders import send_all

FACTS = "tests.etsy_outgoing_facts"
WORKERS = 2
# The request after which a worker of this kind is killed, and how many are.
DEADLY = {"fulfilment": ("send_parcel", 1), "stock": ("_write", 1)}


@pytest.mark.skipif(not available(), reason=ABSENT)
def test_told_exactly_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(default_receipts())
    with Sandbox(store) as shop:
        tokens = store.grant()
        arguments = (
            f"url={shop.url}",
            f"access={tokens['access_token']}",
            f"refresh={tokens['refresh_token']}",
        )
        lines = odoo.call(database, f"{FACTS}:set_up", "etsy-setup.log", *arguments)
        facts = json.loads(lines[-1])
        channel, shipped = facts["channel"], facts["shipped"]
        assert shipped >= 2
        facts = send_all(odoo, database, "etsy", channel, DEADLY, WORKERS)
    _check(store, facts, shipped)


def _check(store, facts, shipped):
    assert facts["fulfilment"] == ["done"] * shipped
    assert len(store.mails) == shipped
    codes = [row["tracking_code"] for row in store.mails]
    assert len(set(codes)) == shipped
    writes = [row["listing_id"] for row in store.effects if row["kind"] == "inventory"]
    assert len(writes) == len(set(writes)) > 0
    for item, offered in facts["levels"].items():
        listing = store.listings[int(item.partition("/")[0])]
        assert offered in [
            row["offerings"][0]["quantity"] for row in listing["inventory"]["products"]
        ]
    assert store.violations == []
