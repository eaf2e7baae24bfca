# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A whole day of a small maker, with everything that goes wrong on a day: `make day`, smaller."""

from contextlib import ExitStack

import pytest

from tests.chaos.hub import Hub
from tests.day import judge, plan, play, report, shops
from tests.sandbox import dhl

ORDERS = 24


@pytest.fixture
def world(odoo, test_template, clone_database, tmp_path):
    """Odoo with its workers, the shops and the parcel service."""
    with ExitStack() as stack:
        hub = Hub(odoo, clone_database(test_template), tmp_path, "tests.day.people")
        stack.enter_context(hub)
        worlds = shops.open_all(tmp_path)
        for opened in worlds.values():
            stack.callback(opened.stop)
        parcels = stack.enter_context(dhl.Sandbox()) if dhl.available() else None
        yield hub, worlds, parcels


def test_a_day_ends_with_everything_shipped_invoiced_cleared_and_proven(world):
    hub, worlds, parcels = world
    buyers = plan.draw(ORDERS, tuple(worlds))
    day = play.run(hub, worlds, buyers, parcels)
    proofs = judge.judge(day, parcels)
    text = report.tell(day, proofs)
    print(text)
    assert all(proof.holds for proof in proofs), text
    # A person acts for exceptions, and for nothing else.
    assert {act.what for act in day.acts} == {
        "address completed",
        "personalised line marked",
        "supplier called, new date noted",
        "missing material bought",
        "lot blocked",
        "lot replaced in deliveries",
        "return taken in",
        "payouts booked, bank matched",
    }
