# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import BatchCase


class TestRecipeLevels(BatchCase):
    """One query finds what core's own search finds level by level, recipe by recipe."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Scent",
                "value_ids": [Command.create({"name": name}) for name in ("Rose", "Lavender")],
            }
        )
        cls.soap = cls.env["product.template"].create(
            {
                "name": "Soap",
                "is_storable": True,
                "uom_id": cls.kg.id,
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
        cls.values = cls.soap.attribute_line_ids.product_template_value_ids

    def _expected(self, products, picking_type, company):
        """The same with core's search, one product after the other, and the ORM."""
        Bom = self.env["mrp.bom"]
        recipes, reached = {}, products.browse()
        waiting = list(products)
        while waiting:
            product = waiting.pop(0)
            if product in reached:
                continue
            reached |= product
            found = Bom._bom_find(product, picking_type=picking_type, company_id=company.id)
            bom = found[product]
            if not bom or bom.type == "subcontract":
                continue
            recipes[product] = bom
            while bom:
                for line in bom.bom_line_ids:
                    if not line._skip_bom_line(product):
                        waiting.append(line.product_id)
                bom = bom.next_version_ids.filtered("active")
        return recipes, reached

    def _assert_as_core(self, products, picking_type=None):
        company = self.env.company
        args = (products, picking_type or self.warehouse.manu_type_id, company)
        expected, reached = self._expected(*args)
        recipes, facts = self.env["mrp.bom"]._get_all_levels(*args[:2], company_id=company.id)
        self.assertEqual(
            {p.id: b.id for p, b in recipes.items()}, {p.id: b.id for p, b in expected.items()}
        )
        self.assertLessEqual(set(reached.ids), set(facts.ids))
        engine, _facts = self.env["mrp.bom"]._load_recipes(*args[:2], company_id=company.id)
        for product, bom in expected.items():
            recipe = engine[product.id]
            while bom:
                lines = bom.bom_line_ids.filtered(
                    lambda line, p=product: (
                        line.product_id.type == "consu"
                        and line.product_qty
                        and not line._skip_bom_line(p)
                    )
                )
                self.assertEqual(recipe.components, tuple(line._get_component() for line in lines))
                self.assertEqual((recipe.id, recipe.days), (bom.id, bom.produce_delay))
                bom, recipe = bom.next_version_ids.filtered("active"), recipe.successor

    def _random_world(self, rng):
        products = self.env["product.product"].union(
            *(self._create_product(f"P{n}", self.kg, tracking="none") for n in range(9))
        )
        products |= self.soap.product_variant_ids
        other_type = self.warehouse.manu_type_id.copy({"name": "Other", "sequence_code": "OT"})
        for index, product in enumerate(products):
            for sequence in range(rng.randint(0, 3)):
                others = products[index + 1 :].filtered(
                    lambda p, made=product: p.product_tmpl_id != made.product_tmpl_id
                )
                below = rng.sample([*others, self.raw], min(2, len(others) + 1))
                bom = self._create_recipe(
                    product, 10, self.kg, [(p, rng.randint(1, 9), self.gram) for p in below]
                )
                place = rng.choice([False, False, other_type, self.warehouse.manu_type_id])
                bom.write(
                    {
                        "sequence": rng.randint(1, 3),
                        "active": rng.random() > 0.2,
                        "type": rng.choice(["normal", "normal", "phantom"]),
                        "picking_type_id": place and place.id,
                        "company_id": bool(place or rng.random() > 0.5) and self.env.company.id,
                        "produce_delay": sequence,
                    }
                )
                if product.product_tmpl_id != self.soap and rng.random() > 0.5:
                    bom.product_id = product
                if rng.random() > 0.6:
                    bom.action_new_version()
        return products

    def test_equals_core_on_random_recipes(self):
        rng = random.Random(11)
        for _world in range(3):
            products = self._random_world(rng)
            self._assert_as_core(products)
            with self.subTest("a later day"):
                later = self.today + timedelta(days=3)
                self.env = self.env(context=dict(self.env.context, recipe_date=later))
                self._assert_as_core(products.with_env(self.env))

    def test_lines_for_variants(self):
        rose, lavender = self.soap.product_variant_ids
        oil, herb = (self._create_product(n, self.kg, tracking="none") for n in ("Oil", "Herb"))
        recipe = self._create_recipe(rose, 1, self.kg, [(oil, 1, self.gram), (herb, 1, self.gram)])
        recipe.bom_line_ids[1].bom_product_template_attribute_value_ids = self.values[1]
        self._assert_as_core(rose | lavender)
        recipes, _facts = self.env["mrp.bom"]._load_recipes(rose | lavender)
        self.assertEqual([part.product for part in recipes[rose.id].components], [oil.id])
        self.assertEqual(
            [part.product for part in recipes[lavender.id].components], [oil.id, herb.id]
        )

    def test_unsaved_changes_count(self):
        line = self.bulk_recipe.bom_line_ids
        line.product_qty = 20
        recipes, _facts = self.env["mrp.bom"]._load_recipes(self.bulk)
        self.assertEqual(recipes[self.bulk.id].components[0].quantity, 2)

    def test_recipes_of_other_companies_stay_theirs(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.bulk_recipe.company_id = other
        user = new_test_user(self.env, "planner_one", groups="mrp.group_mrp_user")
        recipes, _reached = self.env["mrp.bom"].with_user(user)._get_all_levels(self.bulk)
        self.assertFalse(recipes)
        self.assertTrue(self.env["mrp.bom"].sudo()._get_all_levels(self.bulk)[0])

    def test_queries_do_not_grow_with_levels(self):
        def count(products):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["mrp.bom"]._load_recipes(products)
            return self.env.cr.sql_log_count - before

        product = self.jar
        for level in range(8):
            above = self._create_product(f"Level {level}", self.unit)
            self._create_recipe(above, 1, self.unit, [(product, 2, self.unit)])
            product = above
        count(product)  # fills what is cached beyond a call: units, access rules
        self.assertEqual(count(product), 1)
