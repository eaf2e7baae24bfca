# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pickle

from odoo import Command

from tests.sandbox.shopify.stock import MAIN

from .common import ChannelCase


class OutgoingCase(ChannelCase):
    """Orders of the stand-in imported, goods on hand, its main location for our warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for product in cls.products.values():
            product.is_storable = True
        cls.warehouse = cls.channel.warehouse_id
        for product in cls.products.values():
            cls.put_stock(product, 500)
        cls.channel._import_orders()
        cls.channel.action_fetch_locations()
        cls.location = cls.channel.location_ids.filtered(lambda row: row.external_id == MAIN)
        cls.location.warehouse_ids = cls.warehouse
        cls.carrier = cls.env["delivery.carrier"].create(
            {
                "name": "DHL Paket",
                "product_id": cls.env["product.product"]
                .create({"name": "Parcel", "type": "service"})
                .id,
            }
        )

        cls.saved = pickle.dumps(cls.store)

    def setUp(self):
        super().setUp()
        self.store.__setstate__(pickle.loads(self.saved).__getstate__())

    @classmethod
    def put_stock(cls, product, quantity, warehouse=None):
        """Set the stock of a product."""
        location = (warehouse or cls.warehouse).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity)

    @classmethod
    def make_clearing(cls):
        """Journal and accounts of the channel's money."""
        account = cls.env["account.account"]
        cls.clearing = account.create(
            {
                "name": "Clearing",
                "code": "X1360",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        cls.transit = cls.clearing.copy({"name": "Transit", "code": "X1361", "reconcile": True})
        cls.fees = account.create({"name": "Fees", "code": "X4970", "account_type": "expense"})
        cls.journal = cls.env["account.journal"].create(
            {"name": "Shop Payments", "code": "SHOPP", "type": "bank"}
        )
        cls.journal.inbound_payment_method_line_ids.payment_account_id = cls.clearing
        cls.journal.outbound_payment_method_line_ids.payment_account_id = cls.clearing
        cls.channel.write(
            {
                "payment_journal_id": cls.journal.id,
                "payout_account_id": cls.transit.id,
                "fee_account_id": cls.fees.id,
            }
        )

    def confirm(self, name):
        order = self.order(name)
        order.action_confirm()
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

    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def intents(self, kind, order=None):
        domain = [("channel_id", "=", self.channel.id), ("kind", "=", kind)]
        if order:
            domain.append(("order_id", "=", order.id))
        return self.env["sales.channel.intent"].search(domain, order="id")

    def theirs(self, name):
        """The order as the stand-in has it."""
        return self.store.order_by_name(name)

    def new_user(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [Command.set([self.env.ref(group).id for group in groups])],
            }
        )
