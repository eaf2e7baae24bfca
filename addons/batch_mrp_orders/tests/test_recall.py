# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command

from .common_recall import RecallCase


class TestRecall(RecallCase):
    """What is found, kept, blocked and lifted."""

    def test_draft_shows_lots_places_and_customers_and_changes_nothing(self):
        recall = self._recall(activate=False)
        self.assertEqual(recall.state, "draft")
        self.assertEqual(
            {(line.lot_id, line.level) for line in recall.line_ids},
            {(self.raw_lot, 0), (self.bulk_lot, 1), (self.jar_lot, 2)},
        )
        made = recall.line_ids.filtered(lambda line: line.lot_id == self.jar_lot)
        self.assertIn("Made from B-1", made.reason)
        self.assertEqual(made.production_id.product_id, self.jar)
        self.assertEqual(
            self._get_rows(recall),
            {
                ("Hofladen Probe", self.order_shop, self.jar_lot, 12, 0),
                ("Hofladen Probe", self.order_again, self.jar_lot, 8, 0),
                ("Café Morgenrot", self.order_cafe, self.jar_lot, 10, 0),
            },
        )
        stock = {(row.lot_id, row.quantity) for row in recall.holding_ids if row.kind == "stock"}
        self.assertEqual(stock, {(self.bulk_lot, 10), (self.jar_lot, 50)})
        self.assertEqual((recall.lot_count, recall.shipment_count), (3, 3))
        self.assertEqual((recall.customer_count, recall.order_count), (2, 3))
        self.assertFalse(self.jar_lot.is_blocked)
        self.assertTrue(recall.listed_on)

    def test_activation_blocks_all_of_it_and_nothing_else(self):
        recall = self._recall()
        lots = self.raw_lot | self.bulk_lot | self.jar_lot
        self.assertEqual(lots.mapped("is_blocked"), [True] * 3)
        self.assertEqual(self.jar_lot.block_reason, f"{recall.name}: Glass splinters")
        self.assertEqual(self.jar_lot.blocked_by_id, self.quality)
        self.assertEqual(set(recall.line_ids.mapped("block_state")), {"recall"})
        control = self.control_raw | self.control_bulk | self.control_jar
        self.assertFalse(any(control.mapped("is_blocked")))

    def test_reserved_and_picked_goods_are_listed_and_reservations_freed(self):
        reserved = self._create_order((self.jar, 3))
        picked = self._create_order((self.jar, 4))
        for order in reserved | picked:
            move = order.order_line.move_ids
            move._do_unreserve()
            move.move_line_ids = [
                Command.create(
                    {**move._prepare_move_line_vals(quantity=3), "lot_id": self.jar_lot.id}
                )
            ]
        picked.order_line.move_ids.picked = True
        recall = self._recall()
        held = {
            (row.kind, row.picking_id, row.quantity)
            for row in recall.holding_ids
            if row.kind in ("reserved", "picked")
        }
        self.assertEqual(
            held, {("reserved", reserved.picking_ids, 3), ("picked", picked.picking_ids, 3)}
        )
        self.assertNotIn(self.jar_lot, reserved.order_line.move_ids.lot_ids)
        self.assertEqual(recall.open_line_count, 1, "the picked one is still in their hands")
        self.assertIn("Lot J-1", picked.picking_ids.block_note)
        self.assertIn("Glass splinters", picked.block_note)
        self.assertFalse(reserved.block_note)
        for order in reserved | picked:
            notes = order.picking_ids.message_ids.mapped("body")
            self.assertTrue(any("J-1" in note for note in notes))
        with self.assertRaisesRegex(UserError, "Lot J-1"):
            self._ship(picked)
        # What was found stays as evidence, though the reservation is gone.
        recall.action_refresh()
        self.assertIn("reserved", recall.holding_ids.mapped("kind"))

    def test_undoing_lifts_only_its_own_blocks(self):
        self.bulk_lot.with_user(self.quality).action_block("Smells")
        recall = self._recall()
        self.assertEqual(
            {line.lot_id: line.block_state for line in recall.line_ids},
            {self.raw_lot: "recall", self.bulk_lot: "other", self.jar_lot: "recall"},
        )
        # Somebody has a reason of his own for one of them, later.
        self.raw_lot.with_user(self.quality).action_block("Delivered damp")
        recall.action_cancel()
        self.assertEqual(recall.state, "cancelled")
        self.assertFalse(self.jar_lot.is_blocked)
        self.assertEqual(self.bulk_lot.block_reason, "Smells")
        self.assertEqual(self.raw_lot.block_reason, "Delivered damp")

    def test_two_recalls_of_one_lot(self):
        first = self._recall(self.bulk_lot)
        second = self._recall(self.jar_lot)
        self.assertEqual(second.line_ids.block_state, "other")
        first.action_cancel()
        self.assertFalse(self.bulk_lot.is_blocked)
        self.assertTrue(self.jar_lot.is_blocked, "the second recall needs the block")
        self.assertIn(second.name, self.jar_lot.block_reason)
        second.action_cancel()
        self.assertFalse(self.jar_lot.is_blocked)

    def test_recalled_lot_is_released_through_the_recall_only(self):
        recall = self._recall()
        with self.assertRaisesRegex(UserError, recall.name):
            self.jar_lot.with_user(self.quality).action_release("Looks fine")
        line = recall.line_ids.filtered(lambda line: line.lot_id == self.jar_lot)
        line.action_clear()
        self.assertFalse(self.jar_lot.is_blocked)
        self.assertEqual(set(recall.customer_ids.mapped("state")), {"spared"})
        recall.action_refresh()
        self.assertFalse(self.jar_lot.is_blocked, "looking again does not forget it")
        self.assertTrue(self.bulk_lot.is_blocked)
        recall.action_cancel()
        self.assertFalse(self.bulk_lot.is_blocked)

    def test_run_that_goes_on_cannot_use_blocked_goods(self):
        run = self.env["mrp.production"].create({"product_id": self.jar.id, "product_qty": 4})
        run.action_confirm()
        move = run.move_raw_ids.filtered(lambda move: move.product_id == self.bulk)
        move._do_unreserve()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(quantity=2), "lot_id": self.bulk_lot.id})
        ]
        run.move_raw_ids.picked = True
        recall = self._recall()
        held = recall.holding_ids.filtered(lambda row: row.production_id == run)
        self.assertEqual((held.kind, held.quantity), ("picked", 2))
        self.assertIn("Lot B-1", run.block_note)
        run.qty_producing = 4
        run.lot_producing_ids = self.env["stock.lot"].create(
            {"name": "J-LATE", "product_id": self.jar.id}
        )
        with self.assertRaisesRegex(UserError, "Lot B-1"):
            run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()

    def test_goods_from_a_cleared_lot_are_harmless_those_from_others_are_not(self):
        recall = self._recall()
        lines = {line.lot_id: line for line in recall.line_ids}
        lines[self.bulk_lot].action_clear()
        harmless = self._run(self.jar, 2, {self.bulk: self.bulk_lot}, "J-4")
        recall.action_refresh()
        self.assertNotIn(harmless, recall.line_ids.lot_id)
        self.assertFalse(harmless.is_blocked)
        lines[self.raw_lot].action_clear()
        second = self._recall(self.bulk_lot)
        self.assertIn(harmless, second.line_ids.lot_id)
        self.assertTrue(harmless.is_blocked)

    def test_what_was_made_at_the_same_moment_is_caught_by_the_next_look(self):
        recall = self._recall()
        self.jar_lot.sudo().is_blocked = self.bulk_lot.sudo().is_blocked = False  # as seen by them
        late = self._run(self.jar, 2, {self.bulk: self.bulk_lot}, "J-5")
        order = self._sell(self.jar, 1, late, self.cafe)
        self.env["res.lang"]._activate_lang("de_DE")
        recall.sudo().company_id.partner_id.lang = "de_DE"
        self._run_job("ir_cron_refresh_recalls")
        line = recall.line_ids.filtered(lambda row: row.lot_id == late)
        self.assertIn("Gemacht aus", line.reason)
        self.assertTrue(late.is_blocked)
        self.assertIn(order, recall.shipment_ids.sale_order_id)

    def test_supplier_lot_arriving_later_is_blocked_at_once(self):
        self.raw_lot.supplier_lot = "L-88120"
        wizard = (
            self.env["stock.recall.start"]
            .with_user(self.quality)
            .create({"number": " l-88120 ", "reason": "Warning of the supplier"})
        )
        self.assertEqual(wizard.lot_ids, self.raw_lot)
        recall = self.env["stock.recall"].browse(wizard.action_start()["res_id"])
        self.assertEqual(recall.origin, "supplier_lot")
        recall.with_user(self.quality).action_activate()
        stocker = self.env["res.users"].browse(self.quality.id)
        late = (
            self.env["stock.lot"]
            .with_user(stocker)
            .create({"name": "R-3", "product_id": self.raw.id, "supplier_lot": "L-88120"})
        )
        self.assertTrue(late.is_blocked)
        self.assertIn(late, recall.line_ids.lot_id)
        other = self.env["stock.lot"].create(
            {"name": "G-1", "product_id": self.bulk.id, "supplier_lot": "L-88120"}
        )
        self.assertFalse(other.is_blocked, "another product of another supplier")

    def test_percent_in_a_number_is_no_wildcard(self):
        self.raw_lot.supplier_lot = "L-1"
        wizard = self.env["stock.recall.start"].create({"number": "%"})
        self.assertFalse(wizard.lot_ids)
        with self.assertRaisesRegex(UserError, "No lot"):
            wizard.action_start()

    def test_from_a_run(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.jar_lot.ids)])
        wizard = self.env["stock.recall.start"].create(
            {"source": "run", "production_id": run.id, "run_side": "used"}
        )
        self.assertEqual(wizard.lot_ids, self.bulk_lot)
        wizard.run_side = "both"
        self.assertEqual(wizard.lot_ids, self.bulk_lot | self.jar_lot)
        action = run.with_user(self.quality).action_recall()
        recall = self.env["stock.recall"].browse(action["res_id"])
        self.assertEqual((recall.lot_ids, recall.origin), (self.jar_lot, "run"))

    def test_common_ingredients_of_suspicious_lots(self):
        second = self._run(self.jar, 4, {self.bulk: self.bulk_lot}, "J-3")
        recall = self._recall(self.jar_lot | second | self.control_jar, activate=False)
        wizard = (
            self.env["stock.recall.ingredients"]
            .with_user(self.quality)
            .create({"recall_id": recall.id})
        )
        counts = {line.lot_id: line.suspicious_count for line in wizard.line_ids}
        self.assertEqual(
            counts,
            {self.bulk_lot: 2, self.raw_lot: 2, self.control_bulk: 1, self.control_raw: 1},
        )
        self.assertEqual(wizard.line_ids[0].lot_id, self.bulk_lot, "most common, nearest first")
        wizard.line_ids[0].chosen = True
        wizard.action_use()
        self.assertIn(self.bulk_lot, recall.lot_ids)

    def test_returns_and_recovery(self):
        recall = self._recall()
        self._return(self.order_shop.picking_ids, 6)
        recall.action_refresh()
        rows = {row.sale_order_id: row.returned_qty for row in recall.shipment_ids}
        self.assertEqual(rows, {self.order_shop: 6, self.order_again: 0, self.order_cafe: 0})
        shop = recall.customer_ids.filtered(lambda row: row.partner_id == self.customer)
        self.assertAlmostEqual(shop.recovery_rate, 6 / 20)
        self.assertAlmostEqual(recall.recovery_rate, 6 / 30)

    def test_goods_sent_back_without_reference_count(self):
        recall = self._recall()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": self.stock.id,
            }
        )
        self._move(picking, self.jar, 15, self.jar_lot)
        self.assert_done(picking)
        recall.action_refresh()
        rows = {row.sale_order_id: row.returned_qty for row in recall.shipment_ids}
        self.assertEqual(rows, {self.order_shop: 12, self.order_again: 3, self.order_cafe: 0})

    def test_scrap_and_return_of_blocked_goods_are_allowed(self):
        self._recall()
        self.env["stock.scrap"].create(
            {"product_id": self.jar.id, "lot_id": self.jar_lot.id, "scrap_qty": 50}
        ).do_scrap()
        self.assertFalse(self.jar_lot.product_qty)

    def test_closing(self):
        recall = self._recall()
        with self.assertRaisesRegex(UserError, "not been informed"):
            recall.action_close()
        recall.customer_ids.action_phoned()
        recall.action_close()
        self.assertEqual(recall.state, "closed")
        self.assertTrue(self.jar_lot.is_blocked, "closing releases nothing")
        self.assertIn(".csv", recall.message_ids.attachment_ids.mapped("name")[0])
        self.jar_lot.with_user(self.quality).action_release("Sieved")
        self.assertFalse(self.jar_lot.is_blocked)
        with self.assertRaises(UserError):
            recall.unlink()
        with self.assertRaises(UserError):
            recall.action_cancel()

    def test_begins_with_a_reason_and_lots_only(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._recall(reason=" ")
        recall = self._recall(self.env["stock.lot"], activate=False)
        with self.assertRaisesRegex(UserError, "suspicious lots"):
            recall.action_activate()
        recall = self._recall()
        with self.assertRaisesRegex(UserError, "while it is a draft"):
            recall.lot_ids = self.control_raw
        with self.assertRaisesRegex(UserError, "begun already"):
            recall.action_activate()

    def test_untracked_goods_are_named_as_a_gap(self):
        loose = self._create_product("Loose honey", self.kg, tracking="none")
        self._create_recipe(loose, 1, self.kg, [(self.bulk, 1, self.kg)])
        self._make(loose, 2, {self.bulk: self.bulk_lot}, "")
        recall = self._recall(activate=False)
        self.assertIn("Loose honey", recall.gap_note)

    def test_time_is_measured_from_the_opening_of_the_search(self):
        opened = fields.Datetime.now() - timedelta(minutes=3)
        wizard = self.env["stock.recall.start"].create(
            {"number": "R-1", "opened_on": opened, "rehearsal": True}
        )
        recall = self.env["stock.recall"].browse(wizard.action_start()["res_id"])
        self.assertGreaterEqual(recall.listing_seconds, 180)
        self.assertLess(recall.listing_seconds, 300)
        self.assertRegex(recall.listing_duration, "^[34] min")
