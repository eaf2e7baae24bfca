# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)

import runpy
from pathlib import Path

from .common import ChannelCase


class TestInvoices(ChannelCase):
    def setUp(self):
        super().setUp()
        self.channel.import_test_orders = True

    def test_posted_invoices_exact(self):
        """The invoice of every sample equals the channel, under both rounding methods."""
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            channel = self.channel.copy({"client_id": "x"})
            channel.tax_ids = [(0, 0, row.copy_data()[0]) for row in self.channel.tax_ids]
            channel.write({"client_id": self.channel.client_id})
            channel.client_secret = "sandbox-client-secret"
            self.assertFalse(channel._import_orders())
            for name, expected in self.expected.items():
                order = self.order(name, channel)
                if order.state == "cancel" or order.channel_is_test:
                    continue
                with self.subTest(method=method, order=name):
                    order.action_confirm()
                    invoice = order._create_invoices()
                    invoice.action_post()
                    self.assertCents(invoice.amount_total, expected["total"])
                    self.assertCents(invoice.amount_tax, expected["tax"])
                    credit = invoice._reverse_moves([{"invoice_date": invoice.date}])
                    self.assertCents(credit.amount_total, expected["total"])
                    self.assertCents(credit.amount_tax, expected["tax"])

    def bill_by(self, order, parts):
        """Invoice every line in the parts given (fractions of its quantity)."""
        invoices = self.env["account.move"]
        for line in order.order_line:
            line.product_id.invoice_policy = "delivery"
        for done in parts:
            for line in order.order_line:
                line.qty_delivered_method = "manual"
                line.qty_delivered = done * line.product_uom_qty
            invoices |= order._create_invoices()
        invoices.action_post()
        return invoices

    def test_partial_invoices(self):
        """Any number of partial invoices adds up to the order, total and tax."""
        self.channel._import_orders()
        for name in ("#1001", "#1002", "#1003", "#1008", "#1014", "#1015", "#1017"):
            with self.subTest(order=name):
                order = self.order(name)
                order.action_confirm()
                invoices = self.bill_by(order, (0.3, 0.5, 1.0))
                self.assertEqual(len(invoices), 3)
                self.assertCents(sum(invoices.mapped("amount_total")), self.expected[name]["total"])
                self.assertCents(sum(invoices.mapped("amount_tax")), self.expected[name]["tax"])

    def test_partial_invoice_credited_and_billed_again(self):
        self.channel._import_orders()
        order = self.order("#1002")
        order.action_confirm()
        first = self.bill_by(order, (0.37,))
        first._reverse_moves([{"invoice_date": first.date}], cancel=True)
        self.bill_by(order, (0.71, 1.0))
        posted = order.invoice_ids.filtered(lambda move: move.state == "posted")
        self.assertCents(sum(posted.mapped("amount_total_signed")), self.expected["#1002"]["total"])
        self.assertCents(sum(posted.mapped("amount_tax_signed")), self.expected["#1002"]["tax"])

    def test_customers_see_no_code_of_ours(self):
        """Shipping is called shipping; a code from an earlier version goes, one set here stays."""
        products = self.env["product.product"]
        for name in ("shipping", "custom", "tip", "gift_card", "fee"):
            products |= self.env.ref(f"channel_connectors.product_{name}")
        self.assertFalse(any(products.mapped("default_code")))
        products[0].default_code = "CHANNEL-SHIP"
        products[1].default_code = "POSTAGE"
        self.env.flush_all()
        script = Path(__file__).parents[1] / "migrations/19.0.1.2.0/post-migration.py"
        runpy.run_path(str(script))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertFalse(products[0].default_code or products.product_tmpl_id[0].default_code)
        self.assertEqual(products[1].default_code, "POSTAGE")
