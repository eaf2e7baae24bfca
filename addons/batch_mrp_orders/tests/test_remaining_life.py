# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import BatchCase


class TestRemainingLife(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.short = cls._stock_up(cls.jar, 10, "SHORT", cls.now + timedelta(days=40))
        cls.long = cls._stock_up(cls.jar, 10, "LONG", cls.now + timedelta(days=200))
        fefo = cls.env["product.removal"].search([("method", "=", "fefo")])
        cls.jar.categ_id.removal_strategy_id = fefo

    def _move(self, quantity=5, days=3):
        order = self._create_order(
            (self.jar, quantity), commitment_date=self.now + timedelta(days=days)
        )
        move = order.order_line.move_ids
        move._action_assign()
        return move

    def test_without_a_demand_the_first_to_expire_is_taken(self):
        self.assertEqual(self._move().lot_ids, self.short)

    def test_product_asks_for_remaining_life(self):
        self.jar.min_remaining_days = 60
        self.assertEqual(self._move().lot_ids, self.long)

    def test_customer_asks_for_more_than_the_product(self):
        self.jar.min_remaining_days = 20
        self.customer.min_remaining_days = 60
        self.assertEqual(self._move().lot_ids, self.long)
        self.customer.min_remaining_days = 10
        self.assertEqual(self._move().lot_ids, self.short, "the larger number counts")

    def test_company_asks_for_its_address(self):
        self.customer.min_remaining_days = 60
        branch = self.env["res.partner"].create(
            {"name": "Ramp 4", "parent_id": self.customer.id, "type": "delivery"}
        )
        order = self._create_order((self.jar, 5), confirm=False, partner_shipping_id=branch.id)
        self.assertEqual(order.order_line._get_min_remaining_days(), 60)

    def test_life_counts_from_the_delivery(self):
        self.jar.min_remaining_days = 20
        self.assertEqual(self._move(days=15).lot_ids, self.short)
        self.assertEqual(self._move(days=25).lot_ids, self.long)

    def test_reservation_agrees_with_planning_to_the_day(self):
        expires = self.short.expiration_date.date()
        for days in (19, 20, 21):
            self.customer.min_remaining_days = days
            due = self.now + timedelta(days=20)
            order = self._create_order((self.jar, 1), confirm=False, commitment_date=due)
            usable = expires > due.date() + timedelta(days=days)
            demands = self.env["mrp.planning"]._get_quotation_demands(order)
            plan = self.env["mrp.planning"]._net(demands, self.warehouse, pooled=False)
            sources = {peg.source[2] for peg in plan.pegs if peg.need.product == self.jar.id}
            self.assertEqual(expires in sources, usable)
            order.action_confirm()
            move = order.order_line.move_ids
            self.assertEqual(move.lot_ids == self.short, usable)
            order._action_cancel()

    def test_nothing_is_reserved_that_does_not_keep(self):
        self.jar.min_remaining_days = 300
        move = self._move()
        self.assertFalse(move.move_line_ids)
        order = move.sale_line_id.order_id
        order.action_check_materials()
        line = order.material_line_ids.filtered(lambda line: line.product_id == self.jar)
        self.assertEqual((line.available_qty, line.to_produce_qty), (0, 5))

    def test_production_only_needs_living_goods(self):
        self.bulk.min_remaining_days = 100
        lot = self._stock_up(self.bulk, 20, "B", self.now + timedelta(days=9))
        self._stock_up(self.glass, 100)
        run = self.env["mrp.production"].create({"product_id": self.jar.id, "product_qty": 4})
        run.action_confirm()
        run.action_assign()
        self.assertEqual(run.move_raw_ids.lot_ids, lot)

    def test_internal_transfer_is_not_a_delivery(self):
        self.jar.min_remaining_days = 100
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.view_location_id.id}
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.jar.id,
                "product_uom_qty": 3,
                "location_id": self.stock.id,
                "location_dest_id": shelf.id,
            }
        )
        move._action_confirm()
        move._action_assign()
        self.assertEqual(move.lot_ids, self.short)

    def test_picking_step_of_a_delivery_asks_for_the_customer(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.customer.min_remaining_days = 60
        order = self._create_order((self.jar, 5))
        pick = order.picking_ids.move_ids.filtered(lambda move: move.location_id == self.stock)
        pick._action_assign()
        self.assertNotEqual(pick.location_dest_id.usage, "customer")
        self.assertEqual(pick.lot_ids, self.long)

    def test_kit_asks_for_its_component(self):
        box = self._create_product("Box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.jar, 2, self.unit)], kind="phantom")
        self.jar.min_remaining_days = 60
        order = self._create_order((box, 1))
        move = order.order_line.move_ids
        self.assertEqual(move.product_id, self.jar)
        self.assertEqual(move.lot_ids, self.long)

    def test_overdue_order_gets_no_dead_goods(self):
        self.short.expiration_date = self.now - timedelta(days=2)
        self.assertEqual(
            self.env["stock.quant"]._get_usable_quantities(
                self.jar, self.warehouse, fields.Date.today() - timedelta(days=30)
            ),
            {self.jar.id: 10},
        )
        order = self._create_order((self.jar, 5), commitment_date=self.now - timedelta(days=9))
        order.order_line.move_ids.date = self.now - timedelta(days=9)
        order.order_line.move_ids._do_unreserve()
        order.order_line.move_ids._action_assign()
        self.assertEqual(order.order_line.move_ids.lot_ids, self.long)

    @mute_logger("odoo.sql_db")
    def test_negative_days_are_refused(self):
        for record in (self.jar.product_tmpl_id, self.customer):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                record.min_remaining_days = -1
                record.flush_recordset()

    def test_warehouse_worker_reserves_without_access_to_sales(self):
        self.customer.min_remaining_days = 60
        order = self._create_order((self.jar, 5))
        worker = new_test_user(self.env, "worker", groups="stock.group_stock_user")
        move = order.order_line.move_ids
        move._do_unreserve()
        move.picking_id.with_user(worker).action_assign()
        self.assertEqual(move.lot_ids, self.long)

    def test_typed_in_lot_that_does_not_keep_is_refused(self):
        self.customer.min_remaining_days = 60
        move = self._move()
        self.assertEqual(move.lot_ids, self.long)
        move.move_line_ids.lot_id = self.short
        move.picked = True
        with self.assertRaisesRegex(UserError, "keep for 60 days"):
            move.picking_id.with_context(skip_expired=True).button_validate()
        self.customer.min_remaining_days = 0
        move.picking_id.with_context(skip_expired=True).button_validate()
        self.assertEqual(move.state, "done")
        self.assertEqual(move.lot_ids, self.short)
