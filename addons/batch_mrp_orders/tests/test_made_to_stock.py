# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import BatchCase


class TestMadeToStock(BatchCase):
    """Bulk honey is kept in stock by a reordering rule."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bulk_recipe.planning_policy = "stock"
        cls.rule = cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.bulk.id,
                "warehouse_id": cls.warehouse.id,
                "location_id": cls.stock.id,
                "route_id": cls.env.ref("mrp.route_warehouse0_manufacture").id,
                "trigger": "manual",
                "product_min_qty": 20,
                "product_max_qty": 20,
            }
        )

    def _make_to_stock(self, quantity=None):
        """The reordering rule makes what it finds missing."""
        if quantity:
            self.rule.qty_to_order = quantity
        self.rule.action_replenish()
        return self.env["mrp.production"].search([("orderpoint_id", "=", self.rule.id)])

    def _order_in(self, days, quantity):
        due = fields.Datetime.now() + timedelta(days=days)
        return self._create_order((self.bulk, quantity), commitment_date=due)

    def _read(self, action):
        return self.env["mrp.expected.service"].search(action["domain"])

    def test_pool_leaves_it_to_the_rule(self):
        order = self._order_in(5, 4)
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids)
        demand = self.env["mrp.demand"].search([("order_id", "=", order.id)])
        self.assertEqual(demand.planning_policy, "stock")
        self._run_job("ir_cron_plan_pool")
        self.assertFalse(order.production_run_ids)

    def test_personalised_goods_are_never_made_to_stock(self):
        order = self._create_order((self.bulk, 4), confirm=False)
        order.order_line.is_personal = True
        order.action_confirm()
        self.assertEqual(self._plan().allocation_ids.order_id, order)

    def test_chosen_demand_is_planned_all_the_same(self):
        order = self._order_in(5, 4)
        demand = self.env["mrp.demand"].search([("order_id", "=", order.id)])
        wizard = (
            self.env["mrp.plan.runs"]
            .with_context(active_model="mrp.demand", active_ids=demand.ids)
            .create({})
        )
        self.assertEqual(wizard.line_ids.product_id, self.bulk)

    def test_ingredient_is_left_to_the_rule_and_named(self):
        self._create_order((self.jar, 30))
        wizard = self.env["mrp.plan.runs"].create({})
        self.assertEqual(wizard.line_ids.product_id, self.jar)
        need = wizard.replenishment_ids
        self.assertEqual((need.product_id, need.quantity), (self.bulk, 15))
        self.assertEqual(need.orderpoint_id, self.rule)
        self.assertEqual(wizard.shortage_ids.product_id, self.glass, "the rule buys the rest")
        wizard.action_confirm()
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids, "nor for the open run")
        self.rule.invalidate_recordset()
        self.assertEqual(self.rule.qty_forecast, -15)

    def test_ingredient_without_a_rule_is_named_as_such(self):
        self.rule.active = False
        self._create_order((self.jar, 30))
        need = self.env["mrp.plan.runs"].create({}).replenishment_ids
        self.assertEqual((need.product_id, need.orderpoint_id), (self.bulk, self.rule.browse()))

    def test_run_shows_whom_it_will_serve(self):
        late, early = self._order_in(20, 6), self._order_in(2, 5)
        self._stock_up(self.bulk, 3)
        runs = self._make_to_stock(10)
        self.assertEqual(len(runs), 1)
        self.assertFalse(runs.allocation_ids, "goods made to stock are for everybody")
        self.assertEqual(runs.expected_order_ids, late | early)
        self.assertEqual(runs.expected_order_count, 2)
        services = self._read(runs.action_view_expected_service())
        self.assertEqual(
            [(s.order_id, s.quantity, s.source) for s in services],
            [(early, 2, "run"), (late, 6, "run")],
            "stock serves the earliest due first",
        )

    def test_personalised_goods_are_not_served_from_stock(self):
        order = self._create_order((self.bulk, 4), confirm=False)
        order.order_line.is_personal = True
        order.action_confirm()
        run = self._make_to_stock(10)
        self.assertFalse(run.expected_order_ids)
        self.assertFalse(order.waits_for_stock)

    def test_runs_serve_in_the_order_of_their_dates(self):
        self._order_in(4, 8)
        late = self._order_in(20, 6)
        first, second = self._make_to_stock(20)
        first.date_start = fields.Datetime.now()
        second.date_start = fields.Datetime.now() + timedelta(days=9)
        self.env.invalidate_all()
        self.assertEqual(len(first.expected_order_ids), 2)
        self.assertEqual(second.expected_order_ids, late)
        services = self._read(late.action_view_expected_service())
        self.assertEqual(
            [(s.production_id, s.quantity) for s in services], [(first, 2), (second, 4)]
        )

    def test_order_sees_what_nothing_covers_yet(self):
        order = self._order_in(4, 8)
        other = self._create_order((self.jar, 2))
        self._stock_up(self.bulk, 3)
        self.assertTrue(order.waits_for_stock)
        self.assertFalse(other.waits_for_stock)
        services = self._read(order.action_view_expected_service())
        self.assertEqual(
            [(s.source, s.quantity, s.is_late) for s in services],
            [("stock", 3, False), ("nothing", 5, True)],
        )
        self.assertEqual(services.sale_line_id, order.order_line)

    def test_waiting_runs_are_served_like_orders(self):
        self._create_order((self.jar, 4))
        filling = self._plan()
        run = self._make_to_stock(10)
        services = self._read(run.action_view_expected_service())
        self.assertEqual(services.consumer_production_id, filling)
        self.assertEqual(services.quantity, 2)

    def test_planned_run_gets_no_claim_on_goods_made_to_stock(self):
        self._make_to_stock(10)
        self._create_order((self.jar, 4))
        filling = self._plan()
        self.assertEqual(filling.product_id, self.jar)
        self.assertFalse(filling.supply_allocation_ids)

    def test_salesperson_may_look(self):
        order = self._order_in(4, 8)
        self._make_to_stock(10)
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        order.user_id = seller
        order = order.with_user(seller)
        self.assertTrue(order.waits_for_stock)
        action = order.action_view_expected_service()
        services = self.env["mrp.expected.service"].with_user(seller).search(action["domain"])
        self.assertEqual(services.mapped("source"), ["run"])
        self.assertTrue(services.production_id.display_name)

    def test_stranger_of_another_company_sees_nothing(self):
        order = self._order_in(4, 8)
        action = order.action_view_expected_service()
        company = self.env["res.company"].create({"name": "Other maker"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        found = self.env["mrp.expected.service"].with_user(stranger).search(action["domain"])
        self.assertFalse(found)
