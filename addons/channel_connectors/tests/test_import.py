# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import ChannelCase


class TestImport(ChannelCase):
    def setUp(self):
        super().setUp()
        self.channel.import_test_orders = True
        self.channel._import_orders()

    def test_samples_exact(self):
        for name, expected in self.expected.items():
            with self.subTest(order=name):
                row = self.row(name)
                self.assertEqual(row.state, "imported", row.reason)
                order = row.sale_order_id
                self.assertCents(order.amount_total, expected["total"])
                self.assertCents(order.amount_tax, expected["tax"])
                freight = order.order_line.filtered(lambda li: li.channel_line_kind == "shipping")
                goods = order.order_line - freight
                amount = (
                    "price_total"
                    if order.order_line.tax_ids[:1].price_include or not (order.order_line.tax_ids)
                    else "price_subtotal"
                )
                self.assertCents(sum(goods.mapped(amount)), expected["lines"])
                self.assertCents(sum(freight.mapped(amount)), expected["shipping"])
