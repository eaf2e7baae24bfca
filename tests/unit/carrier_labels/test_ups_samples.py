# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""UPS's own samples: what they show is what we send, and what we understand."""

import json
from base64 import b64decode
from datetime import date
from decimal import Decimal

import pytest
from carriers.base.errors import CarrierRefused
from carriers.base.http import Answer, HttpClient
from carriers.ups import answers, errors
from carriers.ups.checks import problems
from carriers.ups.documents import ship_request

from tests.sandbox.ups import ABSENT, ACCOUNT, available
from tests.sandbox.ups.guard import check

from .ups_orders import as_order, listed, sample

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)

# Number of an example -> a service of ours for one that is not sold in Germany.
OURS = {"1": "11", "2": "07", "3": "08", "7": "11", "8": "11", "11": "11", "12": "11"}
# Dangerous goods, freight, consolidated and economy shipments, billing somebody else, and
# surcharges for the climate.
NOT_OFFERED = {"4", "5", "6", "9", "10", "13", "14", "15", "16", "17"}


def examples():
    return sample("ship.request_examples.json") if available() else {}


def contained(wanted, told):
    """Whether all of a sample is in a request; one object may be a list of one."""
    if isinstance(wanted, dict):
        return all(name in told and contained(wanted[name], told[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(wanted) == len(told) and all(map(contained, wanted, told))
    return wanted == told


def test_the_request_of_the_sample():
    wanted = sample("ship.request__handmade.json")
    order = as_order(
        wanted,
        billing={"shipper": "A1B2C3"},
        label_format="zpl",
        ship_date=date(2026, 11, 22),
    )
    assert problems(order) == []
    told = ship_request(order)
    check("Shipping", "SHIPRequestWrapper", told)
    assert contained(wanted, told)
    # Beside it: what the shipment can be found by, and its day.
    assert told["ShipmentRequest"]["Shipment"]["ReferenceNumber"] == [{"Value": "WH/OUT/00043"}]
    assert told["ShipmentRequest"]["Shipment"]["ShipmentDate"] == "20261122"


def test_every_example_is_known():
    assert examples().keys() == OURS.keys() | NOT_OFFERED


@pytest.mark.parametrize("number", OURS)
def test_examples_of_what_we_offer(number):
    request = examples()[number]["value"]
    # The example has a number that is too short for UPS's own file.
    text = json.dumps(request).replace("GB00088", "U12345678")
    wanted = json.loads(text)
    order = as_order(wanted, product=OURS[number])
    assert [str(one) for one in problems(order)] == []
    told = ship_request(order)
    check("Shipping", "SHIPRequestWrapper", told)
    theirs, ours = wanted["ShipmentRequest"]["Shipment"], told["ShipmentRequest"]["Shipment"]
    for party in ("Shipper", "ShipTo"):
        for name in ("City", "PostalCode", "CountryCode"):
            assert ours[party]["Address"][name] == theirs[party]["Address"][name]
        line = theirs[party]["Address"]["AddressLine"][0]
        assert ours[party]["Address"]["AddressLine"][0] == line
    point, wanted_point = (one.get("AlternateDeliveryAddress", {}) for one in (ours, theirs))
    assert point.get("UPSAccessPointID") == wanted_point.get("UPSAccessPointID")
    assert len(ours["Package"]) == len(listed(theirs["Package"]))
    assert ("ShipmentRatingOptions" in ours) == ("ShipmentRatingOptions" in theirs)
    assert ("ShipmentIndicationType" in ours) == ("ShipmentIndicationType" in theirs)
    assert ("InternationalForms" in ours.get("ShipmentServiceOptions", {})) == (
        "InternationalForms" in theirs.get("ShipmentServiceOptions", {})
    )


def test_the_answer_of_the_sample():
    bought = answers.shipment(sample("ship.response__handmade.json"))
    assert bought.numbers == ("1ZXXXXXXXXXXXXXXXX",)
    assert bought.shipment == "1ZXXXXXXXXXXXXXXXX"
    assert (bought.price, bought.currency) == (Decimal("12.40"), "EUR")
    (label,) = bought.documents
    assert (label.kind, label.format, label.content) == ("label", "zpl", b64decode("XlhBXlha"))


def test_the_failure_of_the_sample():
    body = json.dumps(sample("error_400.json")).encode()
    error = errors.problem(HttpClient("UPS", "http://localhost"), Answer(400, {}, body))
    assert isinstance(error, CarrierRefused)
    assert "Missing or invalid shipper number (120100)" in str(error)


def test_the_token_of_the_sample(monkeypatch):
    from carriers.ups.client import UpsClient

    from .ups_orders import account

    client = UpsClient(account("http://localhost"))
    body = json.dumps(sample("token_response__handmade.json")).encode()
    monkeypatch.setattr(client.http, "send", lambda *_args, **_more: Answer(200, {}, body))
    assert client._renew() == ("EXAMPLE", 14399.0)
    assert client.shipper == ACCOUNT
