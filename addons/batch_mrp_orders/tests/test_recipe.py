# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from random import Random

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from ..planning.quantity import exact
from .common import BatchCase


class TestRecipe(BatchCase):
    def _line(self, recipe, product):
        return recipe.bom_line_ids.filtered(lambda line: line.product_id == product)

    def _make_run(self, product, quantity, **values):
        return self.env["mrp.production"].create(
            {"product_id": product.id, "product_qty": quantity, **values}
        )

    def _quantities(self, run):
        return {move.product_id: move.product_uom_qty for move in run.move_raw_ids}

    # ------------------------------------------------------------------- shares
    def test_share_follows_quantity_and_quantity_follows_share(self):
        line = self._line(self.bulk_recipe, self.raw)
        self.assertEqual(line.share, 102)
        self.assertTrue(self.bulk_recipe.share_warning)
        line.share = 100
        self.assertEqual(line.product_qty, 10)
        self.assertEqual(self.bulk_recipe.share_total, 100)
        self.assertFalse(self.bulk_recipe.share_warning)
        line.write({"product_uom_id": self.gram.id, "product_qty": 2500})
        self.assertEqual(line.share, 25)
        line.share = 30
        self.assertEqual(line.product_qty, 3000)

    def test_share_of_thirds_does_not_round_the_quantity(self):
        line = self._line(self.bulk_recipe, self.raw)
        line.product_qty = 3.333333
        self.assertEqual(line.share, 33.3333)
        line.write({"share": 33.3333, "loss_percent": 1})
        self.assertEqual(line.product_qty, 3.333333)

    def test_only_what_is_measured_like_the_recipe_has_a_share(self):
        self.assertFalse(self._line(self.jar_recipe, self.bulk).has_share)
        self.assertEqual(self._line(self.jar_recipe, self.glass).share, 100)
        self.assertFalse(self.jar_recipe.share_warning, "pieces need not add up")

    def test_share_in_the_form(self):
        with Form(self.bulk_recipe) as form, form.bom_line_ids.edit(0) as line:
            line.share = 95
            self.assertEqual(line.product_qty, 9.5)
        self.assertEqual(self.bulk_recipe.bom_line_ids.product_qty, 9.5)

    def test_line_created_by_its_share(self):
        self.bulk_recipe.bom_line_ids = [
            Command.clear(),
            Command.create({"product_id": self.raw.id, "share": 42}),
        ]
        self.assertEqual(self.bulk_recipe.bom_line_ids.product_qty, 4.2)

    # ---------------------------------------------------------- loss and yield
    def test_run_takes_gross_quantities_however_it_is_made(self):
        self._line(self.bulk_recipe, self.raw).write({"product_qty": 9, "loss_percent": 10})
        self.bulk_recipe.yield_percent = 80
        self.assertEqual(self._line(self.bulk_recipe, self.raw).gross_qty, 12.5)
        by_hand = self._make_run(self.bulk, 10)
        self.assertEqual(self._quantities(by_hand), {self.raw: 12.5})
        with Form(self.env["mrp.production"]) as form:
            form.product_id = self.bulk
            form.product_qty = 20
        self.assertEqual(self._quantities(form.record), {self.raw: 25})
        in_grams = self._make_run(self.bulk, 1000, product_uom_id=self.gram.id)
        self.assertEqual(self._quantities(in_grams), {self.raw: 1.25})
        self._create_order((self.bulk, 10))
        planned = self._plan()
        self.assertEqual(self._quantities(planned), {self.raw: 12.5})
        rule = self.env["stock.rule"].search(
            [("action", "=", "manufacture"), ("warehouse_id", "=", self.warehouse.id)], limit=1
        )
        before = self.env["mrp.production"].search([])
        rule._run_manufacture([(self._procurement(self.bulk, 10), rule)])
        procured = self.env["mrp.production"].search([]) - before
        self.assertEqual(self._quantities(procured), {self.raw: 12.5})

    def _procurement(self, product, quantity):
        return self.env["stock.rule"].Procurement(
            product,
            quantity,
            product.uom_id,
            self.stock,
            "Test",
            "Test",
            self.company,
            {"date_planned": "2030-06-01 10:00:00", "warehouse_id": self.warehouse},
        )

    def test_changed_quantity_of_a_run_scales_by_the_recipe(self):
        parts = [self._create_product(f"Part {number}", self.kg) for number in range(3)]
        mix = self._create_product("Mix", self.kg)
        recipe = self._create_recipe(mix, 3, self.kg, [(part, 1, self.kg) for part in parts])
        recipe.weighing_step = 1
        run = self._make_run(mix, 3)
        run.action_confirm()
        self.env["change.production.qty"].create({"mo_id": run.id, "product_qty": 10}).with_context(
            skip_activity=True
        ).change_prod_qty()
        self.assertEqual(list(self._quantities(run).values()), [3.334, 3.333, 3.333])
        run.move_raw_ids[0].product_uom_qty = 5
        self.env["change.production.qty"].create({"mo_id": run.id, "product_qty": 20}).with_context(
            skip_activity=True
        ).change_prod_qty()
        self.assertEqual(list(self._quantities(run).values()), [10, 6.667, 6.666])

    def test_consumption_is_compared_with_gross(self):
        self._line(self.bulk_recipe, self.raw).write({"product_qty": 9, "loss_percent": 10})
        self._stock_up(self.raw, 50)
        run = self._make_run(self.bulk, 10)
        run.action_confirm()
        self._produce(run)
        self.assertEqual(run.state, "done")
        self.assertEqual(run._get_consumption_issues(), [])

    def test_what_was_lost_does_not_come_back(self):
        self._line(self.bulk_recipe, self.raw).write({"product_qty": 9, "loss_percent": 10})
        lot = self._stock_up(self.bulk, 10)
        unbuild = self.env["mrp.unbuild"].create(
            {
                "product_id": self.bulk.id,
                "bom_id": self.bulk_recipe.id,
                "product_qty": 10,
                "product_uom_id": self.kg.id,
                "lot_id": lot.id,
                "location_id": self.stock.id,
                "location_dest_id": self.stock.id,
            }
        )
        moves = unbuild._generate_produce_moves()
        self.assertEqual({move.product_id: move.product_uom_qty for move in moves}, {self.raw: 9})

    def test_kit_in_a_recipe_and_kit_in_a_kit(self):
        salt = self._create_product("Salt", self.kg)
        inner = self._create_product("Inner premix", self.unit, tracking="none")
        outer = self._create_product("Outer premix", self.unit, tracking="none")
        mix = self._create_product("Mix", self.kg)
        self._create_recipe(inner, 1, self.unit, [(salt, 30, self.gram)], kind="phantom")
        self._create_recipe(outer, 1, self.unit, [(inner, 2, self.unit)], kind="phantom")
        recipe = self._create_recipe(
            mix, 1, self.kg, [(outer, 3, self.unit), (inner, 1, self.unit), (salt, 0.1, self.kg)]
        )
        recipe.yield_percent = 50
        recipe.bom_line_ids[0].loss_percent = 20
        run = self._make_run(mix, 2)
        # 2 kg at 50 %: 4 × (3 outer × 2 inner / 0.8 + 1 inner) × 30 g, and 4 × 0.1 kg.
        # Odoo adds up lines of the same product in grams and in kg.
        grams = sum(
            move.product_uom._compute_quantity(move.product_uom_qty, self.gram)
            for move in run.move_raw_ids
        )
        self.assertEqual(run.move_raw_ids.product_id, salt)
        self.assertAlmostEqual(grams, 4 * (7.5 + 1) * 30 + 400, places=6)

    def test_kit_has_neither_loss_nor_yield(self):
        box = self._create_product("Gift box", self.unit, tracking="none")
        kit = self._create_recipe(box, 1, self.unit, [(self.jar, 2, self.unit)], kind="phantom")
        with self.assertRaisesRegex(ValidationError, "Gift box is a kit"):
            kit.yield_percent = 90
        with self.assertRaisesRegex(ValidationError, "Gift box is a kit"):
            kit.bom_line_ids.loss_percent = 5
        self.bulk_recipe.yield_percent = 90
        with self.assertRaisesRegex(ValidationError, "is a kit"):
            self.bulk_recipe.type = "phantom"

    @mute_logger("odoo.sql_db")
    def test_impossible_loss_and_yield(self):
        for record, values in (
            (self.bulk_recipe.bom_line_ids, {"loss_percent": 100}),
            (self.bulk_recipe.bom_line_ids, {"loss_percent": -1}),
            (self.bulk_recipe, {"yield_percent": 0}),
            (self.bulk_recipe, {"minimum_qty": -1}),
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                record.write(values)
                record.flush_recordset()

    # ------------------------------------------------- batches, sums, planning
    def test_minimum_quantity(self):
        self.bulk_recipe.enable_batch_size = False
        self.bulk_recipe.minimum_qty = 8
        self._create_order((self.bulk, 3))
        run = self._plan()
        self.assertEqual(run.product_qty, 8)
        self.assertEqual(run.unallocated_qty, 5)
        rule = self.env["stock.rule"].search(
            [("action", "=", "manufacture"), ("warehouse_id", "=", self.warehouse.id)], limit=1
        )
        before = self.env["mrp.production"].search([])
        rule._run_manufacture([(self._procurement(self.bulk, 2), rule)])
        self.assertEqual((self.env["mrp.production"].search([]) - before).product_qty, 8)
        with self.assertRaisesRegex(ValidationError, "below its minimum"):
            self.bulk_recipe.write({"enable_batch_size": True, "batch_size": 5})

    def test_sum_of_parts_is_kept_to_the_gram(self):
        names = ("Oats", "Honey", "Nuts", "Cinnamon")
        oats, honey, nuts, cinnamon = (self._create_product(name, self.kg) for name in names)
        granola = self._create_product("Granola", self.kg)
        recipe = self._create_recipe(
            granola,
            1,
            self.kg,
            [
                (oats, 333.1, self.gram),
                (honey, 0.3331, self.kg),
                (nuts, 333.1, self.gram),
                (cinnamon, 0.7, self.gram),
            ],
        )
        recipe.weighing_step = 1
        for quantity in (1, 7, 7.777, 33.3, 1000 / 3):
            run = self._make_run(granola, quantity)
            grams = {
                move.product_id: exact(move.product_uom_qty) * exact(move.product_uom.factor)
                for move in run.move_raw_ids
            }
            wanted = exact(run.product_qty) * 1000
            self.assertLessEqual(abs(sum(grams.values()) - wanted), exact("0.5"))
            for product in (oats, honey, nuts):
                self.assertEqual(grams[product] % 1, 0, "weighed in full grams")
            self.assertGreater(grams[cinnamon], 0)

    def test_planned_chain_leaves_no_crumbs(self):
        """Netting and runs take the same quantities: planning again finds nothing to make."""
        random = Random(7)
        for _round in range(4):
            parts = [self._create_product(f"Ingredient {n}", self.kg) for n in range(4)]
            premix = self._create_product("Premix", self.kg)
            paste = self._create_product("Paste", self.kg)
            self._create_recipe(
                premix,
                round(random.uniform(1, 9), 3),
                self.kg,
                [(part, round(random.uniform(0.001, 3), 4), self.kg) for part in parts[:2]],
            )
            recipe = self._create_recipe(
                paste,
                round(random.uniform(1, 9), 3),
                self.kg,
                [
                    (premix, round(random.uniform(1, 900), 1), self.gram),
                    *((part, round(random.uniform(0.001, 2), 5), self.kg) for part in parts[1:]),
                    (premix, round(random.uniform(0.1, 2), 3), self.kg),
                ],
            )
            recipe.yield_percent = random.choice([100, 93.7])
            recipe.weighing_step = random.choice([0, 1, 5])
            for line in recipe.bom_line_ids:
                line.loss_percent = random.choice([0, 1.5, 3.33])
            order = self._create_order((paste, round(random.uniform(1, 40), 3)))
            runs = self._plan()
            paste_run = runs.filtered(lambda run, paste=paste: run.product_id == paste)
            supplied = sum(paste_run.supply_allocation_ids.mapped("quantity"))
            taken = sum(
                move.product_qty for move in paste_run.move_raw_ids if move.product_id == premix
            )
            self.assertAlmostEqual(supplied, taken, places=9)
            wizard = self.env["mrp.plan.runs"].create({"warehouse_id": self.warehouse.id})
            self.assertFalse(wizard.line_ids, "no second run for a rest of rounding")
            order._action_cancel()
            runs.action_cancel()

    def test_water_is_never_short(self):
        water = self._create_product("Water", self.kg, tracking="none")
        water.is_storable = False
        self.bulk_recipe.bom_line_ids = [
            Command.create({"product_id": water.id, "product_qty": 1, "product_uom_id": self.kg.id})
        ]
        self._stock_up(self.raw, 100)
        order = self._create_order((self.bulk, 5), confirm=False)
        order.action_check_materials()
        self.assertEqual(order.material_state, "available")

    def test_loading_costs_no_query_per_product(self):
        def world(count):
            jars = []
            for number in range(count):
                part = self._create_product(f"R{number}", self.kg)
                bulk = self._create_product(f"B{number}", self.kg)
                jar = self._create_product(f"J{number}", self.unit)
                recipe = self._create_recipe(bulk, 1, self.kg, [(part, 1, self.kg)])
                recipe.yield_percent = 95
                recipe.bom_line_ids.loss_percent = 2
                recipe.action_new_version()
                self._create_recipe(jar, 1, self.unit, [(bulk, 500, self.gram)])
                jars.append(jar)
            return self._create_order(*((jar, 3) for jar in jars), confirm=False)

        small, large = world(2), world(12)
        small.action_check_materials()

        def count(order):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["mrp.planning"]._check_materials(order, order.warehouse_id)
            return self.env.cr.sql_log_count - before

        few, many = count(small), count(large)
        self.assertEqual(many, few)
        self.assertLessEqual(few, 45)

    # -------------------------------------------------------------------- units
    def test_units_of_another_kind_are_refused(self):
        message = "Glass 500 g is stocked in Units, which cannot be converted from kg"
        with self.assertRaisesRegex(ValidationError, message):
            self._line(self.jar_recipe, self.glass).product_uom_id = self.kg
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self.jar_recipe.product_uom_id = self.env.ref("uom.product_uom_litre")
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self.jar_recipe.byproduct_ids = [
                Command.create(
                    {
                        "product_id": self.raw.id,
                        "product_qty": 1,
                        "product_uom_id": self.unit.id,
                    }
                )
            ]
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            self._make_run(self.jar, 1, product_uom_id=self.kg.id)
        order = self._create_order((self.jar, 1), confirm=False)
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            order.order_line.product_uom_id = self.kg
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_pack_6")

    def test_product_in_recipes_keeps_the_kind_of_its_unit(self):
        cap = self._create_product("Cap", self.unit, tracking="none")
        self._create_recipe(cap, 1, self.unit, [(self.glass, 1, self.unit)])
        with self.assertRaisesRegex(ValidationError, "cannot be converted"):
            cap.product_tmpl_id.uom_id = self.kg

    def test_user_of_manufacturing_reads_and_manager_writes_recipes(self):
        user = new_test_user(self.env, "operator", groups="mrp.group_mrp_user")
        recipe = self.bulk_recipe.with_user(user)
        self.assertEqual(recipe.share_total, 102)
        self.assertEqual(recipe.bom_line_ids.gross_qty, 10.2)
        manager = new_test_user(self.env, "recipes", groups="mrp.group_mrp_manager")
        own = self.bulk_recipe.with_user(manager)
        own.yield_percent = 98
        own.action_new_version()
        self.assertEqual(self.bulk_recipe.next_version_ids.yield_percent, 98)
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.assertEqual(self.bulk_recipe.with_user(seller).share_total, 102)
