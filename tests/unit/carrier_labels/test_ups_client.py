# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The client of UPS against the stand-in: what is bought, what is lost, what goes wrong."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers.base.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUncertain
from carriers.base.types import BoughtLabel
from carriers.ups.client import TOKENS, UpsClient
from pypdf import PdfReader

from tests.sandbox.ups import ABSENT, Sandbox, available

from .ups_orders import BUYER, CUSTOMS, PARCEL, SENDER, SWISS, account, order

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)


@pytest.fixture
def ups():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(ups):
    return UpsClient(account(ups.url))


def several(count):
    return [order(reference=f"WH/OUT/{number:05d}-ABCDE") for number in range(count)]


def asked(ups, what):
    return [one for one in ups.store.requests if what in one]


def test_one_shipment(ups, client):
    (bought,) = client.buy([order()])
    (shipment,) = ups.store.shipments
    assert bought.numbers == (shipment.number,) == (bought.shipment,)
    assert (shipment.reference, bought.currency) == ("WH/OUT/00042-K7Q2F", "EUR")
    # By contract: a quarter off 12.40 for the parcel and 0.35 for each of 0.64 kg.
    assert bought.price == shipment.price == Decimal("9.46")
    (label,) = bought.documents
    assert len(PdfReader(io.BytesIO(label.content), strict=True).pages) == 1


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("count", [1, 3])
def test_parcels_of_a_shipment(ups, client, single, noise, count):
    ups.store.single, ups.store.noise = single, noise
    wanted = order(parcels=(PARCEL,) * count, recipient=SWISS, customs=CUSTOMS)
    (bought,) = client.buy([wanted])
    (shipment,) = ups.store.shipments
    assert bought.numbers == tuple(one.number for one in shipment.parcels)
    assert [one.kind for one in bought.documents] == ["label"] * count + ["customs"]
    assert [one.number for one in bought.documents[:-1]] == list(bought.numbers)
    assert client.rate(wanted).amount == shipment.price
    assert client.find(wanted.reference, "pdf").numbers == bought.numbers
    # One request tells of all of them.
    before = len(ups.store.requests)
    told = client.track(bought.numbers)
    assert len(ups.store.requests) == before + 1
    assert list(told) == list(bought.numbers)
    assert {one.state for one in told.values()} == {"announced"}
    assert client.void([bought.shipment]) == {bought.shipment: None}
    assert ups.store.charged() == 0


def test_label_printers(client):
    (bought,) = client.buy([order(label_format="zpl")])
    assert bought.documents[0].format == "zpl"
    assert bought.documents[0].content.startswith(b"^XA")
    assert client.find("WH/OUT/00042-K7Q2F", "zpl").documents == bought.documents


def test_many_at_a_time_in_their_order(ups, client):
    orders = several(10)
    (batch,) = client.batches(orders)
    bought = client.buy(batch)
    by_reference = {one.reference: one.number for one in ups.store.shipments}
    assert [one.shipment for one in bought] == [by_reference[one.reference] for one in orders]
    assert len(asked(ups, "oauth")) == 1
    assert [len(one) for one in client.batches(several(30))] == [12, 12, 6]


def test_a_refusal_concerns_one_shipment(ups, client):
    orders = several(3)
    orders[1] = replace(orders[1], recipient=replace(BUYER, zip="00000"))
    first, second, third = client.buy(orders)
    assert isinstance(first, BoughtLabel)
    assert isinstance(third, BoughtLabel)
    assert isinstance(second, CarrierRefused)
    assert "(120208)" in str(second)
    assert len(ups.store.shipments) == 2


def test_what_the_file_does_not_allow_is_refused(ups, client):
    (error,) = client.buy([replace(order(), reference="x" * 36)])
    assert isinstance(error, CarrierRefused)
    assert "Not as in UPS's file" in str(error)
    assert not ups.store.shipments


# Tokens


def test_a_token_serves_all_requests_and_is_renewed(ups, client):
    client.buy(several(2))
    client.track(["1ZA1B2C31100000001"])
    assert len(asked(ups, "oauth")) == 1
    # Ended before its time: nothing was carried out, so it is asked again.
    ups.store.add_faults("expire", operation="ship")
    assert isinstance(client.buy([order()])[0], BoughtLabel)
    assert len(ups.store.shipments) == 3
    assert len(asked(ups, "oauth")) == 2


def test_a_wrong_secret(ups):
    client = UpsClient(account(ups.url, secret="wrong"))
    for error in client.buy(several(2)):
        assert isinstance(error, CarrierRefused)
        assert error.code == "access"
    assert not asked(ups, "ship")


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 429}, {"kind": "drop"}, {"kind": "malformed"}]
)
def test_no_token_means_that_nothing_was_sent(ups, client, fault):
    ups.store.add_faults(**fault, operation="token")
    (error,) = client.buy([order()])
    assert isinstance(error, CarrierBusy)
    assert not ups.store.shipments
    assert isinstance(client.buy([order()])[0], BoughtLabel)


# What is lost

