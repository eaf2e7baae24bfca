# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import UserError

from .common import ChannelCase


class TestPayments(ChannelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clearing = cls.account("Clearing", "X1360", "asset_current", reconcile=True)
        cls.vouchers = cls.account("Vouchers", "X1710", "liability_current", reconcile=True)
        cls.journal = cls.bank_journal("Shop Payments", "SHOPP", cls.clearing)
        cls.gift_journal = cls.bank_journal("Vouchers", "VOUCH", cls.vouchers)
        cls.channel.payment_journal_id = cls.journal
        cls.channel._import_orders()

    @classmethod
    def account(cls, name, code, kind, **vals):
        return cls.env["account.account"].create(
            {"name": name, "code": code, "account_type": kind, **vals}
        )

    @classmethod
    def bank_journal(cls, name, code, account):
        journal = cls.env["account.journal"].create({"name": name, "code": code, "type": "bank"})
        journal.inbound_payment_method_line_ids.payment_account_id = account
        return journal

    def bill(self, *names):
        orders = self.env["sale.order"].union(*(self.order(name) for name in names))
        orders.action_confirm()
        invoices = self.env["account.move"].union(*(order._create_invoices() for order in orders))
        invoices.action_post()
        return orders, invoices

    def test_paid_to_the_cent(self):
        names = ["#1001", "#1002", "#1008", "#1009", "#1017"]
        orders, invoices = self.bill(*names)
        payments = orders._register_channel_payments(invoices)
        self.assertEqual(len(payments), 6)
        for invoice in invoices:
            self.assertCents(invoice.amount_residual, 0)
            self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(str(payments[0].date), "2026-11-02")
        total = sum(float(self.expected[name]["total"]) for name in names)
        balance = payments.move_id.line_ids.filtered(lambda li: li.account_id == self.clearing)
        self.assertCents(sum(balance.mapped("balance")), total)

    def test_safe_to_repeat(self):
        orders, invoices = self.bill("#1001", "#1002")
        first = orders._register_channel_payments(invoices)
        self.assertEqual(len(first), 2)
        self.assertFalse(orders._register_channel_payments(invoices))
        self.assertEqual(orders.channel_payment_ids.payment_id, first)

    def test_payment_before_invoice(self):
        order = self.order("#1001")
        order.action_confirm()
        order._register_channel_payments()
        invoice = order._create_invoices()
        invoice.action_post()
        order._register_channel_payments(invoice)
        self.assertCents(invoice.amount_residual, 0)

    def test_gift_card_apart(self):
        self.channel.gift_card_journal_id = self.gift_journal
        orders, invoices = self.bill("#1008")
        payments = orders._register_channel_payments(invoices)
        self.assertEqual(payments.journal_id, self.journal | self.gift_journal)
        used = payments.filtered(lambda payment: payment.journal_id == self.gift_journal)
        self.assertCents(used.amount, 25)
        self.assertCents(invoices.amount_residual, 0)

    def test_unpaid_and_overpaid(self):
        orders, invoices = self.bill("#1012")
        self.assertFalse(orders._register_channel_payments(invoices))
        self.assertCents(invoices.amount_residual, 15.88)
        # Edited after payment: the customer has money to come back.
        orders, invoices = self.bill("#1015")
        payments = orders._register_channel_payments(invoices)
        self.assertCents(invoices.amount_residual, 0)
        self.assertCents(payments.amount, 36.86)

    def test_needs_a_clearing_account(self):
        self.journal.inbound_payment_method_line_ids.payment_account_id = False
        orders, invoices = self.bill("#1001")
        with self.assertRaisesRegex(UserError, "clearing account"):
            orders._register_channel_payments(invoices)

    def test_salesperson_may_trigger(self):
        user = self.env["res.users"].create(
            {
                "name": "Sales",
                "login": "channel_sales",
                "group_ids": [
                    Command.link(self.env.ref("sales_team.group_sale_salesman_all_leads").id)
                ],
            }
        )
        orders, invoices = self.bill("#1001")
        orders.with_user(user)._register_channel_payments()
        self.assertCents(invoices.amount_residual, 0)
