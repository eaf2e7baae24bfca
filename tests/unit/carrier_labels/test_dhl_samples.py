# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""DHL's own samples: we can say all of them, and DHL's file and the stand-in take what we say."""

import pytest
from carriers.dhl import documents
from carriers.dhl.checks import problems
from carriers.dhl.client import DhlClient

from tests.sandbox.dhl import ABSENT, Sandbox, available, guard

from .orders import SAMPLES, account, as_order, order, same, sample

pytestmark = pytest.mark.skipif(not (available() and SAMPLES.exists()), reason=ABSENT)
PATHS = sorted(SAMPLES.glob("orders_request__*.json"))


def test_there_are_samples():
    assert len(PATHS) == 8


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_sample_can_be_said_and_bought(path):
    shipment = sample(path)
    wanted = as_order(shipment)
    assert problems(wanted) == []
    (said,) = documents.shipments(wanted)
    assert same(said) == same(shipment)
    with Sandbox() as dhl:
        (bought,) = DhlClient(account(dhl.url)).buy([wanted])
        assert bought.numbers == tuple(dhl.store.shipments)
        assert dhl.store.violations == []
    kinds = {document.kind for document in bought.documents}
    assert "label" in kinds
    assert ("return" in kinds) == ("Retoure" in path.stem)
    assert ("customs" in kinds) == ("V53WPAK" in path.stem)


def test_the_stand_in_refuses_what_the_file_does_not_name():
    (said,) = documents.shipments(order())
    guard.shipping().judge("Shipment", said)
    for broken in (said | {"colour": "red"}, said | {"refNo": "short"}, said | {"shipper": {}}):
        with pytest.raises(guard.Invalid):
            guard.shipping().judge("Shipment", broken)
    said["consignee"]["lockerID"] = 123
    with pytest.raises(guard.Invalid):
        guard.shipping().judge("Shipment", said)
