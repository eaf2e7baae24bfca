# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import PaymentCase


class TestOpenItems(PaymentCase):
    @classmethod
    def _due(cls, days_ago):
        return fields.Date.today() - timedelta(days=days_ago)

    def _get_items(self, user=None):
        Item = self.env["payment.open.item"].with_user(user or self.env.user)
        return Item.search([("partner_id", "=", self.customer.id)])

    def test_age_by_due_date(self):
        for days in (-5, 0, 1, 30, 31, 60, 61, 90, 91):
            self._create_invoice(10.0, due=self._due(days))
        items = self._get_items().sorted("date_due", reverse=True)
        self.assertEqual(items.mapped("overdue_days"), [0, 0, 1, 30, 31, 60, 61, 90, 91])
        self.assertEqual("".join(items.mapped("aging")), "001122334")

    def test_paid_and_draft_invoices_are_not_open(self):
        self._create_invoice(10.0, post=False)
        self._transfer(20.0, self._create_invoice(20.0).name)
        self.assertFalse(self._get_items())

    def test_order_and_channel_of_an_invoice(self):
        channel = self.env["sales.channel"].create({"name": "Test shop"})
        order = self._create_service_order(10.0, channel_id=channel.id)
        order.channel_amount_total = 10.0
        order.action_confirm()
        order._create_invoices().action_post()
        [item] = self._get_items()
        self.assertEqual((item.order_id, item.channel_id), (order, channel))
        self.assertEqual(item.action_open_order()["res_id"], order.id)
        self.assertEqual(item.action_open_document()["res_id"], order.invoice_ids.id)

    def test_grouped_by_age_in_one_query(self):
        for days in (1, 2, 40):
            self._create_invoice(10.0, due=self._due(days))
        self.env.flush_all()
        with self.assertQueryCount(1):
            groups = self.env["payment.open.item"]._read_group(
                [("partner_id", "=", self.customer.id)], ["aging"], ["amount_open:sum"]
            )
        self.assertEqual(groups, [("1", 20.0), ("2", 10.0)])

    def test_who_may_read_them(self):
        self._create_invoice(10.0)
        for groups in (
            "account.group_account_readonly",
            "account.group_account_invoice",
            "sales_team.group_sale_salesman_all_leads",
        ):
            user = new_test_user(self.env, f"open_{groups}", groups=f"{groups},base.group_user")
            self.assertEqual(self._get_items(user).amount_open, 10.0)
        stranger = new_test_user(self.env, "open_stock", groups="stock.group_stock_user")
        with self.assertRaises(AccessError):
            self._get_items(stranger)

    def test_only_of_the_companies_of_the_user(self):
        self._create_invoice(10.0)
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "open_other",
            groups="account.group_account_readonly",
            company_id=other.id,
            company_ids=[other.id],
        )
        self.assertFalse(self._get_items(user))
