# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The client of DHL against the stand-in: what is bought, what is lost, what goes wrong."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from carriers.base.errors import CarrierBusy, CarrierRefused, CarrierUncertain
from carriers.base.types import BoughtLabel, Parcel, Services
from carriers.dhl.client import DhlClient
from freezegun import freeze_time
from pypdf import PdfReader

from tests.sandbox.dhl import ABSENT, API_SECRET, Sandbox, available

from .orders import BUYER, CUSTOMS, SENDER, SOAP, SWISS, account, order

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)


@pytest.fixture
def dhl():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(dhl):
    return DhlClient(account(dhl.url))


def several(count):
    return [order(reference=f"WH/OUT/{number:05d}-ABCDE") for number in range(count)]


@pytest.mark.parametrize("token", [True, False])
def test_with_a_token_and_with_an_api_key(dhl, token):
    client = DhlClient(account(dhl.url, token=token))
    (bought,) = client.buy([order()])
    assert bought.numbers == tuple(dhl.store.shipments)
    assert dhl.store.granted == int(token)
    assert dhl.store.requests[-1] == "buy"


def test_a_wrong_password_buys_nothing(dhl):
    for token in (True, False):
        client = DhlClient(account(dhl.url, token=token, password="wrong"))
        (error,) = client.buy([order()])
        assert isinstance(error, CarrierRefused) and error.code == "access"
    assert dhl.store.shipments == {}


def test_a_token_that_ended_is_renewed_once(dhl, client):
    client.buy([order()])
    dhl.store.add_faults("expire_tokens", operation="buy")
    (bought,) = client.buy([order(reference="WH/OUT/00043-ABCDE")])
    assert isinstance(bought, BoughtLabel)
    assert dhl.store.granted == 2 and len(dhl.store.shipments) == 2


def test_thirty_shipments_are_one_request(dhl, client):
    batches = list(client.batches(several(70)))
    assert [len(batch) for batch in batches] == [30, 30, 10]
    bought = client.buy(batches[0])
    assert [dhl.store.shipments[label.numbers[0]]["asked"]["refNo"] for label in bought] == [
        one.reference for one in batches[0]
    ]
    assert dhl.store.requests.count("buy") == 1


def test_batches_have_one_set_of_parameters(client):
    zpl = [replace(one, label_format="zpl") for one in several(2)]
    batches = list(client.batches([zpl[0], *several(1), zpl[1]]))
    assert [[one.label_format for one in batch] for batch in batches] == [["zpl", "zpl"], ["pdf"]]


def test_an_order_of_several_parcels_is_never_cut_in_two(client):
    three = tuple(Parcel(Decimal(1)) for _number in range(3))
    batches = list(client.batches([replace(one, parcels=three) for one in several(11)]))
    assert [len(batch) for batch in batches] == [10, 1]


def test_several_parcels_have_a_number_each(dhl, client):
    (bought,) = client.buy([order(parcels=(Parcel(Decimal(1)), Parcel(Decimal(2))))])
    references = [row["asked"]["refNo"] for row in dhl.store.shipments.values()]
    assert bought.numbers == tuple(dhl.store.shipments)
    assert references == ["WH/OUT/00042-K7Q2F/1", "WH/OUT/00042-K7Q2F/2"]
    assert [one.number for one in bought.documents] == list(bought.numbers)


def test_papers(dhl, client):
    retoure = Services(return_label=True, return_address=SENDER)
    (bought,) = client.buy([order(services=retoure)])
    assert [(one.kind, one.format) for one in bought.documents] == [
        ("label", "pdf"),
        ("return", "pdf"),
    ]
    assert len(bought.return_numbers) == 1
    assert len(PdfReader(io.BytesIO(bought.documents[0].content)).pages) == 1
    (bought,) = client.buy([order(label_format="zpl")])
    assert bought.documents[0].content.startswith(b"^XA")


def test_207_some_of_them(dhl, client):
    dhl.store.add_faults("refuse", operation="buy", positions=[1])
    first, second, third = client.buy(several(3))
    assert isinstance(first, BoughtLabel) and isinstance(third, BoughtLabel)
    assert isinstance(second, CarrierRefused) and second.numbers == ()
    assert first.numbers != third.numbers


def test_207_some_parcels_of_one(dhl, client):
    dhl.store.add_faults("refuse", operation="buy", positions=[1])
    (error,) = client.buy([order(parcels=(Parcel(Decimal(1)), Parcel(Decimal(2))))])
    assert isinstance(error, CarrierRefused) and error.numbers == tuple(dhl.store.shipments)


def test_207_nobody_knows(dhl, client):
    dhl.store.add_faults("fail", operation="buy", positions=[1])
    first, second = client.buy(several(2))
    assert isinstance(first, BoughtLabel) and isinstance(second, CarrierUncertain)


@pytest.mark.parametrize(
    ("fault", "kind", "sold"),
    [
        ({"kind": "status", "status": 429, "retry_after": 7}, CarrierBusy, 0),
        ({"kind": "status", "status": 500}, CarrierUncertain, 0),
        ({"kind": "status_after", "status": 500}, CarrierUncertain, 1),
        ({"kind": "drop"}, CarrierUncertain, 0),
        ({"kind": "drop_after"}, CarrierUncertain, 1),
        ({"kind": "half_after"}, CarrierUncertain, 1),
        ({"kind": "malformed"}, CarrierUncertain, 0),
    ],
)
def test_no_answer_to_a_purchase(dhl, client, fault, kind, sold):
    dhl.store.add_faults(operation="buy", **fault)
    (error,) = client.buy([order()])
    assert type(error) is kind
    assert len(dhl.store.shipments) == sold
    # Nothing is ever asked for twice.
    assert dhl.store.requests.count("buy") == 1
    assert fault.get("retry_after", 0) == getattr(error, "retry_after", 0)


