# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import LabelCase, LabelMixin

# The class above has put the project on the path.
from tests.sandbox.ups import ACCOUNT, CLIENT_ID, CLIENT_SECRET, Sandbox, Store  # isort: skip
from tests.sandbox.ups.store import Parcel  # noqa: F401  isort: skip


class UpsMixin(LabelMixin):
    """An account at UPS with a delivery method."""

    @classmethod
    def make_account(cls, url, **values):
        """An account at the stand-in."""
        cls.env["ir.config_parameter"].set_param("carrier_labels.stand_in_ups", url)
        return cls.env["carrier.label.account"].create(
            {
                "name": "UPS",
                "provider": "ups",
                "api_key": CLIENT_ID,
                "api_secret": CLIENT_SECRET,
                "ups_shipper": ACCOUNT,
                **values,
            }
        )


class UpsCase(UpsMixin, LabelCase):
    """The same with a stand-in of its own, whose state begins anew with each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ups = cls.enterClassContext(Sandbox())
        cls.account = cls.make_account(cls.ups.url)
        cls.carrier = cls.make_carrier(cls.account, name="UPS Standard", label_cost=0)
        cls.env.ref("stock.warehouse0").partner_id.phone = "+49 341 123456"

    def setUp(self):
        super().setUp()
        store = Store()
        # A token is granted for hours.
        store.tokens = self.ups.store.tokens
        self.store = self.ups.store = store

    def living(self):
        """References of what has to be paid."""
        return [one.reference for one in self.store.shipments if not one.voided]

    def bought(self):
        """How often something was asked to be bought."""
        return len([one for one in self.store.requests if one.endswith("/ship")])
