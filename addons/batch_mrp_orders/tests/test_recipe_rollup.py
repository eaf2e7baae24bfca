# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import BatchCase


class TestRecipeRollup(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk = cls.env.ref("batch_mrp_orders.allergen_milk")
        cls.nuts = cls.env.ref("batch_mrp_orders.allergen_nuts")

    # ---------------------------------------------------------------- allergens
    def test_the_fourteen_of_the_regulation_are_there(self):
        codes = self.env["product.allergen"].search([]).mapped("code")
        self.assertEqual(codes, [str(number) for number in range(1, 15)])

    def test_allergens_are_carried_up_over_all_levels(self):
        self.assertFalse(self.jar.contained_allergen_ids)
        self.raw.allergen_ids = self.milk
        self.assertEqual(self.jar.contained_allergen_ids, self.milk)
        self.assertEqual(self.jar.product_tmpl_id.contained_allergen_ids, self.milk)
        self.assertEqual(self.jar_recipe.allergen_ids, self.milk)
        self.assertEqual(self.jar_recipe.bom_line_ids[0].allergen_ids, self.milk)
        self.jar.allergen_ids = self.nuts
        self.assertEqual(self.jar.contained_allergen_ids, self.milk | self.nuts)
        self.assertEqual(self.bulk.contained_allergen_ids, self.milk)

    def test_exchanged_ingredient_changes_the_allergens(self):
        nut = self._create_product("Hazelnut", self.kg)
        nut.allergen_ids = self.nuts
        self.assertFalse(self.jar.contained_allergen_ids)
        self.bulk_recipe.bom_line_ids = [
            Command.create({"product_id": nut.id, "product_qty": 1, "product_uom_id": self.kg.id})
        ]
        self.assertEqual(self.jar.contained_allergen_ids, self.nuts)
        self.bulk_recipe.bom_line_ids[-1].unlink()
        self.assertFalse(self.jar.contained_allergen_ids)

    def test_only_the_version_in_force_counts(self):
        self.raw.allergen_ids = self.milk
        action = self.bulk_recipe.action_new_version()
        following = self.env["mrp.bom"].browse(action["res_id"])
        pure = self._create_product("Pure", self.kg)
        following.bom_line_ids.product_id = pure
        pure.allergen_ids = self.nuts
        self.jar.invalidate_recordset()
        self.assertEqual(self.jar.contained_allergen_ids, self.milk)
        following_day = self.jar.with_context(recipe_date=following.valid_from)
        following_day.invalidate_recordset()
        self.assertEqual(following_day.contained_allergen_ids, self.nuts)

    def test_search_by_allergen(self):
        self.raw.allergen_ids = self.milk
        for model in ("product.product", "product.template"):
            found = self.env[model].search([("contained_allergen_ids", "in", self.milk.ids)])
            self.assertEqual(
                set(found.mapped("name")), {self.raw.name, self.bulk.name, self.jar.name}
            )

    def test_allergens_of_many_products_in_few_queries(self):
        products = self.env["product.product"]
        for number in range(20):
            product = self._create_product(f"P{number}", self.unit)
            self._create_recipe(product, 1, self.unit, [(self.bulk, 1, self.kg)])
            products |= product
        self.raw.allergen_ids = self.milk

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(some.contained_allergen_ids, self.milk)
            return self.env.cr.sql_log_count - before

        self.assertEqual(count(products), count(products[:2]))

    def test_everybody_sees_allergens_few_edit_them(self):
        self.raw.allergen_ids = self.milk
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        self.assertEqual(self.jar.with_user(clerk).contained_allergen_ids, self.milk)
        with self.assertRaises(AccessError):
            self.milk.with_user(clerk).name = "Dairy"
        manager = new_test_user(self.env, "manager", groups="mrp.group_mrp_manager")
        self.milk.with_user(manager).name = "Dairy"

    # --------------------------------------------------------------------- cost
    def test_cost_over_levels_with_loss_and_operations(self):
        self.raw.standard_price = 8
        self.glass.standard_price = 0.4
        self.bulk.standard_price = 1
        self.bulk_recipe.bom_line_ids.write({"product_qty": 9, "loss_percent": 10})
        workcenter = self.env["mrp.workcenter"].create({"name": "Kettle", "costs_hour": 60})
        self.bulk_recipe.operation_ids = [
            Command.create(
                {
                    "name": "Stir",
                    "workcenter_id": workcenter.id,
                    "time_mode": "manual",
                    "time_cycle_manual": 20,
                }
            )
        ]
        self.assertEqual(self.bulk_recipe.batch_cost, 10 * 8 + 20)
        self.assertEqual(self.bulk_recipe.unit_cost, 10)
        self.assertEqual(self.jar_recipe.unit_cost, 5.4)
        self.assertEqual(self.jar_recipe.bom_line_ids.mapped("cost"), [5, 0.4])

    def test_product_cost_is_updated_over_all_levels(self):
        self.raw.standard_price = 10
        self.bulk_recipe.yield_percent = 50
        self.jar_recipe.action_update_product_cost()
        self.assertEqual(self.jar.standard_price, 10.2)
        self.assertEqual(self.bulk.standard_price, 0, "only the recipe's own product")
        self.bulk.button_bom_cost()
        self.assertEqual(self.bulk.standard_price, 20.4, "core's button knows the yield")

    def test_by_products_bear_their_share(self):
        whey = self._create_product("Whey", self.kg)
        self.raw.standard_price = 10
        self.bulk_recipe.byproduct_ids = [
            Command.create(
                {
                    "product_id": whey.id,
                    "product_qty": 2,
                    "product_uom_id": self.kg.id,
                    "cost_share": 10,
                }
            )
        ]
        self.assertEqual(self.bulk_recipe.batch_cost, 102)
        self.assertAlmostEqual(self.bulk_recipe.unit_cost, 9.18)
        whey.button_bom_cost()
        self.assertAlmostEqual(whey.standard_price, 5.1)

    def test_update_of_cost_is_for_those_who_may_write_products(self):
        clerk = new_test_user(self.env, "clerk", groups="mrp.group_mrp_user")
        with self.assertRaises(AccessError):
            self.jar_recipe.with_user(clerk).action_update_product_cost()