LOST = {
    "drop": False,
    "malformed": False,
    "half": False,
    "drop_after": True,
    "status_after": True,
    "half_after": True,
    "garble_after": True,
}


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_found(ups, client, kind):
    """An uncertain purchase is looked up, and is not bought again where there is one."""
    ups.store.add_faults(kind, operation="ship")
    (outcome,) = client.buy([order()])
    assert isinstance(outcome, CarrierUncertain)
    found = client.find("WH/OUT/00042-K7Q2F", "pdf")
    assert (found is not None) == LOST[kind] == bool(ups.store.shipments)
    if found:
        assert found.numbers == (ups.store.shipments[0].number,)
        assert found.shipment == ups.store.shipments[0].number
        assert found.price is None
        assert len(found.documents) == 1


def test_silence(ups, client):
    client.buy([order()])
    client.http.timeout = 0.1
    ups.store.add_faults("hang", operation="ship", seconds=0.3)
    assert isinstance(client._buy(order(reference="WH/OUT/00043-SLOW")), CarrierUncertain)
    ups.store.add_faults("hang_after", operation="ship", seconds=0.3)
    assert isinstance(client._buy(order(reference="WH/OUT/00044-SLOW")), CarrierUncertain)
    client.http.timeout = 5
    assert client.find("WH/OUT/00043-SLOW", "pdf") is None
    assert client.find("WH/OUT/00044-SLOW", "pdf") is not None


@pytest.mark.parametrize("status", [500, 503, 408])
def test_failures_of_the_server_may_have_been_carried_out(ups, client, status):
    ups.store.add_faults("status", operation="ship", status=status)
    assert isinstance(client.buy([order()])[0], CarrierUncertain)


def test_too_many_requests(ups, client):
    ups.store.add_faults("status", operation="ship", status=429, retry_after=7)
    (error,) = client.buy([order()])
    assert isinstance(error, CarrierBusy)
    assert error.retry_after == 7
    assert not ups.store.shipments


def test_not_reachable():
    (error,) = UpsClient(account("http://127.0.0.1:9")).buy([order()])
    assert isinstance(error, CarrierBusy)


# What there is


def test_nothing_under_a_reference(ups, client):
    assert client.find("WH/OUT/00042-K7Q2F", "pdf") is None
    (bought,) = client.buy([order()])
    ups.store.processing = 60
    assert client.find("WH/OUT/00042-K7Q2F", "pdf") is None
    ups.store.advance(61)
    assert client.find("WH/OUT/00042-K7Q2F", "pdf") == replace(bought, price=None, currency="")
    client.void([bought.shipment])
    assert client.find("WH/OUT/00042-K7Q2F", "pdf") is None


def test_a_failing_look_up_says_nothing(ups, client):
    client.buy([order()])
    for fault in ({"kind": "status", "status": 500}, {"kind": "drop"}, {"kind": "malformed"}):
        ups.store.add_faults(**fault, operation="recovery")
        with pytest.raises(CarrierError):
            client.find("WH/OUT/00042-K7Q2F", "pdf")


def test_two_shipments_under_a_reference_are_for_a_person(client):
    client.buy([order(), order()])
    with pytest.raises(CarrierUncertain) as caught:
        client.find("WH/OUT/00042-K7Q2F", "pdf")
    assert caught.value.code == "several"


def test_candidates_of_one_shipment(client):
    """UPS may name parcels instead: one shipment, if they are all of it."""
    (bought,) = client.buy([order(parcels=(PARCEL,) * 2)])
    assert client._candidate(bought.numbers, "pdf").numbers == bought.numbers


def test_by_number(client):
    (bought,) = client.buy([order(parcels=(PARCEL,) * 2)])
    assert client.fetch(bought.numbers[1:], "pdf").numbers == bought.numbers
    with pytest.raises(CarrierRefused) as caught:
        client.fetch(["1ZA1B2C31100009999"], "pdf")
    assert caught.value.code == "not_found"


def test_voids(ups, client):
    bought = client.buy(several(3))
    numbers = [one.shipment for one in bought]
    ups.store.add_faults("drop_after", operation="void")
    told = client.void(numbers[:2])
    assert isinstance(told[numbers[0]], CarrierUncertain)
    assert told[numbers[1]] is None
    # What is void already is void.
    assert client.void(numbers[:2]) == dict.fromkeys(numbers[:2])
    ups.store.add_faults("status", operation="void", status=500)
    assert isinstance(client.void(numbers[2:])[numbers[2]], CarrierUncertain)
    told = client.void(["1ZA1B2C31100009999"])
    assert told["1ZA1B2C31100009999"].code == "not_found"
    assert [one["kind"] for one in ups.store.effects].count("void") == 2


def test_returns(ups, client):
    wanted = order(sender=BUYER, recipient=SENDER, options={"return": "9", "negotiated": "yes"})
    (bought,) = client.buy([wanted])
    assert [one.kind for one in bought.documents] == ["return"]
    assert ups.store.shipments[0].request["ReturnService"] == {"Code": "9"}


# Prices


def test_prices(ups, client):
    assert client.rate(order()).amount == Decimal("9.46")
    assert client.rate(order(options={})).amount == Decimal("12.62")
    assert client.rate(order()).warnings
    del ups.store.prices["11"]
    with pytest.raises(CarrierRefused) as caught:
        client.rate(order())
    assert "(111210)" in str(caught.value)


def test_tokens_of_the_process_are_kept_apart(ups):
    one, other = UpsClient(account(ups.url)), UpsClient(account(ups.url, secret="wrong"))
    assert isinstance(one.buy([order()])[0], BoughtLabel)
    assert isinstance(other.buy([order()])[0], CarrierRefused)
    assert one.tokens is other.tokens is TOKENS
