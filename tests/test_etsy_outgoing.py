# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's workers side by side, and some that are killed: one mail a parcel, one write a listing."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.etsy import ABSENT, Sandbox, Store, available, default_receipts

FACTS = "tests.etsy_outgoing_facts"
WORKERS = 2


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

        def work(number, kind, die=""):
            values = (f"channel_id={channel}", f"kind={kind}", f"die={die}")
            return odoo.call(database, f"{FACTS}:work", f"etsy-{kind}-{number}.log", *values)

        for kind, request in (("fulfilment", "send_parcel"), ("stock", "_write")):
            assert "done" not in work("dead", kind, request)[-1:]
            with ThreadPoolExecutor(WORKERS) as pool:
                for lines in pool.map(lambda number, kind=kind: work(number, kind), range(WORKERS)):
                    assert lines[-1] == "done"
        log = odoo.call(database, f"{FACTS}:collect", "etsy.log", f"channel_id={channel}")
        _check(store, json.loads(log[-1]), shipped)


def _check(store, facts, shipped):
    assert facts["problems"] == []
    assert facts["fulfilment"] == ["done"] * shipped
    assert len(store.mails) == shipped
    codes = [row["tracking_code"] for row in store.mails]
    assert len(set(codes)) == shipped
    assert set(facts["stock"]) <= {"done", "obsolete"} and "done" in facts["stock"]
    assert facts["open_levels"] == 0
    writes = [row["listing_id"] for row in store.effects if row["kind"] == "inventory"]
    assert len(writes) == len(set(writes)) > 0
    for item, offered in facts["levels"].items():
        listing = store.listings[int(item.partition("/")[0])]
        assert offered in [
            row["offerings"][0]["quantity"] for row in listing["inventory"]["products"]
        ]
    assert store.violations == []
