# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .common import BatchCase


class TestLotBlock(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quality = new_test_user(
            cls.env, "quality", groups="batch_mrp_orders.group_quality,base.group_user"
        )

    def _block(self, lot, reason="Glass splinter"):
        wizard = Form(
            self.env["stock.lot.block"]
            .with_user(self.quality)
            .with_context(default_lot_ids=lot.ids)
        )
        wizard.reason = reason
        wizard.save().action_apply()

    def _usable(self, product):
        return self.env["stock.quant"]._get_usable_quantities(
            product, self.warehouse, fields.Date.today()
        )

    def test_blocked_lot_is_not_usable_until_released(self):
        lot = self._stock_up(self.jar, 10)
        self.assertEqual(self._usable(self.jar), {self.jar.id: 10})
        self._block(lot)
        self.assertTrue(lot.is_blocked)
        self.assertEqual(lot.block_reason, "Glass splinter")
        self.assertEqual(lot.blocked_by_id, self.quality)
        self.assertIn("Blocked: Glass splinter", lot.message_ids.mapped("preview"))
        self.assertEqual(self._usable(self.jar), {})
        self.jar.invalidate_recordset()
        self.assertEqual((self.jar.qty_available, self.jar.free_qty), (10, 0))
        self.assertEqual(self.jar.virtual_available, 0)
        wizard = (
            self.env["stock.lot.block"]
            .with_user(self.quality)
            .create({"lot_ids": lot.ids, "release": True, "reason": "Sieved again"})
        )
        wizard.action_apply()
        self.assertFalse(lot.is_blocked or lot.block_reason or lot.blocked_by_id)
        self.assertEqual(self._usable(self.jar), {self.jar.id: 10})

    def test_only_quality_blocks_and_releases(self):
        lot = self._stock_up(self.jar, 10)
        worker = new_test_user(
            self.env, "worker", groups="mrp.group_mrp_manager,stock.group_stock_manager"
        )
        own = lot.with_user(worker)
        for attempt in (
            lambda: own.action_block("No"),
            own.action_release,
            lambda: own.write({"is_blocked": True}),
            lambda: own.write({"block_reason": "No"}),
            lambda: own.create({"name": "X", "product_id": self.jar.id, "is_blocked": True}),
            lambda: self.env["stock.lot.block"].with_user(worker).create({"reason": "No"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        own.ref = "may still be edited"
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.assertFalse(lot.with_user(seller).is_blocked)

    def test_a_reason_is_asked_for(self):
        lot = self._stock_up(self.jar, 10)
        with self.assertRaisesRegex(UserError, "Say why"):
            lot.with_user(self.quality).action_block("  ")

    def test_planning_and_check_pass_over_blocked_lots(self):
        lot = self._stock_up(self.jar, 10)
        self._block(lot)
        order = self._create_order((self.jar, 4))
        order.action_check_materials()
        line = order.material_line_ids.filtered(lambda line: line.product_id == self.jar)
        self.assertEqual((line.available_qty, line.to_produce_qty), (0, 4))
        runs = self._plan()
        self.assertIn(self.jar, runs.product_id)

    def test_reservation_passes_over_blocked_lots(self):
        self._block(self._stock_up(self.jar, 10, "BAD"))
        good = self._stock_up(self.jar, 3, "GOOD")
        order = self._create_order((self.jar, 5))
        move = order.order_line.move_ids
        move._action_assign()
        self.assertEqual(move.quantity, 3)
        self.assertEqual(move.lot_ids, good)
        self.assertEqual(move.state, "partially_available")

    def test_reservations_are_freed_and_others_found(self):
        first = self._stock_up(self.jar, 10, "FIRST")
        order = self._create_order((self.jar, 5))
        move = order.order_line.move_ids
        self.assertEqual(move.lot_ids, first)
        second = self._stock_up(self.jar, 4, "SECOND")
        wizard = self.env["stock.lot.block"].create({"lot_ids": first.ids, "reason": "Mould"})
        self.assertEqual(wizard.move_ids, move)
        self._block(first)
        self.assertEqual(move.lot_ids, second)
        self.assertEqual(move.quantity, 4)
        self.assertEqual(move.state, "partially_available")
        quants = self.env["stock.quant"].search([("lot_id", "=", first.id)])
        self.assertEqual(sum(quants.mapped("reserved_quantity")), 0)

    def test_run_loses_its_blocked_ingredient(self):
        lot = self._stock_up(self.raw, 20)
        self._create_order((self.bulk, 10))
        run = self._plan()
        self.assertEqual(run.reservation_state, "assigned")
        self._block(lot)
        self.assertFalse(run.move_raw_ids.move_line_ids)
        self.assertEqual(run.reservation_state, "confirmed")

    def test_who_was_to_get_blocked_goods_is_open_demand_again(self):
        self._stock_up(self.raw, 30)
        self._stock_up(self.glass, 100)
        order = self._create_order((self.jar, 12))
        for run in self._plan()[::-1]:
            self._produce(run)
        self.assertEqual(order.production_status, "ready")
        lot = order.delivered_lot_ids
        filling = order.allocation_ids.production_id
        self._block(lot)
        self.env.invalidate_all()
        self.assertEqual(order.production_status, "to_plan")
        self.assertFalse(order.allocation_ids)
        demand = self.env["mrp.demand"].search([("order_id", "=", order.id)])
        self.assertEqual(demand.open_qty, 12)
        self.assertIn(order.name, filling.activity_ids.note)
        # Goods of another lot serve the order; the blocked ones are nobody's.
        for run in self._plan()[::-1]:
            self._produce(run, f"SECOND-{run.product_id.id}")
        self.assertEqual(order.production_status, "ready")
        self.assertEqual(order.delivered_lot_ids.name, f"SECOND-{self.jar.id}")
        lot.with_user(self.quality).action_release()
        self.assertEqual(self._usable(self.jar), {self.jar.id: 12})

    def test_typed_in_lot_is_not_shipped(self):
        lot = self._stock_up(self.jar, 10, "BAD")
        self._block(lot)
        order = self._create_order((self.jar, 2))
        move = order.order_line.move_ids
        move.move_line_ids = [
            fields.Command.create(
                {
                    "product_id": self.jar.id,
                    "lot_id": lot.id,
                    "quantity": 2,
                    "picking_id": move.picking_id.id,
                }
            )
        ]
        with self.assertRaisesRegex(
            UserError, "Lot BAD of .*Blossom honey 500 g is blocked: Glass splinter"
        ):
            self._ship(order)

    def test_lot_of_a_shipped_move_is_not_exchanged_for_a_blocked_one(self):
        self._stock_up(self.jar, 5, "GOOD")
        order = self._create_order((self.jar, 2))
        self._ship(order)
        bad = self._stock_up(self.jar, 5, "BAD")
        self._block(bad)
        with self.assertRaisesRegex(UserError, "Lot BAD"):
            order.order_line.move_ids.move_line_ids.lot_id = bad

    def test_typed_in_lot_is_not_consumed(self):
        lot = self._stock_up(self.raw, 20, "BAD")
        self._block(lot)
        run = self.env["mrp.production"].create({"product_id": self.bulk.id, "product_qty": 10})
        run.action_confirm()
        run.move_raw_ids.move_line_ids = [
            fields.Command.create(
                {
                    "product_id": self.raw.id,
                    "lot_id": lot.id,
                    "quantity": 10.2,
                    "location_id": self.stock.id,
                    "location_dest_id": run.move_raw_ids.location_dest_id.id,
                }
            )
        ]
        with self.assertRaisesRegex(UserError, "Lot BAD"):
            self._produce(run)

    def test_entered_quantity_fills_in_released_lots_only(self):
        self._block(self._stock_up(self.jar, 10, "BAD"))
        good = self._stock_up(self.jar, 10, "GOOD")
        order = self._create_order((self.jar, 2))
        move = order.order_line.move_ids
        move._do_unreserve()
        move.quantity = 2
        self.assertEqual(move.lot_ids, good)

    def test_blocked_goods_go_to_quarantine_and_to_scrap(self):
        lot = self._stock_up(self.jar, 10, "BAD")
        self._block(lot)
        quarantine = self.env["stock.location"].create(
            {"name": "Quarantine", "location_id": self.warehouse.view_location_id.id}
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.stock.id,
                "location_dest_id": quarantine.id,
                "move_line_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.jar.id,
                            "lot_id": lot.id,
                            "quantity": 6,
                            "location_id": self.stock.id,
                            "location_dest_id": quarantine.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.picked = True
        picking.with_user(self.quality)._action_done()
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.jar.id,
                "lot_id": lot.id,
                "scrap_qty": 4,
                "location_id": self.stock.id,
            }
        )
        scrap.do_scrap()
        quants = self.env["stock.quant"].search(
            [("lot_id", "=", lot.id), ("location_id.usage", "=", "internal")]
        )
        self.assertEqual(
            {quant.location_id: quant.quantity for quant in quants if quant.quantity},
            {quarantine: 6},
        )
        self.assertEqual(len(quants), len(quants.location_id), "no second quant in a place")
