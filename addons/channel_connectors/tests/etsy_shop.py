# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import time
import unittest
from unittest.mock import patch

from tests.sandbox.etsy import (
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    Sandbox,
    Store,
    available,
    default_receipts,
)

from ..channels.base.state import Grant, MemoryState
from .etsy import EtsyCase
from .trade import Trade


class EtsyShopCase(Trade, EtsyCase):
    """A shop at the stand-in, with its sample receipts imported and goods on hand."""

    @classmethod
    def setUpClass(cls):
        if not available():
            raise unittest.SkipTest(ABSENT)
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
        cls.store = Store(default_receipts())
        cls.sandbox = Sandbox(cls.store).start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.connect(cls.channel)
        cls.warehouse = cls.channel.warehouse_id
        for product in cls.products.values():
            if product.type == "consu":
                product.is_storable = True
                cls.put_stock(product, 50)
        cls.carrier = cls.make_carrier(tracking_url="https://dhl.example/<shipmenttrackingnumber>")
        failure = cls.channel._import_orders()
        assert not failure, failure
        cls.keep_shop()

    def tearDown(self):
        self.assertEqual(self.store.violations, [])
        super().tearDown()

    @classmethod
    def connect(cls, channel):
        """The owner has consented; what workers share stays in memory."""
        channel.write(
            {
                "api_base": cls.sandbox.url,
                "client_id": KEYSTRING,
                "client_secret": SHARED_SECRET,
            }
        )
        tokens = cls.store.grant()
        cls.env["sales.channel.account"].search([("channel_id", "=", channel.id)]).write(
            {
                "refresh_token": "kept in memory",
                "refresh_app": channel._credentials().app,
                "refresh_until": time.time() + 90 * 86400,
            }
        )
        state = MemoryState(grant=Grant(tokens["access_token"], 3600.0, tokens["refresh_token"]))
        cls.startClassPatcher(
            patch.object(type(channel), "_account_state", lambda channel, credentials: state)
        )

    def mails(self):
        """What buyers were written: order and code."""
        return [(row["receipt_id"], row["tracking_code"]) for row in self.store.mails]

    def asked(self, part):
        """Requests the stand-in got whose line contains a text."""
        return [line for line in self.store.requests if part in line]
