# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import PaymentCase


class TestPaymentReminder(PaymentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.move"].search([("state", "=", "posted")]).no_reminder = True
        cls.levels = cls.env["payment.reminder.level"].search([("kind", "=", "invoice")])
        cls.job = cls.env.ref("order_hub_payments.ir_cron_send_reminders")

    @classmethod
    def _create_overdue(cls, days, partner=None, amount=10.0):
        due = fields.Date.context_today(cls.env.user) - timedelta(days=days)
        return cls._create_invoice(amount, partner=partner, due=due)

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {"name": name, "email": f"{name}@example.com", "lang": "de_DE", **values}
        )

    def _remind(self):
        """Run the job; returns the new reminders."""
        before = self.env["payment.reminder"].search([])
        self._run_job("order_hub_payments.ir_cron_send_reminders")
        return self.env["payment.reminder"].search([], order="id") - before

    def _age(self, days):
        """Let so many days pass."""
        for line in self.env["payment.reminder.line"].search([]):
            line.reminder_id.date -= timedelta(days=days)
        moves = self.env["account.move"].search([("reminder_line_ids", "!=", False)])
        for move in moves:
            move.invoice_date_due -= timedelta(days=days)
        self.env.flush_all()

    def _get_mails(self, reminders):
        return self.env["mail.mail"].search(
            [("model", "=", "payment.reminder"), ("res_id", "in", reminders.ids)]
        )

    def test_the_job_is_off_until_somebody_wants_it(self):
        self.assertFalse(self.job.active)

    def test_one_mail_a_customer_with_all_that_is_overdue(self):
        first, second = self._create_overdue(10), self._create_overdue(8, amount=20.0)
        recent = self._create_overdue(2, amount=5.0)
        not_due = self._create_overdue(-1)
        reminder = self._remind()
        self.assertEqual(reminder.level_id, self.levels[0])
        self.assertEqual(reminder.line_ids.move_id, first | second | recent)
        self.assertEqual(reminder.amount_total, 35.0)
        self.assertEqual((first | second).reminder_level_id, self.levels[0])
        self.assertEqual(first.reminder_date, fields.Date.context_today(first))
        self.assertFalse((recent | not_due).reminder_level_id, "listed, not raised")
        mail = self._get_mails(reminder)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.customer)
        for move in first | second | recent:
            self.assertIn(move.name, mail.body_html)
        self.assertNotIn(not_due.name, mail.body_html)

    def test_the_mail_speaks_the_customers_language(self):
        self._create_overdue(10)
        mail = self._get_mails(self._remind())
        self.assertIn("Zahlungserinnerung", mail.subject)
        self.assertIn("noch keinen Zahlungseingang", mail.body_html)

    def test_each_level_once(self):
        invoice = self._create_overdue(10)
        self.assertEqual(len(self._remind()), 1)
        self.assertFalse(self._remind(), "a second run on the day")
        self._age(5)
        self.assertFalse(self._remind(), "the next level is not reached")
        self._age(9)
        second = self._remind()
        self.assertEqual((second.level_id, invoice.reminder_level_id), (self.levels[1],) * 2)
        self._age(14)
        self.assertEqual(self._remind().level_id, self.levels[2])
        self._age(100)
        self.assertFalse(self._remind(), "no level is left")
        self.assertEqual(len(invoice.reminder_line_ids), 3)

    def test_very_old_items_begin_with_the_first_level(self):
        self._create_overdue(300)
        self.assertEqual(self._remind().level_id, self.levels[0])
        self._age(7)
        self.assertFalse(self._remind(), "days must lie between two levels")

    def test_the_highest_level_gives_the_text_and_its_fee(self):
        self.levels[1].fee_amount = 2.5
        self._create_overdue(10)
        self._remind()
        self._age(14)
        new = self._create_overdue(10, amount=7.0)
        reminder = self._remind()
        self.assertEqual(reminder.level_id, self.levels[1])
        self.assertEqual((reminder.fee_amount, reminder.amount_total), (2.5, 19.5))
        self.assertEqual(new.reminder_level_id, self.levels[0])
        self.assertIn("2,50", self._get_mails(reminder).body_html)

    def test_paid_and_disputed_items_and_customers_are_left_alone(self):
        paid = self._create_overdue(10)
        self._transfer(10.0, paid.name)
        disputed = self._create_overdue(10)
        disputed.write({"no_reminder": True, "no_reminder_reason": "glass broken"})
        friend = self._create_customer("friend", no_reminder=True)
        self._create_overdue(10, partner=friend)
        self.assertFalse(self._remind())
        disputed.no_reminder = False
        self.assertEqual(self._remind().line_ids.move_id, disputed)

    def test_one_customers_failure_does_not_stop_the_others(self):
        good = [self._create_customer(name) for name in ("good1", "good2", "good3")]
        lost = self._create_customer("lost", email=False)
        broken = self._create_customer("broken")
        for partner in (good[0], lost, good[1], broken, good[2]):
            self._create_overdue(10, partner=partner)
        self.env.company.partner_id.lang = "de_DE"
        template = self.levels[0].mail_template_id
        body = template.body_html

        def write_body(text):
            for lang in ("en_US", "de_DE"):
                template.with_context(lang=lang).body_html = text

        write_body("<p t-if=\"object.partner_id.name == 'broken'\" t-out='object.nonsense'/>")
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            reminders = self._remind()
        self.assertEqual(reminders.partner_id, self.env["res.partner"].union(*good))
        self.assertEqual(len(self._get_mails(reminders)), 3)
        self.assertIn("keine gültige E-Mail-Adresse", lost.reminder_error)
        self.assertTrue(broken.reminder_error)
        items = self.env["payment.open.item"].search([("partner_id", "in", (lost | broken).ids)])
        self.assertTrue(all(items.mapped("reminder_error")))

        write_body(body)
        lost.email = "lost@example.com"
        self.assertEqual(self._remind().partner_id, lost | broken)
        self.assertFalse(lost.reminder_error or broken.reminder_error)

    def test_the_database_allows_each_level_once(self):
        invoice = self._create_overdue(10)
        reminder = self._remind()
        values = reminder.line_ids.copy_data()[0]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env["payment.reminder.line"].create({**values, "reminder_id": reminder.id})
        self.assertEqual(len(invoice.reminder_line_ids), 1)

    def test_the_invoice_address_of_the_customer(self):
        self.env["res.partner"].create(
            {
                "name": "Accounts",
                "type": "invoice",
                "parent_id": self.customer.id,
                "email": "accounts@example.com",
            }
        )
        self._create_overdue(10)
        self.assertEqual(self._remind().partner_id.email, "accounts@example.com")

    def test_orders_that_wait_for_payment(self):
        channel = self.env["sales.channel"].create({"name": "Test shop"})
        order = self._create_service_order(
            60.0,
            channel_id=channel.id,
            channel_payment_state="pending",
            date_order=fields.Datetime.now() - timedelta(days=6),
        )
        reminder = self._remind()
        self.assertEqual((reminder.kind, reminder.line_ids.order_id), ("prepayment", order))
        self.assertIn(order.name, self._get_mails(reminder).body_html)
        self.assertFalse(self._remind())
        self._transfer(60.0, order.name)
        self.assertFalse(order.payment_wait_since)

    def test_by_an_accountant_who_may_not_read_orders(self):
        accountant = new_test_user(self.env, "rem_acc", groups="account.group_account_user")
        invoice = self._create_overdue(10)
        channel = self.env["sales.channel"].create({"name": "Test shop"})
        self._create_service_order(
            60.0,
            channel_id=channel.id,
            channel_payment_state="pending",
            date_order=fields.Datetime.now() - timedelta(days=6),
        )
        Reminder = self.env["payment.reminder"].with_user(accountant)
        result = Reminder.action_send_reminders()
        self.assertIn("2 customers", result["params"]["message"])
        lines = Reminder.search([("partner_id", "=", self.customer.id)]).line_ids
        self.assertEqual(len(lines.mapped("document")), 2)
        self.assertEqual(invoice.with_user(accountant).reminder_level_id.name, self.levels[0].name)

    def test_who_may_send_and_configure(self):
        seller = new_test_user(self.env, "rem_seller", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["payment.reminder"].with_user(seller).action_send_reminders()
        accountant = new_test_user(self.env, "rem_acc2", groups="account.group_account_user")
        with self.assertRaises(AccessError):
            self.levels[0].with_user(accountant).days = 1

    def test_queries_do_not_grow_with_the_customers(self):
        def count(number):
            for index in range(number):
                self._create_overdue(10, partner=self._create_customer(f"c{number}-{index}"))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Reminder = self.env["payment.reminder"]
            for job in Reminder._find_due_batches(self.company):
                Reminder._remind_in_sets(*job)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(23)
        self.assertLessEqual((many - few) / 20, 2, f"{few} and {many} queries")
