# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
from unittest.mock import patch

from odoo.tests import Form

from .common import ChannelCase


class TestChanges(ChannelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel._import_orders()

    def setUp(self):
        super().setUp()
        self.saved = {key: dict(order) for key, order in self.store.orders.items()}
        self.addCleanup(self.store.orders.update, self.saved)

    def halve(self, name="#1001"):
        """The customer takes only one of two jars."""
        order = self.store.order_by_name(name)
        line = {**order["lineItems"][0], "currentQuantity": 1}
        self.store.change_order(
            name,
            {
                "edited": True,
                "lineItems": [line, *order["lineItems"][1:]],
                "currentTotalPriceSet": self.bag("18.38"),
                "currentTotalTaxSet": self.bag("1.67"),
            },
        )

    def test_touched_only(self):
        """It may be in somebody's hands: writing it would make the import wait for them."""
        self.store.change_order("#1001")
        with patch.object(type(self.order("#1001")), "write", autospec=True) as write:
            self.assertFalse(self.channel._import_orders())
        self.assertEqual(self.row("#1001").state, "imported")
        write.assert_not_called()

    def test_quotation_follows(self):
        order = self.order("#1001")
        carrier = self.env["delivery.carrier"].search([], limit=1)
        shippings = self.channel.shipping_ids
        shippings.filtered(lambda s: s.title == order.channel_shipping).carrier_id = carrier
        self.halve()
        self.channel._import_orders()
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertEqual(self.order("#1001"), order)
        self.assertEqual(order.order_line[0].product_uom_qty, 1)
        self.assertCents(order.amount_total, 18.38)
        self.assertTrue(carrier)
        self.assertEqual(order.carrier_id, carrier, "it goes the way it was to go before")

    def test_confirming_keeps_the_day_of_the_order(self):
        imported = self.order("#1001")
        ordered = imported.date_order
        own = imported.copy()
        (imported | own).action_confirm()
        self.assertEqual(imported.date_order, ordered)
        self.assertGreater(own.date_order, ordered, "an order of our own is dated now")

    def test_confirmed_order_asks(self):
        order = self.order("#1001")
        order.action_confirm()
        self.halve()
        self.channel._import_orders()
        row = self.row("#1001")
        self.assertEqual((row.state, row.reason_code), ("attention", "changed"))
        self.assertIn("26.37 → 18.38", row.reason)
        self.assertEqual(order.order_line[0].product_uom_qty, 2)
        self.assertCents(order.amount_total, 26.37)
        self.assertTrue(order.activity_ids)
        row.action_acknowledge()
        self.assertEqual(row.state, "imported")
        self.channel.orders_cursor = False
        self.channel._import_orders()
        self.assertEqual(row.state, "imported")

    def test_payment_arrives(self):
        order = self.order("#1012")
        self.assertEqual(order.channel_payment_ids.state, "pending")
        transaction = dict(self.store.order_by_name("#1012")["transactions"][0])
        transaction["status"] = "SUCCESS"
        self.store.change_order(
            "#1012", {"displayFinancialStatus": "PAID", "transactions": [transaction]}
        )
        self.channel._import_orders()
        self.assertEqual(order.channel_payment_state, "paid")
        self.assertEqual(order.channel_payment_ids.state, "done")

    def test_pending_payment_follows_an_edit(self):
        order = self.order("#1012")
        transaction = copy.deepcopy(self.store.order_by_name("#1012")["transactions"][0])
        for status, amount, expected in (("SUCCESS", "9.99", 9.99), ("SUCCESS", "5.00", 9.99)):
            transaction["status"] = status
            for money in transaction["amountSet"].values():
                money["amount"] = amount
            changes = {"transactions": [copy.deepcopy(transaction)]}
            self.store.change_order("#1012", changes)
            self.channel._import_orders()
            self.assertCents(order.channel_payment_ids.amount, expected)
            self.assertEqual(order.channel_payment_ids.state, "done")

    def test_cancelled_later(self):
        for name in ("#1001", "#1002"):
            self.order(name).action_confirm()
        picking = self.order("#1002").picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking._action_done()
        for name in ("#1001", "#1002"):
            self.store.change_order(name, {"cancelledAt": "2026-11-20T10:00:00Z"})
        self.channel._import_orders()
        self.assertEqual(self.order("#1001").state, "cancel")
        self.assertEqual(self.order("#1002").state, "sale")
        self.assertEqual(self.row("#1002").reason_code, "cancelled")

    def test_quantity_keeps_price(self):
        """Another quantity is charged at the channel's price, with its share of the tax."""
        order = self.order("#1002")
        line = order.order_line[0]
        self.assertNotEqual(line.product_id.list_price, line.price_unit)
        price, discount = line.price_unit, line.discount
        line.product_uom_qty = 2
        self.assertEqual((line.price_unit, line.discount), (price, discount))
        self.assertCents(line.price_total, 14.38)  # two thirds of 21.57
        self.assertCents(line.price_tax, 0.94)  # two thirds of 1.41
        line.product_uom_qty = 3
        self.assertCents(line.price_total, 21.57)
        self.assertCents(line.price_tax, 1.41)
        order.action_confirm()
        with Form(order) as form, form.order_line.edit(0) as edited:
            edited.product_uom_qty = 1
            self.assertCents(edited.price_unit, price)
        self.assertCents(line.price_total, 7.19)
        order.action_update_prices()
        self.assertEqual(line.price_unit, price)

    def test_manual_price_wins(self):
        """Who changes the price of a line by hand gets that price."""
        line = self.order("#1001").order_line[0]
        line.price_unit = 5.0
        self.assertCents(line.price_total, 10.0)
