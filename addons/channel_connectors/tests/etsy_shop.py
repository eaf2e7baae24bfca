# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pickle
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
from .common import PROJECT  # noqa: F401  (makes the stand-ins importable)
from .etsy import EtsyCase


class EtsyShopCase(EtsyCase):
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
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "DHL Paket",
                "tracking_url": "https://dhl.example/<shipmenttrackingnumber>",
                "product_id": cls.env["product.product"]
                .create({"name": "Parcel", "type": "service"})
                .id,
            }
        )
        failure = cls.channel._import_orders()
        assert not failure, failure
        cls.saved = pickle.dumps(cls.store)

    def setUp(self):
        super().setUp()
        self.store.__setstate__(pickle.loads(self.saved).__getstate__())

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

    @classmethod
    def put_stock(cls, product, quantity):
        location = cls.warehouse.lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity)

    def confirm(self, number):
        order = self.order(number)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        return order

    def ship(self, picking, quantities=None, tracking=None):
        """Validate a delivery, of each product so much; the rest becomes a backorder."""
        picking.carrier_id = self.carrier
        picking.action_assign()
        for move in picking.move_ids:
            if quantities is not None:
                move.quantity = quantities.get(move.product_id, 0)
            move.picked = bool(move.quantity)
        if tracking:
            picking.carrier_tracking_ref = tracking
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def intents(self, kind="fulfilment", order=None):
        domain = [("channel_id", "=", self.channel.id), ("kind", "=", kind)]
        if order:
            domain.append(("order_id", "=", order.id))
        return self.env["sales.channel.intent"].search(domain, order="id")

    def send(self, kind="fulfilment"):
        self.channel._send_intents(kind)

    def mails(self):
        """What buyers were written: order and code."""
        return [(row["receipt_id"], row["tracking_code"]) for row in self.store.mails]

    def asked(self, part):
        """Requests the stand-in got whose line contains a text."""
        return [line for line in self.store.requests if part in line]
