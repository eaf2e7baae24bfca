# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where parcels are, as UPS tells it."""

from datetime import datetime

import pytest
from carriers.base.errors import CarrierBusy, CarrierError
from carriers.ups.client import UpsClient
from carriers.ups.tracking import statuses

from tests.sandbox.ups import ABSENT, Sandbox, available
from tests.sandbox.ups.tracking import KINDS, happen

from .ups_orders import PARCEL, account, order

STATES = {
    "announced": "announced",
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "pickup_ready": "pickup_ready",
    "exception": "exception",
    "held": "exception",
    "returning": "returning",
    "returned": "returned",
    "delivered": "delivered",
}


@pytest.fixture
def ups():
    if not available():
        pytest.skip(ABSENT)
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(ups):
    return UpsClient(account(ups.url))


@pytest.mark.parametrize("single", [False, True])
def test_every_kind(ups, client, single):
    ups.store.single = single
    assert STATES.keys() == KINDS.keys()
    for number, (kind, state) in enumerate(STATES.items()):
        (bought,) = client.buy([order(reference=f"WH/OUT/{number:05d}-ABCDE")])
        happen(ups.store, bought.shipment, kind, "Halle")
        status = client.track([bought.shipment])[bought.shipment]
        assert (status.state, status.text) == (state, KINDS[kind][2])
        assert status.place == "Halle, DE"


def test_a_story_has_the_oldest_first(ups, client):
    (bought,) = client.buy([order()])
    for kind in ("picked_up", "in_transit", "out_for_delivery", "delivered"):
        ups.store.advance(3600)
        happen(ups.store, bought.shipment, kind)
    status = client.track([bought.shipment])[bought.shipment]
    assert [one.state for one in status.events] == [
        "in_transit",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    times = [one.time for one in status.events]
    assert times == sorted(times)
    assert status.time == times[-1]
    # What has gone cannot be given back.
    assert client.void([bought.shipment])[bought.shipment].code == "not_found"


def test_parcels_differ(ups, client):
    (bought,) = client.buy([order(parcels=(PARCEL,) * 2)])
    happen(ups.store, bought.numbers[1], "delivered")
    told = client.track(bought.numbers)
    assert [told[number].state for number in bought.numbers] == ["announced", "delivered"]


def test_unknown_numbers_are_left_out(ups, client):
    (bought,) = client.buy([order()])
    assert list(client.track(["1ZA1B2C31100009999", bought.shipment])) == [bought.shipment]


def test_a_pause_keeps_what_is_known(ups, client):
    numbers = [client.buy([order()])[0].shipment for _number in range(3)]
    ups.store.add_faults("status", operation="track", status=429, after=1)
    assert list(client.track(numbers)) == numbers[:1]
    ups.store.add_faults("status", operation="track", status=429, retry_after=3)
    with pytest.raises(CarrierBusy):
        client.track(numbers)
    ups.store.add_faults("malformed", operation="track")
    with pytest.raises(CarrierError):
        client.track(numbers)


def test_what_is_not_told_is_unknown():
    package = {"trackingNumber": "1Z", "activity": {"date": "x", "status": {"type": "??"}}}
    told = {"trackResponse": {"shipment": {"package": package}}}
    (status,) = statuses(told)
    assert (status.state, status.time) == ("unknown", None)
    package["activity"] = [{"date": "20261122", "time": "", "status": {"type": "D"}}]
    (status,) = statuses(told)
    assert (status.state, status.time) == ("delivered", datetime(2026, 11, 22))
