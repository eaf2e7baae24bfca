# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase
from odoo.addons.queue_job.tests.common import trap_jobs

from ..hooks import start_workflows


class TestWorkflowSteps(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepaid = cls.env.ref("order_hub.workflow_shop_prepaid")
        cls.on_invoice = cls.env.ref("order_hub.workflow_shop_invoice")
        cls.b2b = cls.env.ref("order_hub.workflow_b2b")
        cls.customer.write(
            {
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": cls.env.ref("base.de").id,
                "email": "hofladen@example.com",
            }
        )
        cls.jar.invoice_policy = "delivery"
        cls._stock_up(cls.jar, 1000)
        cls.env["automatic.workflow.job"].run()
        cls.orders = cls.env["sale.order"]

    def _order(self, workflow, quantity=4, **values):
        return self._create_order(
            (self.jar, quantity), confirm=False, workflow_process_id=workflow.id, **values
        )

    def _run(self):
        """What the cron job and its queue jobs do, with the jobs that these make."""
        start = self.env["automatic.workflow.job"].run
        for _round in range(20):
            with trap_jobs() as trap:
                start()
                jobs = trap.enqueued_jobs
                for job in jobs:
                    job.perform()
            self.env.invalidate_all()
            if not jobs:
                return
        self.fail("The jobs never end")

    # ------------------------------------------------------------------- choosing
    def test_workflow_of_channel_then_customer_then_team(self):
        team = self.env["crm.team"].create({"name": "Team", "workflow_process_id": self.b2b.id})
        plain = self._create_order((self.jar, 1), confirm=False, team_id=team.id)
        self.assertEqual(plain.workflow_process_id, self.b2b)
        self.customer.workflow_process_id = self.on_invoice
        plain = self._create_order((self.jar, 1), confirm=False, team_id=team.id)
        self.assertEqual(plain.workflow_process_id, self.on_invoice)
        channel = self.env["sales.channel"].create({"name": "Shop"})
        self.assertEqual(channel.workflow_process_id, self.prepaid)
        plain = self._create_order((self.jar, 1), confirm=False, channel_id=channel.id)
        self.assertEqual(plain.workflow_process_id, self.prepaid)

    def test_channels_and_orders_from_before_get_a_workflow(self):
        channel = self.env["sales.channel"].create({"name": "Shop"})
        done = self._create_order((self.jar, 1), confirm=False, channel_id=channel.id)
        done._action_cancel()
        waiting = self._create_order((self.jar, 1), confirm=False, channel_id=channel.id)
        channel.workflow_process_id = (done | waiting).workflow_process_id = False
        start_workflows(self.env)
        self.assertEqual(channel.workflow_process_id, self.prepaid)
        self.assertEqual(waiting.workflow_process_id, self.prepaid)
        self.assertFalse(done.workflow_process_id)

    def test_orders_without_workflow_are_left_alone(self):
        order = self._create_order((self.jar, 1), confirm=False)
        self._run()
        self.assertEqual(order.state, "draft")

    # ---------------------------------------------------------------- whole way
    def test_order_on_invoice_goes_all_the_way(self):
        order = self._order(self.on_invoice)
        self._run()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.confirmation_sent_on)
        self.assertFalse(order.invoice_ids)
        self._ship(order).date_done = fields.Datetime.now() - timedelta(days=2)
        self._run()
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        shipped = fields.Date.context_today(invoice) - timedelta(days=2)
        self.assertEqual(invoice.invoice_date, shipped)
        self.assertTrue(invoice.is_move_sent)
        self.assertFalse(order.workflow_error)

    def test_repeated_runs_change_nothing(self):
        order = self._order(self.on_invoice)
        self._run()
        self._ship(order)
        self._run()
        messages = len(order.message_ids), len(order.invoice_ids.message_ids)
        write_date = order.write_date
        for _again in range(3):
            self._run()
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual((len(order.message_ids), len(order.invoice_ids.message_ids)), messages)
        self.assertEqual(order.write_date, write_date)

    def test_nothing_is_queued_when_nothing_is_due(self):
        with trap_jobs() as trap:
            self.env["automatic.workflow.job"].run()
        self.assertFalse(trap.enqueued_jobs)

    def test_step_without_effect_is_not_repeated(self):
        order = self._order(self.on_invoice)
        with patch.object(type(self.orders), "_step_confirm", lambda orders: None):
            self._run()
        self.assertEqual(order.workflow_failure_ids.step, "confirm")
        self.assertEqual(order.workflow_failure_ids.attempts, 1)

    def test_jobs_go_on_until_all_are_done(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders |= self._order(self.on_invoice)
        with patch("odoo.addons.order_hub.models.sale_order_workflow.STEP_BATCH", 2):
            self._run()
        self.assertEqual(set(orders.mapped("state")), {"sale"})

    # ------------------------------------------------------------------- confirm
    def test_confirmation_waits_until_the_block_is_gone(self):
        self.customer.street = "Lindenweg"
        order = self._order(self.b2b)
        order._validate_order()
        order.confirmation_sent_on = False
        self._run()
        self.assertFalse(order.confirmation_sent_on)
        order.action_release_planning()
        self._run()
        self.assertTrue(order.confirmation_sent_on)

    def test_failing_check_keeps_an_unpaid_order_a_quotation_until_fixed(self):
        self.customer.street = "Lindenweg"
        order = self._order(self.on_invoice)
        self._run()
        self.assertEqual((order.state, order.production_status), ("draft", "blocked"))
        self.customer.street = "Lindenweg 4"
        self._run_job("order_hub.ir_cron_check_orders")
        self._run()
        self.assertEqual(order.state, "sale")

    def test_confirmation_says_the_promised_day(self):
        order = self._order(self.on_invoice)
        order.commitment_date = fields.Datetime.to_datetime("2026-12-24 10:00:00")
        self._run()
        body = order.message_ids.filtered(lambda message: "24" in (message.body or ""))
        self.assertTrue(body)

    # ------------------------------------------------------------------- invoice
    def test_partial_delivery_is_invoiced_where_the_workflow_says_so(self):
        whole, parts = self._order(self.on_invoice, 10), self._order(self.b2b, 10)
        (whole | parts).action_confirm()
        for order in (whole, parts):
            move = order.picking_ids.move_ids
            move.quantity = 4
            move.picked = True
            order.picking_ids.with_context(skip_expired=True)._action_done()
        self._run()
        self.assertFalse(whole.invoice_ids)
        self.assertEqual(parts.invoice_ids.invoice_line_ids.quantity, 4)
        self._ship(whole)
        self._ship(parts)
        self._run()
        self.assertEqual(whole.invoice_ids.invoice_line_ids.quantity, 10)
        self.assertEqual(sum(parts.invoice_ids.invoice_line_ids.mapped("quantity")), 10)

    def test_filter_of_a_step(self):
        self.on_invoice.order_filter_id = self.env["ir.filters"].create(
            {
                "name": "Small",
                "model_id": "sale.order",
                "domain": "[('amount_total', '<', 20)]",
                "user_ids": [Command.set(self.env.user.ids)],
            }
        )
        small, large = self._order(self.on_invoice, 1), self._order(self.on_invoice, 500)
        self._run()
        self.assertEqual((small.state, large.state), ("sale", "draft"))

    # ------------------------------------------------------------------- failures
    def test_failure_after_shipping_undoes_nothing_and_is_retried(self):
        order = self._order(self.on_invoice)
        other = self._order(self.on_invoice)
        self._run()
        self._ship(order)
        self._ship(other)
        original = type(self.orders)._create_invoices

        def create(orders, **kwargs):
            if order in orders:
                raise UserError("No account")  # pylint: disable=translation-required
            return original(orders, **kwargs)

        with patch.object(type(self.orders), "_create_invoices", create):
            self._run()
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.workflow_failure_ids.error, "No account")
        self.assertEqual(order.workflow_failure_ids.step, "invoice")
        self.assertEqual(other.invoice_ids.state, "posted")
        self._run()
        self.assertFalse(order.invoice_ids, "waits before it is tried again")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self._run()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertFalse(order.workflow_error)

    def test_unexpected_error_of_one_order_is_shown_on_it(self):
        order, other = self._order(self.on_invoice), self._order(self.on_invoice)
        original = type(self.orders).action_confirm

        def confirm(orders):
            if order in orders:
                raise KeyError("boom")
            return original(orders)

        logger = "odoo.addons.order_hub.models.sale_order_workflow"
        with (
            patch.object(type(self.orders), "action_confirm", confirm),
            self.assertLogs(logger, "ERROR"),
        ):
            self._run()
        self.assertEqual((order.state, other.state), ("draft", "sale"))
        self.assertIn("boom", order.workflow_error)

    def test_waiting_time_doubles(self):
        order = self._order(self.on_invoice)
        waits = []
        for _attempt in range(3):
            order._note_failure("confirm", UserError("x"))  # pylint: disable=translation-required
            waits.append(
                round(
                    (order.workflow_failure_ids.retry_at - fields.Datetime.now())
                    / timedelta(minutes=1)
                )
            )
        self.assertEqual(waits, [5, 10, 20])

    def test_failed_mail_makes_no_second_invoice(self):
        order = self._order(self.on_invoice)
        self._run()
        self._ship(order)
        send = type(self.env["account.move.send"])
        with patch.object(
            send, "_generate_and_send_invoices", side_effect=UserError("No mail server")
        ):
            self._run()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.workflow_failure_ids.step, "send")
        with trap_jobs() as trap:
            order.action_retry_workflow()
            trap.perform_enqueued_jobs()
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertTrue(order.invoice_ids.is_move_sent)
        self.assertFalse(order.workflow_error)

    def test_customer_without_mail_is_named(self):
        self.customer.email = False
        order = self._order(self.on_invoice)
        self._run()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.workflow_failure_ids.step, "acknowledge")
        self.assertIn(self.customer.name, order.workflow_error)

    # -------------------------------------------------------------------- access
    def test_consultant_sets_a_workflow_up(self):
        manager = new_test_user(self.env, "boss", groups="sales_team.group_sale_manager")
        form = Form(
            self.env["sale.workflow.process"].with_user(manager),
            view="order_hub.sale_workflow_process_view_form",
        )
        form.name = "Subscription"
        form.validate_order = True
        form.confirm_when = "order"
        workflow = form.save()
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            workflow.with_user(seller).name = "Other"

    # --------------------------------------------------------------- performance
    def test_queries_of_a_set(self):
        def count(number):
            orders = self.env["sale.order"]
            for _order in range(number):
                orders |= self._order(self.on_invoice)
            orders.action_confirm()
            orders.confirmation_sent_on = fields.Datetime.now()
            self._ship(orders)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.orders._take_step("invoice")
            self.env.flush_all()
            self.assertEqual(set(orders.invoice_ids.mapped("state")), {"posted"})
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(3), count(13)
        self.assertLessEqual((many - few) / 10, 30)
