# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from .label_common import LabelCase


class TestDeclaration(LabelCase):
    def test_ingredients_over_all_levels(self):
        text = self._read("ingredient_text")
        self.assertEqual(
            text,
            "<b>Spelt</b> flour &lt;630&gt; 43 %, Sourdough (Water, <b>Rye</b> flour), Water, Salt",
        )

    def test_names_cannot_bring_markup(self):
        self.spelt.declared_name = "<script>alert(1)</script> spelt"
        self.assertNotIn("<script", self._read("ingredient_text"))
        self.assertIn("&lt;script&gt;", self._read("ingredient_text"))

    def test_dissolved_parts_are_added_up(self):
        self.sourdough.declared_as = "parts"
        self.assertEqual(
            self._read("ingredient_text"),
            "<b>Spelt</b> flour &lt;630&gt; 43 %, Water, <b>Rye</b> flour, Salt",
        )

    def test_water_lost_in_the_oven(self):
        """11.5 kg of dough, 10 kg of bread: 5 kg of flour are 50 %, 0.8 kg of water stay."""
        self.bread_recipe.loss_is_evaporation = True
        self.assertIn("50 %", self._read("ingredient_text"))
        self.assertIn("2.0 g", self._read("nutrition_table"))
        self.bread.net_quantity = 0
        self.assertIn("Weight unknown: Spelt bread", self._read("declaration_findings"))

    def test_yield_that_stays_in_the_kettle_changes_no_share(self):
        before = self._read("ingredient_text")
        self.bread_recipe.yield_percent = 80
        self.assertEqual(self._read("ingredient_text"), before)
        self.bread_recipe.loss_is_evaporation = True  # 14.375 kg are baked to 10
        self.assertIn("63 %", self._read("ingredient_text"))

    def test_loss_of_an_ingredient_never_gets_into_the_bowl(self):
        before = self._read("ingredient_text")
        self.bread_recipe.bom_line_ids[0].loss_percent = 20
        self.assertEqual(self._read("ingredient_text"), before)

    def test_nutrition_is_computed_and_given_values_win(self):
        table = self._read("nutrition_table")
        # (5 kg x 1450 + 1.6 kg x 1370) / 11.5 kg
        self.assertIn("821 kJ", table)
        self.assertIn("1.7 g", table)
        self.bread.write({"has_nutrition": True, "energy_kj": 1000})
        self.assertIn("1000 kJ", self._read("nutrition_table"))

    def test_what_is_missing_is_named(self):
        self.rye.has_nutrition = False
        self.salt.declared_name = False
        self.spelt.declared_name = "Flour"
        self.bread.net_quantity = 0
        findings = self._read("declaration_findings")
        self.assertIn("Nutrition unknown: Rye flour", findings)
        self.assertNotIn("Nutrition unknown: Water", findings)
        self.assertIn("No declared name: Salt", findings)
        self.assertIn("No net quantity: Spelt bread", findings)
        self.assertIn("does not show the allergen Cereals containing gluten", findings)
        self.assertFalse(self._read("nutrition_table"))
        self.assertIn("<b>Cereals containing gluten</b>", self._read("ingredient_text"))

    def test_no_allergen_is_ever_lost(self):
        """Of a processing aid, of what is counted, and of the product itself."""
        aid = self._create_ingredient("Butter for the tins", allergens=self.milk)
        aid.declared_as = "aid"
        self.bread_recipe.bom_line_ids = [
            Command.create(
                {"product_id": aid.id, "product_qty": 10, "product_uom_id": self.gram.id}
            )
        ]
        self.assertIn("<b>Butter</b> for the tins", self._read("ingredient_text"))
        aid.allergen_ids = False
        self.assertNotIn("tins", self._read("ingredient_text"))
        fish = self.env.ref("batch_mrp_orders.allergen_fish")
        self.bread.allergen_ids = fish
        self.assertIn(f". Contains: <b>{fish.name}</b>", self._read("ingredient_text"))
        self.bread.allergen_ids = False
        self.bag.allergen_ids = fish
        self.assertIn(f"<b>{fish.name}</b>", self._read("ingredient_text"))

    def test_pieces_with_a_weight_are_ingredients(self):
        egg = self._create_product(
            "Egg", self.unit, weight=0.05, declared_name="Egg", declared_as="own"
        )
        self.bread_recipe.bom_line_ids = [Command.create({"product_id": egg.id, "product_qty": 30})]
        text = self._read("ingredient_text")
        self.assertLess(text.index("Egg"), text.index("Salt"))
        self.assertGreater(text.index("Egg"), text.index("Water"))
        egg.weight = 0
        self.assertIn("Weight unknown: Egg", self._read("declaration_findings"))

    def test_own_name_hides_ingredients_but_not_their_allergens(self):
        self.sourdough.declared_as = "own"
        self.assertIn("Sourdough (<b>Cereals containing gluten</b>)", self._read("ingredient_text"))

    def test_bought_goods_show_what_the_supplier_says(self):
        self.bread_recipe.active = False
        self.bread.own_ingredients = "spelt flour, water"
        self.bread.allergen_ids = self.gluten
        wizard = self._open_wizard(self.bread)
        label = wizard._get_labels()[0]
        self.assertEqual(label["declaration"].ingredients, "<b>spelt</b> flour, water")

    def test_one_ingredient_with_the_name_of_the_food_needs_no_list(self):
        self.jar.write({"declaration_type": "food", "declared_name": "Raw honey from Baden"})
        self.raw.declared_name = "Raw honey"
        self.assertFalse(self._read("ingredient_text", self.jar_recipe))
        self.raw.declared_name = "Heather honey"
        self.assertEqual(self._read("ingredient_text", self.jar_recipe), "Heather honey")

    def test_cosmetics_by_inci(self):
        self.jar.write({"declaration_type": "cosmetic", "declared_name": "Balm"})
        self.raw.inci_name = "Mel 60 %; Aqua 40 %"
        self.assertEqual(self._read("ingredient_text", self.jar_recipe), "Mel, Aqua")
        self.raw.inci_name = "Mel; Aqua"
        self.assertIn("percentages", self._read("declaration_findings", self.jar_recipe))
        self.raw.inci_name = False
        self.assertIn(
            "No INCI name: Raw honey", self._read("declaration_findings", self.jar_recipe)
        )

    def test_impossible_nutrition_is_refused(self):
        with self.assertRaises(ValidationError):
            self.rye.saturates = 5

    def test_recipe_of_the_run_and_of_its_day(self):
        """A lot is declared by the recipe of its run, ingredients by the one of that day."""
        with freeze_time("2026-05-04"):
            run = self.env["mrp.production"].create(
                {"product_id": self.bread.id, "product_qty": 20, "bom_id": self.bread_recipe.id}
            )
            run.lot_producing_ids = self.lot
        sourdough = self.sourdough.bom_ids
        later = sourdough.browse(sourdough.action_new_version()["res_id"])
        sourdough.valid_from = False
        later.valid_from = date(2026, 6, 1)
        later.bom_line_ids.filtered(lambda line: line.product_id == self.water).unlink()
        new = self.bread_recipe.copy()
        new.bom_line_ids.filtered(lambda line: line.product_id == self.salt).unlink()
        self.bread_recipe.active = False
        with freeze_time("2026-07-01"):
            by_lot = self._open_wizard(self.lot, "product")._get_labels()[0]["declaration"]
            by_product = self._open_wizard(self.bread)._get_labels()[0]["declaration"]
        self.assertIn("Sourdough (Water, <b>Rye</b> flour)", by_lot.ingredients)
        self.assertIn("Salt", by_lot.ingredients)
        self.assertIn("Sourdough (<b>Rye</b> flour)", by_product.ingredients)
        self.assertNotIn("Salt", by_product.ingredients)

    def test_in_the_language_of_the_label(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.rye.with_context(lang="de_DE").declared_name = "Roggenmehl"
        self.gluten.with_context(lang="de_DE").words = "Dinkel, Roggen"
        text = self.bread_recipe.with_context(lang="de_DE").ingredient_text
        self.assertIn("<b>Roggen</b>mehl", text)

    def test_sizes_are_variants(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": n}) for n in ("S", "L")]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Jam",
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        small.net_quantity, large.net_quantity = 100, 300
        self.assertEqual(template.net_quantity, 0)
        single = self.env["product.template"].create({"name": "Jam", "net_quantity": 250})
        self.assertEqual(single.product_variant_ids.net_quantity, 250)

    def test_who_may_look(self):
        for groups in ("mrp.group_mrp_user", "stock.group_stock_user"):
            user = new_test_user(self.env, groups.split(".")[1], groups)
            recipe = self.bread_recipe.with_user(user)
            self.assertIn("Sourdough", recipe.ingredient_text)

    def test_cost_of_many_lots(self):
        """Declarations of 3 and of 100 lots, each made by a version of its own."""

        def prepare(count, first):
            lots = self.env["stock.lot"].create(
                [{"name": f"Q-{first + n}", "product_id": self.bread.id} for n in range(count)]
            )
            runs = self.env["mrp.production"].create(
                [
                    {
                        "product_id": self.bread.id,
                        "product_qty": 20,
                        "bom_id": self.bread_recipe.id,
                        "date_start": date(2026, 1, 1) + timedelta(days=n),
                    }
                    for n in range(count)
                ]
            )
            for run, lot in zip(runs, lots, strict=True):
                run.lot_producing_ids = lot
            return self._open_wizard(lots, "product")

        few, many = prepare(3, 0), prepare(100, 10)
        counts = []
        for wizard in (few, few, many):  # the first one fills what is cached for all
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            labels = wizard._get_labels()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertIn("Sourdough", labels[-1]["declaration"].ingredients)
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[1], 60)
