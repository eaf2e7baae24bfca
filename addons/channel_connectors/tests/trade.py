# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pickle
from decimal import Decimal
from unittest.mock import patch


class Trade:
    """What tests do with the orders of a stand-in, whichever it is: goods, money, messages.

    Before each test the stand-in is as it was when it was kept.
    """

    @classmethod
    def keep_shop(cls):
        cls.saved = pickle.dumps(cls.store)

    def setUp(self):
        super().setUp()
        self.store.__setstate__(pickle.loads(self.saved).__getstate__())

    @classmethod
    def make_carrier(cls, **vals):
        parcel = cls.env["product.product"].create({"name": "Parcel", "type": "service"})
        return cls.env["delivery.carrier"].create(
            {"name": "DHL Paket", "product_id": parcel.id, **vals}
        )

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

    @classmethod
    def put_stock(cls, product, quantity, warehouse=None):
        """Set the stock of a product."""
        location = (warehouse or cls.channel.warehouse_id).lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(product, location, quantity)

    # Orders

    def confirm(self, name):
        order = self.order(name)
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

    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return sum(Decimal(str(line.balance)) for line in lines)

    # Messages

    def intents(self, kind="fulfilment", order=None):
        domain = [("channel_id", "=", self.channel.id), ("kind", "=", kind)]
        if order:
            domain.append(("order_id", "=", order.id))
        return self.env["sales.channel.intent"].search(domain, order="id")

    def send(self, kind="fulfilment"):
        self.channel._send_intents(kind)

    def push(self, **options):
        self.env.cr.flush()
        return self.channel._push_stock(**options)

    def push_while(self, happens):
        """Push stock; something happens between our look at the shop and the first write."""
        adapter_class = self.channel._adapter_class()
        original, done = adapter_class.set_levels, []

        def set_levels(adapter, *args):
            if not done:
                done.append(True)
                happens()
            return original(adapter, *args)

        with patch.object(adapter_class, "set_levels", set_levels):
            self.push()
