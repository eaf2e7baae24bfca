# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError

from .common import ChannelCase


class TestRefunds(ChannelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel._import_orders()

    def setUp(self):
        super().setUp()
        self.sale = self.order("#1014")
        self.refund = self.sale.channel_refund_ids

    def bill(self):
        self.sale.action_confirm()
        invoice = self.sale._create_invoices()
        invoice.action_post()
        return invoice

    def test_credit_note_to_the_cent(self):
        """One jar at 7 % and the freight at 19 %: gross goods, net freight in the payload."""
        for method in ("round_globally", "round_per_line"):
            with self.subTest(method=method), self.cr.savepoint() as savepoint:
                self.company.tax_calculation_rounding_method = method
                invoice = self.bill()
                credit = self.sale.action_create_channel_credit_notes()
                self.assertEqual(credit.reversed_entry_id, invoice)
                credit.action_post()
                self.assertCents(credit.amount_total, 12.09)
                self.assertCents(credit.amount_tax, 1.25)
                taxes = credit.line_ids.filtered("tax_line_id")
                amounts = {line.tax_line_id.amount: line.balance for line in taxes}
                self.assertEqual(amounts, {7.0: 0.47, 19.0: 0.78})
                self.assertFalse(self.sale.order_line.filtered("qty_to_invoice"))
                savepoint.rollback()

    def test_once_per_refund(self):
        self.bill()
        credit = self.sale.action_create_channel_credit_notes()
        self.assertEqual(len(credit), 1)
        self.assertFalse(self.sale.action_create_channel_credit_notes())
        self.channel.orders_cursor = False
        self.channel._import_orders()
        self.assertEqual(self.sale.channel_refund_ids, self.refund)

    def test_needs_an_invoice(self):
        with self.assertRaises(UserError):
            self.sale.action_create_channel_credit_notes()

    def test_money_without_a_line(self):
        """Money given back for nothing in particular lowers what was charged, by tax."""
        self.bill()
        self.refund.amount += 5
        credit = self.sale.action_create_channel_credit_notes()
        self.assertCents(credit.amount_total, 17.09)
        self.assertGreater(credit.amount_tax, 1.25)