def test_a_lost_answer_in_time(dhl, client):
    client.http.timeout = 0.2
    dhl.store.add_faults("hang_after", operation="buy", seconds=0.6)
    (error,) = client.buy([order()])
    assert isinstance(error, CarrierUncertain) and len(dhl.store.shipments) == 1


@pytest.mark.parametrize("kind", ["drop", "half", "malformed"])
def test_no_token_is_nothing_bought(dhl, client, kind):
    dhl.store.add_faults(kind, operation="token")
    (error,) = client.buy([order()])
    assert isinstance(error, CarrierBusy) and dhl.store.shipments == {}


def test_not_reachable_is_nothing_bought(dhl):
    client = DhlClient(account("http://127.0.0.1:9", token=False))
    (error,) = client.buy([order()])
    assert isinstance(error, CarrierBusy) and error.code == "unreachable"


def test_dry_run_buys_nothing(dhl, client):
    unknown = order(recipient=replace(BUYER, zip="99999"))
    fine, wrong = client.dry_run([order(), unknown])
    assert fine is None and "leitcodiert" in str(wrong)
    assert dhl.store.shipments == {}


def test_addresses_that_cannot_be_routed(dhl, client):
    unknown = order(recipient=replace(BUYER, zip="99999"))
    (error,) = client.buy([unknown])
    assert isinstance(error, CarrierRefused)
    (bought,) = client.buy([replace(unknown, options={"must_encode": "false"})])
    assert "leitcodiert" in bought.warnings[0]


def test_fetch_and_void(dhl, client):
    (bought,) = client.buy([order()])
    assert client.fetch(bought.numbers, "pdf").documents == bought.documents
    assert client.void([*bought.numbers, "0034"]).keys() == {*bought.numbers, "0034"}
    assert dhl.store.living() == {}
    again = client.void(bought.numbers)
    assert [error.code for error in again.values()] == ["not_found"]
    with pytest.raises(CarrierRefused):
        client.fetch(bought.numbers, "pdf")


def test_void_that_nobody_answers(dhl, client):
    (bought,) = client.buy([order()])
    dhl.store.add_faults("drop_after", operation="delete")
    (error,) = client.void(bought.numbers).values()
    assert isinstance(error, CarrierUncertain)


def test_the_list_of_the_day(dhl, client):
    numbers = [number for label in client.buy(several(30)) for number in label.numbers]
    numbers += [number for label in client.buy(several(2)) for number in label.numbers]
    client.void(numbers[:1])
    told = client.manifest(numbers)
    assert set(told.numbers) == set(numbers[1:]) and list(told.errors) == numbers[:1]
    assert told.documents[0].kind == "manifest"
    assert dhl.store.requests.count("close") == 2
    (error,) = client.void(numbers[1:2]).values()
    assert "Tagesabschluss" in str(error)


def test_the_list_is_of_the_day_in_germany(client):
    (bought,) = client.buy([order()])
    with freeze_time("2026-06-10 22:30:00"):  # half past midnight
        told = client.manifest(bought.numbers)
    assert told.documents[0].number == "2026-06-11-1"


def test_customs_papers(dhl, client):
    parcels = (Parcel(Decimal("0.5"), content=(SOAP,)),)
    (bought,) = client.buy(
        [order(product="V53WPAK", recipient=SWISS, parcels=parcels, customs=CUSTOMS)]
    )
    assert [one.kind for one in bought.documents] == ["label", "customs"]


def test_a_return_label(dhl, client):
    bought = client.return_label(order(sender=BUYER), "deu")
    assert bought.numbers == tuple(dhl.store.returns)
    told = dhl.store.returns[bought.numbers[0]]["shipper"]
    assert (told["addressStreet"], told["addressHouse"]) == ("Lindenstraße", "12a")


def test_tracking(dhl, client):
    (bought,) = client.buy([order()])
    (number,) = bought.numbers
    assert client.track([number]) == {}
    dhl.store.add_event(number, code="ES", text="Eingeliefert", time="20.11.2026 17:01")
    dhl.store.add_event(
        number, code="ZU", text="Zugestellt", time="21.11.2026 10:02", place="Leipzig"
    )
    numbers = [number, *(f"00340434161095{n:06d}" for n in range(24))]
    told = client.track(numbers)[number]
    assert (told.state, told.place, told.time.hour) == ("delivered", "Leipzig", 10)
    assert [event.state for event in told.events] == ["in_transit", "delivered"]
    assert dhl.store.requests.count("track") == 3
    assert API_SECRET not in repr(client.account)


def test_a_parcel_that_comes_back(dhl, client):
    dhl.store.add_event("0034", code="ZN", text="Nicht zugestellt", time="20.11.2026 17:01")
    assert client.track(["0034"])["0034"].state == "exception"
    dhl.store.add_event("0034", code="AA", time="21.11.2026 17:01", returning=True)
    assert client.track(["0034"])["0034"].state == "returning"
    dhl.store.add_event("0034", code="ZU", time="22.11.2026 17:01", returning=True)
    assert client.track(["0034"])["0034"].state == "returned"


def test_tracking_with_a_wrong_password(dhl):
    client = DhlClient(account(dhl.url, tracking_password="wrong"))
    with pytest.raises(CarrierRefused):
        client.track(["0034"])
