# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from .common_floor import FloorCase


class TestFloorWeighing(FloorCase):
    def test_what_is_weighed_becomes_the_move_lines(self):
        run = self._create_balm_run()
        self._weigh(run, self.oil, 4.998, self.kg, self.early)
        picked = [line for line in self._get_lines(run, self.oil) if line[2]]
        self.assertEqual(picked, [("OIL-1", 4.998, True)])
        self.assertAlmostEqual(self._move(run, self.oil).quantity, 8)
        self.assertEqual(self._move(run, self.oil).weighing_state, "started")
        self._weigh(run, self.oil, 3.01, self.kg, self.late)
        self.assertEqual(
            self._get_lines(run, self.oil), [("OIL-1", 4.998, True), ("OIL-2", 3.01, True)]
        )
        self.assertEqual(self._move(run, self.oil).weighing_state, "done")
        self.assertFalse(run.deviation_ids)
        self.assertEqual((run.floor_state, run.state), ("running", "progress"))

    def test_small_amounts_are_weighed_in_grams(self):
        run = self._create_balm_run()
        wax = self._move(run, self.wax)
        self.assertEqual(wax.scale_uom_id, self.gram)
        self.assertEqual(wax.scale_range, "570 g – 630 g")
        self._weigh(run, self.wax, 300.5, self.gram, self.wax_lot)
        self._weigh(run, self.wax, 299.25, self.gram, self.wax_lot)
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.59975, True)])

    def test_out_of_tolerance_needs_a_reason(self):
        run = self._create_balm_run()
        with self.assertRefused("Enter the reason"):
            self._weigh(run, self.wax, 631, self.gram, self.wax_lot)
        self._weigh(run, self.wax, 631, self.gram, self.wax_lot, reason="Slipped")
        deviation = run.deviation_ids
        self.assertEqual((deviation.kind, deviation.reason), ("quantity", "Slipped"))
        self.assertAlmostEqual(deviation.percent, 31 / 6, 2)
        self.assertEqual(deviation.user_id, self.operator)
        self.assertEqual(self._move(run, self.wax).weighing_state, "done")

    def test_less_is_enough_for_a_reason(self):
        run = self._create_balm_run()
        self._weigh(run, self.wax, 400, self.gram, self.wax_lot)
        self.assertEqual(self._move(run, self.wax).weighing_state, "started")
        with self.assertRaises(UserError):
            self._weigh(run, self.wax, 0, self.gram, is_last=True)
        self._weigh(run, self.wax, 0, self.gram, is_last=True, reason="Drum is empty")
        self.assertEqual(self._move(run, self.wax).weighing_state, "done")
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.4, True)])

    def test_target_follows_the_quantity_of_the_run(self):
        run = self._create_balm_run()
        self._weigh(run, self.wax, 600, self.gram, self.wax_lot)
        self.assertEqual(self._move(run, self.wax).weighing_state, "done")
        self.env["change.production.qty"].with_user(self.operator).create(
            {"mo_id": run.id, "product_qty": 20}
        ).change_prod_qty()
        wax = self._move(run, self.wax)
        self.assertEqual((wax.scale_target[-5:], wax.weighing_state), ("200 g", "started"))
        self.assertIn(("WAX-1", 0.6, True), self._get_lines(run, self.wax))

    def test_older_lot_is_passed_over_with_a_reason_only(self):
        run = self._create_balm_run(assign=False)
        with self.assertRefused("OIL-1 expires first"):
            self._weigh(run, self.oil, 8, self.kg, self.late)
        self._weigh(run, self.oil, 8, self.kg, self.late, reason="Drum stands in the way")
        self.assertEqual(run.deviation_ids.kind, "lot")
        self.assertEqual(run.weighing_ids.passed_lot_id, self.early)

    def test_blocked_expired_and_foreign_lots_are_refused(self):
        run = self._create_balm_run(assign=False)
        self.late.action_block("Smells")
        with self.assertRefused("blocked: Smells"):
            self._weigh(run, self.oil, 8, self.kg, self.late, reason="No matter")
        self.early.expiration_date = fields.Datetime.now()
        with self.assertRefused("must not be used"):
            self._weigh(run, self.oil, 8, self.kg, self.early, reason="No matter")
        with self.assertRefused("is Beeswax, not Almond oil"):
            self._weigh(run, self.oil, 8, self.kg, self.wax_lot, reason="No matter")
        empty = self.env["stock.lot"].create({"name": "NOTHING", "product_id": self.oil.id})
        with self.assertRefused("nothing of lot NOTHING"):
            self._weigh(run, self.oil, 8, self.kg, empty, reason="No matter")
        with self.assertRefused("Scan or choose"):
            self._weigh(run, self.oil, 8, self.kg)
        self.assertFalse(run.weighing_ids)

    def test_more_than_in_stock_is_a_deviation(self):
        run = self._create_balm_run()
        with self.assertRefused("only 5 kg of it in stock"):
            self._weigh(run, self.oil, 5.5, self.kg, self.early)
        self._weigh(run, self.oil, 5.5, self.kg, self.early, reason="Counted wrong in March")
        self._weigh(run, self.oil, 2.5, self.kg, self.late)
        self.assertEqual(run.deviation_ids.kind, "stock")

    def test_goods_made_for_others_are_refused(self):
        self._stock_up(self.bulk, 1, "FREE")
        makes = self.env["mrp.production"].create(
            {"product_id": self.bulk.id, "product_qty": 10, "bom_id": self.bulk_recipe.id}
        )
        makes.action_confirm()
        self._stock_up(self.raw, 20, "RAW")
        consumer = self.env["mrp.production"].create(
            {"product_id": self.jar.id, "product_qty": 20, "bom_id": self.jar_recipe.id}
        )
        consumer.action_confirm()
        self.env["mrp.production.allocation"].create(
            {
                "production_id": makes.id,
                "product_id": self.bulk.id,
                "quantity": 10,
                "consumer_production_id": consumer.id,
            }
        )
        self._produce(makes, "OWNED")
        consumer.do_unreserve()
        other = consumer.copy()
        other.action_confirm()
        owned = self.env["stock.lot"].search([("name", "=", "OWNED")])
        with self.assertRefused("made for others"):
            self._weigh(other.with_user(self.operator), self.bulk, 9, self.kg, owned, reason="x")
        self._weigh(consumer.with_user(self.operator), self.bulk, 10, self.kg, owned)
        self.assertEqual(self._move(consumer, self.bulk).weighing_state, "done")

    def test_double_tap_is_one_weighing(self):
        run = self._create_balm_run()
        action = self._move(run, self.wax).action_open_weighing()
        wizard = self.env["mrp.floor.weigh"].with_user(self.operator).browse(action["res_id"])
        wizard.quantity = 600
        wizard.action_weigh()
        wizard.action_weigh()
        self.assertEqual(len(run.weighing_ids), 1)
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.6, True)])

    def test_taken_back_stays_in_the_record(self):
        run = self._create_balm_run()
        self._weigh(run, self.wax, 600, self.gram, self.wax_lot)
        run.weighing_ids._void("Wrong drum")
        self.assertEqual(run.weighing_ids.state, "void")
        self.assertEqual(run.deviation_ids.kind, "void")
        self.assertFalse(any(line[2] for line in self._get_lines(run, self.wax)))
        self.assertEqual(self._move(run, self.wax).weighing_state, "open")
        self._weigh(run, self.wax, 598, self.gram, self.wax_lot)
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.598, True)])

    def test_only_the_scale_changes_what_was_weighed(self):
        run = self._create_balm_run()
        self._weigh(run, self.wax, 600, self.gram, self.wax_lot)
        line = self._move(run, self.wax).move_line_ids
        with self.assertRefused("was weighed"):
            line.quantity = 0.5
        with self.assertRefused("was weighed"):
            line.unlink()
        run.qty_producing = 5
        run._set_qty_producing()
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.6, True)])

    def test_strict_recipe_allows_no_deviation(self):
        self.recipe.consumption = "strict"
        run = self._create_balm_run()
        with self.assertRefused("head of production"):
            self._weigh(run, self.wax, 700, self.gram, self.wax_lot, reason="Slipped")

    def test_codes_find_the_ingredient(self):
        run = self._create_balm_run()
        self.wax.barcode = "4006381333931"
        for code in ("WAX-1", "4006381333931", "010400638133393110WAX-1"):
            action = run.action_scan(code)
            wizard = self.env["mrp.floor.weigh"].browse(action["res_id"])
            self.assertEqual((wizard.product_id, wizard.lot_id), (self.wax, self.wax_lot), code)
        with self.assertRefused("no ingredient of this run"):
            self._stock_up(self.raw, 1, "RAW-9")
            run.action_scan("RAW-9")
        with self.assertRefused("Nothing is known"):
            run.action_scan("???")

    def test_the_scale_suggests_and_warns(self):
        run = self._create_balm_run(assign=False)
        blocked = self._stock_up(self.oil, 2, "OIL-0")
        blocked.action_block("Smells")
        action = self._move(run, self.oil).action_open_weighing()
        wizard = self.env["mrp.floor.weigh"].with_user(self.operator).browse(action["res_id"])
        self.assertEqual(wizard.lot_id, self.early)
        choices = {choice.lot_id: choice for choice in wizard.choice_ids}
        self.assertTrue(choices[self.early].is_suggested)
        self.assertEqual(choices[blocked].refusal, "blocked: Smells")
        with Form(wizard) as form:
            form.quantity = 8
            form.lot_id = self.late
            self.assertIn("OIL-1 expires first", form.warning)
            form.lot_id = blocked
            self.assertIn("Smells", form.refusal)
            form.lot_id = self.early
            form.quantity = 9
            self.assertIn("9 kg instead of 8 kg", form.warning)
            form.reason = "Test"
        wizard.on_barcode_scanned("OIL-2")
        self.assertEqual((wizard.lot_id, wizard.is_scanned), (self.late, True))
        self.assertIn("warning", wizard.on_barcode_scanned("WAX-1"))
        self.assertEqual(wizard.lot_id, self.late)

    def test_ingredient_by_hand_is_named(self):
        run = self._create_balm_run()
        run.sudo().move_raw_ids = [
            Command.create(
                {
                    "product_id": self.raw.id,
                    "product_uom_qty": 1,
                    "product_uom": self.kg.id,
                }
            )
        ]
        record = run._get_batch_record()
        self.assertEqual([i["by_recipe"] for i in record["ingredients"]], [True] * 3 + [False])

    def test_opening_the_screen_costs_the_same_with_many_ingredients(self):
        counts = []
        for number in (3, 12):
            products = [self._create_product(f"P{number}-{i}", self.kg) for i in range(number)]
            for product in products:
                self._stock_up(product, 100)
            recipe = self._create_recipe(
                self.balm, 10, self.kg, [(product, 1, self.kg) for product in products]
            )
            run = self.env["mrp.production"].create(
                {"product_id": self.balm.id, "product_qty": 10, "bom_id": recipe.id}
            )
            run.action_confirm()
            run.action_assign()
            for move in run.move_raw_ids:
                run._weigh(move, 0.5, self.kg, move.move_line_ids[0].lot_id)
            self._read_screen(run)
            before = self.env.cr.sql_log_count
            self._read_screen(run)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 45)

    def _read_screen(self, run):
        """What the client reads to draw the operator's screen."""
        self.env.invalidate_all()
        run = run.with_user(self.operator)
        view = run.get_view(
            self.env.ref("batch_mrp_orders.mrp_production_view_form_floor").id, "form"
        )
        card = ("product_id", "weighing_state", "scale_target", "scale_range", "scale_weighed")
        card += ("scale_missing", "suggested_lots", "weighed_lots", "weighing_instruction")
        entry = {"product_id": {"fields": {"display_name": {}}}}
        return view, run.web_read(
            {
                "name": {},
                "product_id": {"fields": {"display_name": {}}},
                "floor_state": {},
                "floor_progress": {},
                "floor_move_ids": {"fields": {**dict.fromkeys(card, {}), **entry}},
                "check_ids": {"fields": {"name": {}, "answer": {}, "limits": {}}},
                "weighing_ids": {"fields": {"quantity": {}, **entry}},
                "deviation_ids": {"fields": {"subject": {}}},
            }
        )
