# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import ValidationError

from ..hooks import post_init_hook
from .common import BatchCase


class TestPlanningPolicy(BatchCase):
    def _create_rule(self, product, **values):
        return self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "route_id": self.env.ref("mrp.route_warehouse0_manufacture").id,
                "product_min_qty": 5,
                "product_max_qty": 10,
                **values,
            }
        )

    def test_new_recipe_is_planned_from_the_pool(self):
        self.assertEqual(self.jar_recipe.planning_policy, "pool")

    def test_rule_for_a_pooled_product_is_refused(self):
        with self.assertRaisesRegex(
            ValidationError, "would have two planners.*“From the Pool”.*Set the planning"
        ):
            self._create_rule(self.jar)

    def test_rule_for_a_product_planned_at_confirmation_is_refused(self):
        self.jar_recipe.planning_policy = "order"
        with self.assertRaisesRegex(ValidationError, "“At Confirmation”"):
            self._create_rule(self.jar)

    def test_pool_for_a_product_with_a_rule_is_refused(self):
        self.jar_recipe.planning_policy = "stock"
        rule = self._create_rule(self.jar)
        with self.assertRaisesRegex(ValidationError, "would have two planners"):
            self.jar_recipe.planning_policy = "pool"
        rule.active = False
        self.jar_recipe.planning_policy = "pool"
        with self.assertRaisesRegex(ValidationError, "would have two planners"):
            rule.active = True

    def test_rule_that_buys_is_allowed(self):
        buy = self.env.ref("purchase_stock.route_warehouse0_buy")
        rule = self._create_rule(self.jar, route_id=buy.id)
        self.assertNotIn("manufacture", rule.rule_ids.mapped("action"))
        with self.assertRaisesRegex(ValidationError, "would have two planners"):
            rule.route_id = self.env.ref("mrp.route_warehouse0_manufacture")

    def test_rows_of_the_replenishment_report_plan_nothing(self):
        self._create_rule(self.jar, trigger="manual", product_min_qty=0, product_max_qty=0)
        self._create_order((self.bulk, 3))
        self.env["stock.warehouse.orderpoint"].action_open_orderpoints()

    def test_installation_leaves_rules_in_charge(self):
        self.jar_recipe.planning_policy = "stock"
        self._create_rule(self.jar)
        self.env.flush_all()
        self.env.cr.execute("UPDATE mrp_bom SET planning_policy = 'pool'")
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(self.jar_recipe.planning_policy, "stock")
        self.assertEqual(self.bulk_recipe.planning_policy, "pool")
