# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ChannelCase

ATTENTION = "/odoo/action-channel_connectors.action_sales_channel_order_attention"


@tagged("post_install", "-at_install")
class TestTours(ChannelCase, HttpCase):
    """What consultants and operators do in the screens, in German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.channel.warehouse_id.name = "Tour warehouse"
        cls.candle = cls.products["KER-1"]
        cls.candle.write({"name": "Tour candle", "default_code": "OTHER"})
        every = cls.store.orders
        cls.store.orders = {
            key: order
            for key, order in every.items()
            if order["name"] in ("#1001", "#1002", "#1009")
        }

    def make_user(self, login, groups):
        return new_test_user(
            self.env, login, groups=f"base.group_user,{groups}", lang="de_DE", tz="Europe/Berlin"
        )

    def test_connect_a_shop(self):
        consultant = self.make_user(
            "tour_consultant",
            "channel_connectors.group_channel_manager,account.group_account_manager",
        )
        # The port of the stand-in is another one each time.
        self.env["ir.default"].set(
            "sales.channel", "api_base", self.sandbox.url, user_id=consultant.id
        )
        self.start_tour(
            "/odoo/sales-channels", "channel_connectors_connect_shop", login=consultant.login
        )
        channel = self.env["sales.channel"].search([("create_uid", "=", consultant.id)])
        self.assertEqual(channel.setup_step, "done")
        self.assertTrue(channel.auto_import and channel.push_stock)
        self.assertTrue(channel.payment_journal_id)
        self.assertTrue(channel.location_ids.warehouse_ids)
        self.assertFalse(channel.setup_gap_text)
        self.assertEqual(set(channel.order_ids.mapped("state")), {"imported"})
        self.assertCents(self.order("#1002", channel).amount_total, self.expected["#1002"]["total"])

    def renamed(self, name, payload):
        """The order under another name and id."""
        return {**payload, "name": name, "id": f"gid://shopify/Order/{name}"}

    def finish(self, name):
        """What the job does that solving a problem has queued."""
        self.assertEqual(self.row(name).state, "new")
        self.channel._process_waiting()
        self.assertEqual(self.row(name).state, "imported", self.row(name).reason)

    def test_operator_solves(self):
        address = {**self.sample()["shippingAddress"], "countryCodeV2": None}
        self.receive(
            [
                self.renamed("#T-PRODUCT", self.sample("#1002")),
                self.renamed(
                    "#T-ADDRESS", self.sample(billingAddress=None, shippingAddress=address)
                ),
            ]
        )
        operator = self.make_user("tour_operator", "channel_connectors.group_channel_user")
        self.start_tour(ATTENTION, "channel_connectors_attention_operator", login=operator.login)
        self.assertEqual(self.row("#T-ADDRESS").state, "imported")
        partner = self.order("#T-ADDRESS").partner_shipping_id
        self.assertEqual(partner.country_id, self.home)
        self.finish("#T-PRODUCT")
        self.assertIn(self.candle, self.order("#T-PRODUCT").order_line.product_id)

    def test_manager_chooses_a_tax(self):
        rate = self.channel.tax_ids.filtered(
            lambda row: (row.country_id, row.rate, row.price_include) == (self.home, 7, True)
        )
        tax, rate.tax_id = rate.tax_id, False
        self.receive([self.renamed("#T-TAX", self.sample())])
        manager = self.make_user("tour_manager", "channel_connectors.group_channel_manager")
        self.start_tour(ATTENTION, "channel_connectors_attention_manager", login=manager.login)
        self.assertEqual(rate.tax_id, tax)
        self.finish("#T-TAX")
