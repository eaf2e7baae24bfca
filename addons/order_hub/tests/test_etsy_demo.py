# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

import requests

from odoo.tools import convert_file

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestEtsyDemo(BatchCase):
    """The demo data of the shop at Etsy, on products of the demo's SKUs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        skus = ("SEIFE-100", "CREME-75")
        cls.env["product.product"].search([("default_code", "in", skus)]).default_code = False
        for sku in skus:
            cls._create_product(sku, cls.env.ref("uom.product_uom_unit"), default_code=sku)

    def test_four_orders_without_network(self):
        asked = AssertionError("demo data asks nobody")
        with patch.object(requests.Session, "request", side_effect=asked):
            convert_file(
                self.env, "order_hub", "demo/etsy_demo.xml", {}, mode="init", noupdate=True
            )
        channel = self.env.ref("order_hub.channel_etsy")
        rows = {row.name[-1]: row for row in channel.order_ids}
        self.assertEqual(set(channel.order_ids.mapped("state")), {"imported"}, rows)
        orders = {key: row.sale_order_id for key, row in rows.items()}
        self.assertEqual(len(orders), 4)
        for key, total in {"1": 26.80, "2": 24.40, "3": 170.50, "4": 26.20}.items():
            self.assertEqual(f"{orders[key].amount_total:.2f}", f"{total:.2f}")
            self.assertEqual(orders[key].channel_payment_state, "paid")
        self.assertTrue(orders["2"].channel_address_missing)
        self.assertIn("Lena und Max", orders["3"].order_line[0].channel_wishes)
        self.assertTrue(orders["4"].channel_is_gift and orders["4"].channel_is_wrapped)
        self.assertFalse(channel.auto_import or channel.prove_nightly or channel.push_stock)
        self.assertFalse(channel.payment_journal_id, "no payouts are asked for")
