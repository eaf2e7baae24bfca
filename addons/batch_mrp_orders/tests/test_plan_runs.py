# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import BatchCase


class TestPlanRuns(BatchCase):
    def test_demand_of_many_orders_is_pooled_over_two_levels(self):
        orders = self._create_order((self.jar, 12)) | self._create_order((self.jar, 8))
        runs = self._plan()
        filling = runs.filtered(lambda run: run.product_id == self.jar)
        kettle = runs.filtered(lambda run: run.product_id == self.bulk)
        self.assertEqual(len(runs), 2)
        self.assertEqual(filling.product_qty, 20)
        self.assertEqual(kettle.product_qty, 10)
        self.assertEqual(set(runs.mapped("state")), {"confirmed"})
        self.assertEqual(
            {(a.order_id, a.quantity) for a in filling.allocation_ids},
            {(orders[0], 12), (orders[1], 8)},
        )
        self.assertEqual(kettle.allocation_ids.consumer_production_id, filling)
        self.assertEqual(kettle.allocation_ids.quantity, 10)

    def test_both_directions_are_visible_on_all_levels(self):
        orders = self._create_order((self.jar, 12)) | self._create_order((self.jar, 8))
        runs = self._plan()
        for order in orders:
            self.assertEqual(order.production_run_ids, runs)
            self.assertEqual(order.mrp_production_ids, runs, "core's link must agree")
        for run in runs:
            self.assertEqual(run.sale_order_ids, orders)
            self.assertEqual(run.sale_order_count, 2)
            self.assertEqual(run.action_view_sale_orders()["domain"], [("id", "in", orders.ids)])

    def test_full_batches_leave_surplus_that_later_demand_uses(self):
        self._create_order((self.jar, 30))
        runs = self._plan()
        kettles = runs.filtered(lambda run: run.product_id == self.bulk)
        self.assertEqual(kettles.mapped("product_qty"), [10, 10])
        self.assertEqual(sum(kettles.mapped("unallocated_qty")), 5)
        self._create_order((self.jar, 8))
        later = self._plan()
        self.assertEqual(later.product_id, self.jar, "the surplus bulk serves the new run")
        self.assertEqual(later.supply_allocation_ids.quantity, 4)
        self.assertEqual(sum(kettles.mapped("unallocated_qty")), 1)

    def test_surplus_is_allocated_without_a_new_run(self):
        self._create_order((self.bulk, 3))
        kettle = self._plan()
        later = self._create_order((self.bulk, 4))
        wizard = self.env["mrp.plan.runs"].create({})
        self.assertFalse(wizard.line_ids)
        self.assertTrue(wizard.has_pegs, "the dialog offers to allocate the surplus")
        wizard.action_confirm()
        self.assertEqual(later.allocation_ids.production_id, kettle)
        self.assertEqual(later.allocation_ids.quantity, 4)

    def test_stock_is_used_before_anything_is_made(self):
        self._stock_up(self.jar, 20)
        order = self._create_order((self.jar, 12))
        wizard = self.env["mrp.plan.runs"].create({})
        self.assertFalse(wizard.line_ids)
        with self.assertRaises(UserError):
            wizard.action_confirm()
        self.assertEqual(order.production_status, "ready")

    def test_planned_stock_is_taken_when_the_runs_are_created(self):
        order = self._create_order((self.jar, 12))
        self._stock_up(self.jar, 5)
        self._stock_up(self.bulk, 10)
        self._plan()
        self.assertEqual(order.picking_ids.move_ids.quantity, 5)
        self.assertEqual(order.allocation_ids.quantity, 7)
        self.assertEqual(order.production_status, "planned")

    def test_expired_stock_serves_nobody(self):
        self._stock_up(self.bulk, 50, expires=fields.Datetime.now() - timedelta(days=1))
        self._create_order((self.jar, 20))
        self.assertEqual(set(self._plan().product_id), {self.jar, self.bulk})

    def test_planning_twice_plans_nothing_twice(self):
        self._create_order((self.jar, 20))
        self._plan()
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids)

    def test_blocked_orders_wait(self):
        order = self._create_order((self.jar, 5), planning_block_reason="Address incomplete")
        self.assertEqual(order.production_status, "blocked")
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids)
        order.action_release_planning()
        self.assertEqual(order.production_status, "to_plan")
        self.assertTrue(self.env["mrp.plan.runs"].create({}).line_ids)

    def test_planner_may_make_less_and_the_earliest_due_is_served(self):
        late = self._create_order(
            (self.jar, 10), commitment_date=fields.Datetime.now() + timedelta(days=20)
        )
        early = self._create_order(
            (self.jar, 10), commitment_date=fields.Datetime.now() + timedelta(days=5)
        )
        wizard = self.env["mrp.plan.runs"].create({})
        wizard.line_ids.filtered(lambda line: line.product_id == self.jar).quantity = 14
        wizard.action_confirm()
        self.assertEqual(early.allocation_ids.quantity, 10)
        self.assertEqual(late.allocation_ids.quantity, 4)
        self.env.invalidate_all()
        self.assertEqual(self.env["mrp.demand"].search([("order_id", "=", late.id)]).open_qty, 6)

    def test_selected_demand_only(self):
        chosen = self._create_order((self.jar, 6))
        self._create_order((self.jar, 9))
        demand = self.env["mrp.demand"].search([("order_id", "=", chosen.id)])
        wizard = (
            self.env["mrp.plan.runs"]
            .with_context(active_model="mrp.demand", active_ids=demand.ids)
            .create({})
        )
        line = wizard.line_ids.filtered(lambda line: line.product_id == self.jar)
        self.assertEqual(line.quantity, 6)
        self.assertEqual(line.order_ids, chosen)

    def test_selected_demand_that_is_covered_meanwhile(self):
        chosen = self._create_order((self.jar, 6))
        demand = self.env["mrp.demand"].search([("order_id", "=", chosen.id)])
        self._plan()
        self._create_order((self.jar, 9))
        wizard = (
            self.env["mrp.plan.runs"]
            .with_context(active_model="mrp.demand", active_ids=demand.ids)
            .create({})
        )
        self.assertFalse(wizard.line_ids, "nothing is left, the pool was not asked for")

    def test_missing_material_is_named(self):
        self._create_order((self.jar, 20))
        wizard = self.env["mrp.plan.runs"].create({})
        self.assertEqual(
            {(line.product_id, line.quantity) for line in wizard.shortage_ids},
            {(self.raw, 10.2), (self.glass, 20)},
        )

    def test_recipe_cycle_is_named(self):
        # Core refuses a cycle when a recipe is saved; an import may still bring one.
        order = self._create_order((self.jar, 1))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_bom_line SET product_id = %s WHERE id = %s",
            (self.jar.id, self.bulk_recipe.bom_line_ids.id),
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "creamed.*Blossom honey 500 g.*creamed"):
            order.action_check_materials()

    def test_queries_do_not_grow_with_orders(self):
        self._create_order((self.jar, 3))
        self.env["mrp.planning"]._net([], self.warehouse, pooled=True)
        planning = self.env["mrp.planning"]

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            demands = planning._get_pool_demands([("warehouse_id", "=", self.warehouse.id)])
            planning._net(demands, self.warehouse, pooled=True)
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for _number in range(10):
            self._create_order((self.jar, 3), (self.bulk, 1))
        self.assertLessEqual(count(), few)

    def test_sales_staff_do_not_plan(self):
        self._create_order((self.jar, 3))
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["mrp.plan.runs"].with_user(seller).create({})

    def test_planner_needs_no_other_rights(self):
        self._create_order((self.jar, 20))
        planner = new_test_user(self.env, "planner", groups="mrp.group_mrp_user")
        wizard = self.env["mrp.plan.runs"].with_user(planner).create({})
        wizard.action_confirm()
        self.assertEqual(len(wizard.line_ids.production_id.allocation_ids), 2)

    def test_personalised_line_gets_a_run_of_its_own(self):
        self._stock_up(self.jar, 50)
        self._stock_up(self.bulk, 50)
        ordinary = self._create_order((self.bulk, 3), confirm=False)
        personal = self._create_order((self.jar, 2), confirm=False)
        personal.order_line.is_personal = True
        (ordinary | personal).action_confirm()
        personal.picking_ids.do_unreserve()
        runs = self._plan()
        self.assertEqual(runs.product_id, self.jar)
        self.assertEqual(runs.product_qty, 2)
        self.assertEqual(runs.allocation_ids.order_id, personal)

    def test_nightly_job_plans_every_warehouse_once(self):
        order = self._create_order((self.jar, 20))
        self._run_job("ir_cron_plan_pool")
        self.assertEqual(order.production_status, "planned")
        runs = order.production_run_ids
        self._run_job("ir_cron_plan_pool")
        order.invalidate_recordset()
        self.assertEqual(order.production_run_ids, runs)

    def test_outdated_proposal_is_refused(self):
        self._create_order((self.jar, 20))
        mine = self.env["mrp.plan.runs"].create({})
        self.env["mrp.plan.runs"].create({}).action_confirm()
        with self.assertRaisesRegex(UserError, "Propose again"):
            mine.action_confirm()
        mine.action_propose()
        self.assertFalse(mine.line_ids)
