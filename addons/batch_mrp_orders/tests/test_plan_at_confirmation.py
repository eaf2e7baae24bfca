# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import BatchCase


class TestPlanAtConfirmation(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jar_recipe.planning_policy = "order"
        cls.soap = cls._create_product("Soap", cls.unit)
        cls._create_recipe(cls.soap, 1, cls.unit, [(cls.raw, 100, cls.gram)])

    def _demand(self, orders):
        self.env["mrp.demand"].invalidate_model()
        return self.env["mrp.demand"].search([("order_id", "in", orders.ids)])

    def _runs(self, orders, product):
        orders.invalidate_recordset()
        return orders.production_run_ids.filtered(lambda run: run.product_id == product)

    def _break_recipe(self):
        """A recipe cycle, as an import may bring it: a person has to put it right."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_bom_line SET product_id = %s WHERE id = %s",
            (self.jar.id, self.bulk_recipe.bom_line_ids.id),
        )
        self.env.invalidate_all()

    def _mend_recipe(self):
        self.env.cr.execute(
            "UPDATE mrp_bom_line SET product_id = %s WHERE id = %s",
            (self.raw.id, self.bulk_recipe.bom_line_ids.id),
        )
        self.env.invalidate_all()

    def test_one_job_plans_each_order_alone(self):
        orders = self._create_order((self.jar, 12), confirm=False)
        orders |= self._create_order((self.jar, 8), confirm=False)
        with trap_jobs() as trap:
            orders.action_confirm()
            trap.assert_jobs_count(1)
            self.assertEqual(set(self._demand(orders).mapped("planning_policy")), {"order"})
            trap.perform_enqueued_jobs()
        self.assertFalse(self._demand(orders))
        for order, quantity in zip(orders, (12, 8), strict=True):
            run = self._runs(order, self.jar)
            self.assertEqual(run.product_qty, quantity)
            self.assertEqual(run.sale_order_ids, order)
            self.assertEqual(run.allocation_ids.order_id, order)
        kettle = self._runs(orders, self.bulk)
        self.assertEqual(kettle.product_qty, 10, "one batch is enough for both")
        self.assertEqual(set(orders.mapped("production_status")), {"planned"})

    def test_thousands_of_orders_are_one_job(self):
        """The index over the keys of jobs takes no more than 8 kB."""
        order = self._create_order((self.jar, 1), confirm=False)
        real = order | order.copy() | order.copy() | order.copy() | order.copy()
        orders = real.browse([*real.ids, *range(real[-1].id + 1, real[-1].id + 4996)])
        orders._enqueue_planning()
        orders._enqueue_planning()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_plan")])
        self.assertEqual(len(jobs), 1, "the same orders wait once")
        self.assertEqual(len(jobs.records), 5000)

    def test_repeated_job_plans_nothing_twice(self):
        order = self._create_order((self.jar, 12), confirm=False)
        with trap_jobs() as trap:
            order.action_confirm()
            trap.perform_enqueued_jobs()
        runs = order.production_run_ids
        order._job_plan()
        order.invalidate_recordset()
        self.assertEqual(order.production_run_ids, runs)

    def test_only_lines_planned_at_confirmation(self):
        order = self._create_order((self.jar, 12), (self.soap, 5), confirm=False)
        with trap_jobs() as trap:
            order.action_confirm()
            trap.perform_enqueued_jobs()
        self.assertTrue(self._runs(order, self.jar))
        self.assertFalse(self._runs(order, self.soap))
        self.assertEqual(self._demand(order).product_id, self.soap)

    def test_confirmation_without_such_recipes_queues_nothing(self):
        with trap_jobs() as trap:
            self._create_order((self.soap, 3))
            self.jar_recipe.planning_policy = "pool"
            self._create_order((self.jar, 3))
            trap.assert_jobs_count(0)

    def test_wizard_and_nightly_job_leave_them_to_the_job(self):
        order = self._create_order((self.jar, 12), (self.soap, 5))
        wizard = self.env["mrp.plan.runs"].create({})
        self.assertEqual(wizard.line_ids.product_id, self.soap)
        with trap_jobs() as trap:
            self._run_job("ir_cron_plan_pool")
            self.assertFalse(self._runs(order, self.jar))
            trap.assert_jobs_count(1)
            self.assertEqual(trap.enqueued_jobs[0].recordset.ids, order.ids)
        order._job_plan()
        self.assertTrue(self._runs(order, self.jar), "what was left open has another job")
        self.assertFalse(self._demand(order))

    def test_chosen_demand_is_planned_by_hand(self):
        order = self._create_order((self.jar, 12))
        demand = self._demand(order)
        wizard = (
            self.env["mrp.plan.runs"]
            .with_context(active_model="mrp.demand", active_ids=demand.ids)
            .create({})
        )
        # The dialog's buttons are called without the context of the list.
        wizard.with_context(active_model=False, active_ids=False).action_confirm()
        self.assertFalse(self._demand(order))

    def test_blocked_order_waits_until_it_is_released(self):
        with trap_jobs() as trap:
            order = self._create_order((self.jar, 5), planning_block_reason="Address incomplete")
            trap.assert_jobs_count(0)
            order.planning_block_reason = "Still incomplete"
            trap.assert_jobs_count(0)
            order.action_release_planning()
            trap.assert_jobs_count(1, only=order._job_plan)
            trap.perform_enqueued_jobs()
        self.assertEqual(self._runs(order, self.jar).product_qty, 5)

    def test_blocked_meanwhile(self):
        with trap_jobs() as trap:
            order = self._create_order((self.jar, 5))
            order.planning_block_reason = "Address incomplete"
            trap.perform_enqueued_jobs()
        self.assertFalse(self._runs(order, self.jar))

    def test_more_ordered_is_planned_on_top(self):
        with trap_jobs() as trap:
            order = self._create_order((self.jar, 5))
            trap.perform_enqueued_jobs()
            order.order_line.product_uom_qty = 8
            trap.perform_enqueued_jobs()
        self.assertEqual(self._runs(order, self.jar).mapped("product_qty"), [5, 3])
        self.assertFalse(self._demand(order))

    def test_error_is_shown_on_its_order_and_stops_no_other(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.company.partner_id.lang = "de_DE"
        self._break_recipe()
        orders = self._create_order((self.jar, 5), confirm=False)
        sound = self._create_order((self.soap, 4), confirm=False)
        self.env["mrp.bom"]._bom_find(self.soap)[self.soap].planning_policy = "order"
        with trap_jobs() as trap:
            (orders | sound).action_confirm()
            trap.perform_enqueued_jobs()
        self.assertIn("gegenseitig Zutaten", orders.planning_error)
        self.assertEqual(orders.production_status, "to_plan")
        self.assertFalse(sound.planning_error)
        self.assertFalse(self._demand(sound))
        self._mend_recipe()
        with trap_jobs() as trap:
            orders.action_plan_again()
            trap.perform_enqueued_jobs()
        self.assertFalse(orders.planning_error)
        self.assertFalse(self._demand(orders))

    def test_many_orders_are_planned_in_several_jobs(self):
        orders = self.env["sale.order"]
        for _number in range(22):
            orders |= self._create_order((self.soap, 1), confirm=False)
        self.env["mrp.bom"]._bom_find(self.soap)[self.soap].planning_policy = "order"
        with trap_jobs() as trap:
            orders.action_confirm()
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
            self.assertEqual(len(self._demand(orders).order_id), 2)
            trap.perform_enqueued_jobs()
        self.assertFalse(self._demand(orders))

    def test_salesperson_needs_no_right_on_production(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        order = self._create_order((self.jar, 5), confirm=False, user_id=seller.id)
        with trap_jobs() as trap:
            order.with_user(seller).action_confirm()
            trap.perform_enqueued_jobs()
        run = self._runs(order, self.jar)
        self.assertEqual(run.product_qty, 5)
        self.assertNotEqual(run.user_id, seller, "who sells is not who makes")
        self.assertEqual(order.with_user(seller).production_status, "planned")

    def test_queries_of_a_pooled_confirmation_do_not_depend_on_orders(self):
        self.jar_recipe.planning_policy = "pool"
        lines = [Command.create({"product_id": self.jar.id, "product_uom_qty": 1})]
        orders = self.env["sale.order"].create(
            [{"partner_id": self.customer.id, "order_line": lines} for _number in range(6)]
        )
        orders[:1].action_confirm()

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._plan_later()
            return self.env.cr.sql_log_count - before

        self.assertLessEqual(count(orders[:1]), 1)
        self.assertLessEqual(count(orders), 1)
