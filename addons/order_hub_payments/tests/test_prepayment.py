# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import PaymentCase


class TestPrepayment(PaymentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["sales.channel"].create({"name": "Test shop"})
        cls.in_advance = cls.env["account.payment.term"].create(
            {"name": "In advance", "is_prepayment": True}
        )

    @classmethod
    def _create_waiting_order(cls, amount=60.0, **values):
        order = cls._create_service_order(
            amount,
            channel_id=cls.channel.id,
            channel_payment_state="pending",
            date_order=fields.Datetime.now() - timedelta(days=3),
            **values,
        )
        order.channel_amount_total = amount
        return order

    def test_an_unpaid_channel_order_waits(self):
        order = self._create_waiting_order()
        self.assertEqual(order.payment_wait_since, order.date_order)
        self.assertEqual(order.payment_wait_days, 3)
        self.assertEqual(order.bank_open_amount, 60.0)
        order.channel_payment_state = "paid"
        self.assertFalse(order.payment_wait_since)
        self.assertFalse(order.bank_open_amount)

    @freeze_time("2026-06-10 21:30:00")
    def test_days_of_waiting_are_those_of_the_user(self):
        order = self._create_waiting_order().with_context(tz="Europe/Berlin")
        order.date_order = "2026-06-07 22:30:00"  # half past midnight on the 8th
        self.assertEqual(order.payment_wait_days, 2)
        self.assertEqual(str(order._get_reminder_due_date()), "2026-06-08")

    def test_offers_do_not_wait_and_confirmed_prepaid_orders_do(self):
        order = self._create_service_order(60.0, payment_term_id=self.in_advance.id)
        self.assertFalse(order.payment_wait_since)
        order.action_confirm()
        self.assertTrue(order.payment_wait_since)
        order._action_cancel()
        self.assertFalse(order.payment_wait_since)
        self.assertFalse(self._create_service_order(60.0, confirm=True).payment_wait_since)

    def test_the_money_lets_the_order_go_on(self):
        order = self._create_waiting_order()
        line = self._transfer(60.0, f"Bestellung {order.name}")
        self.assertEqual(line.match_state, "matched")
        self.assertEqual(order.bank_paid_amount, 60.0)
        self.assertFalse(order.payment_wait_since)
        self.assertEqual(order.state, "sale")
        [entry] = order.bank_payment_line_ids
        self.assertEqual((entry.balance, entry.partner_id), (-60.0, self.customer))
        self.assertEqual(entry.account_type, "asset_receivable")

    def test_a_part_does_not(self):
        order = self._create_waiting_order()
        self.assertEqual(self._transfer(20.0, order.name).match_state, "partial")
        self.assertEqual((order.bank_paid_amount, order.bank_open_amount), (20.0, 40.0))
        self.assertTrue(order.payment_wait_since)
        self.assertEqual(order.state, "draft")
        self._transfer(40.0, order.name)
        self.assertEqual(order.state, "sale")

    def test_too_much_is_the_customers_credit_but_not_the_orders(self):
        order = self._create_waiting_order()
        line = self._transfer(75.0, order.name)
        self.assertEqual((line.match_state, line.surplus_amount), ("surplus", 15.0))
        self.assertEqual(order.bank_paid_amount, 60.0)

    def test_an_order_that_cannot_be_confirmed_keeps_its_money_and_says_why(self):
        order = self._create_waiting_order()

        reason = "no route"

        def fail(_orders):
            raise UserError(reason)

        self.patch(type(order), "action_confirm", fail)
        line = self._transfer(60.0, order.name)
        self.assertEqual((order.workflow_failure_ids.error, order.state), ("no route", "draft"))
        self.assertTrue(line.is_reconciled)

    def test_the_invoice_uses_the_money(self):
        order = self._create_waiting_order()
        self._transfer(60.0, order.name)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFalse(invoice.amount_residual)
        self.assertEqual(order.bank_open_amount, 0.0)
        self.assertEqual(order.bank_paid_amount, 60.0)
        again = self._transfer(60.0, order.name)
        self.assertEqual(again.match_state, "unknown", "nothing is open any more")

    def test_two_invoices_of_one_prepaid_order(self):
        order = self._create_service_order(30.0, payment_term_id=self.in_advance.id)
        second = order.order_line.copy({"order_id": order.id})
        second.write({"price_unit": 20.0, "tax_ids": False})
        order.action_confirm()
        self._transfer(50.0, order.name)
        second.product_uom_qty = 0
        first_invoice = order._create_invoices()
        first_invoice.action_post()
        self.assertFalse(first_invoice.amount_residual)
        self.assertEqual(order.bank_payment_line_ids.amount_residual, -20.0)
        second.product_uom_qty = 1
        second_invoice = order._create_invoices()
        second_invoice.action_post()
        self.assertFalse(second_invoice.amount_residual)

    def test_many_invoices_posted_at_once_use_each_their_own(self):
        orders = self.env["sale.order"]
        for amount in (10.0, 20.0, 30.0):
            orders |= self._create_service_order(amount, payment_term_id=self.in_advance.id)
        orders.action_confirm()
        for order in orders[:2]:
            self._transfer(order.amount_total, order.name)
        invoices = orders._create_invoices(grouped=True)
        invoices.action_post()
        self.assertEqual(sorted(invoices.mapped("amount_residual")), [0.0, 0.0, 30.0])

    def test_the_shop_says_later_that_the_order_is_paid(self):
        """Who marks an order as paid in the shop tells what the bank has told before."""
        prepaid = self._create_waiting_order()
        self._transfer(60.0, prepaid.name)
        invoiced = self._create_service_order(40.0, confirm=True)
        invoiced._create_invoices().action_post()
        self._transfer(40.0, invoiced.invoice_ids.name)
        by_channel = self._create_service_order(50.0, confirm=True)
        orders = prepaid | invoiced | by_channel
        self.channel.payment_journal_id = self.bank
        self.bank.inbound_payment_method_line_ids.payment_account_id = self.env[
            "account.account"
        ].create({"name": "Clearing", "code": "136990", "account_type": "asset_current"})
        for order in orders:
            self.env["sales.channel.payment"].create(
                {
                    "channel_id": self.channel.id,
                    "order_id": order.id,
                    "external_id": f"T{order.id}",
                    "date": fields.Datetime.now(),
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "state": "done",
                }
            )
        orders.channel_payment_state = "paid"
        payments = orders._register_channel_payments()
        self.assertEqual(payments, by_channel.channel_payment_ids.payment_id)
        self.assertEqual(payments.amount, 50.0)

    def test_undoing_the_match_makes_the_order_wait_again(self):
        order = self._create_service_order(60.0, confirm=True, payment_term_id=self.in_advance.id)
        line = self._transfer(60.0, order.name)
        self.assertFalse(order.payment_wait_since)
        line.action_undo_reconciliation()
        self.assertEqual(order.bank_paid_amount, 0.0)
        self.assertTrue(order.payment_wait_since)

    def test_prepaid_money_is_an_open_item_with_its_order(self):
        order = self._create_waiting_order()
        self._transfer(60.0, order.name)
        [item] = self.env["payment.open.item"].search([("order_id", "=", order.id)])
        self.assertEqual((item.amount_open, item.channel_id), (-60.0, self.channel))

    def test_a_seller_sees_what_waits(self):
        seller = new_test_user(
            self.env, "pre_seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        order = self._create_waiting_order()
        self._transfer(20.0, order.name)
        waiting = self.env["sale.order"].with_user(seller)
        waiting = waiting.search([("payment_wait_since", "!=", False), ("id", "=", order.id)])
        self.assertEqual(waiting.bank_paid_amount, 20.0)
        self.assertEqual(waiting.bank_open_amount, 40.0)
