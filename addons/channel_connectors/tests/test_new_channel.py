# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A third channel in one file: the guide "adding a channel" is true."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..channels.base import adapter
from .new_channel import BASE, KEY, NewChannelAdapter, new_order


@tagged("post_install", "-at_install")
class TestNewChannel(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(adapter._registry, market=NewChannelAdapter))
        home = cls.env.ref("base.de")
        cls.env.company.write({"country_id": home.id, "account_fiscal_country_id": home.id})
        cls.product = cls.env["product.product"].create(
            {"name": "Candle", "default_code": "NEW-1", "type": "consu"}
        )
        group = cls.env["account.tax.group"].create({"name": "Market", "country_id": home.id})
        tax = cls.env["account.tax"].create(
            {
                "name": "Market 19",
                "amount": 19,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
                "tax_group_id": group.id,
                "country_id": home.id,
            }
        )
        mapping = {"country_id": home.id, "rate": 19, "price_include": True, "tax_id": tax.id}
        cls.channel = cls.env["sales.channel"].create(
            {
                "name": "Market",
                "channel_type": "market",
                "client_id": "shop",
                "client_secret": KEY,
                "currency_id": cls.env.ref("base.EUR").id,
                "tax_ids": [Command.create(mapping)],
            }
        )

    def test_connection(self):
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "success", result)
        self.assertEqual(self.channel.shop_name, "Market Stall")
        self.assertEqual(self.channel.api_base, BASE)
        self.channel.client_secret = "wrong"
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "danger")
        with self.assertRaises(ValidationError):
            self.channel.api_base = "https://10.0.0.1"

    def test_import(self):
        self.channel.action_import_orders()
        row = self.channel.order_ids
        # Nothing is guessed: somebody says what the channel's payments are, once.
        self.assertEqual(row.state, "attention")
        self.channel.method_ids.kind = "online"
        self.channel.action_import_orders()
        self.assertEqual(row.state, "imported", row.reason)
        order = row.sale_order_id
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(f"{order.amount_total:.2f}", "23.80")
        self.assertEqual(f"{order.amount_tax:.2f}", "3.80")
        self.assertEqual(order.partner_shipping_id.city, "Leipzig")
        # The same again is nothing new; what has changed is, and what cannot be read waits.
        self.channel.action_import_orders()
        self.assertEqual(self.channel.order_ids, row)
        shop = [new_order(), {**new_order("M-2"), "items": []}]
        with patch.object(NewChannelAdapter, "shop", shop):
            self.channel.action_import_orders()
        self.assertEqual(sorted(self.channel.order_ids.mapped("state")), ["attention", "imported"])

    def test_what_it_cannot_do_is_not_offered(self):
        self.assertFalse(self.channel.has_webhooks)
        self.assertFalse(self.channel.has_consent)
        self.assertFalse(self.channel.has_abilities)
