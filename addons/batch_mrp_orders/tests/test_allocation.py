# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import BatchCase


class TestAllocation(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.raw, 50, "R-1")
        cls._stock_up(cls.glass, 100)
        cls.first = cls._create_order((cls.jar, 4))
        cls.second = cls._create_order((cls.jar, 6))
        cls.runs = cls._plan()
        cls.filling = cls.runs.filtered(lambda run: run.product_id == cls.jar)
        cls.kettle = cls.runs - cls.filling

    def test_goods_go_to_those_they_were_made_for(self):
        stranger = self._create_order((self.jar, 10))
        self._produce(self.kettle)
        self._produce(self.filling, "J-1")
        reserved = {
            order: sum(order.picking_ids.move_ids.mapped("quantity"))
            for order in (self.first, self.second, stranger)
        }
        self.assertEqual(reserved, {self.first: 4, self.second: 6, stranger: 0})

    def test_ingredients_go_to_the_run_they_were_made_for(self):
        self._produce(self.kettle, "K-1")
        move = self.filling.move_raw_ids.filtered(lambda m: m.product_id == self.bulk)
        self.assertEqual(move.lot_ids.name, "K-1")
        self.assertEqual(move.state, "assigned")

    def test_lots_lead_from_the_ingredient_to_the_order(self):
        self._produce(self.kettle, "K-1")
        self._produce(self.filling, "J-1")
        self.assertEqual(self.first.delivered_lot_ids.name, "J-1")
        consumed = self.filling.move_finished_ids.move_line_ids.consume_line_ids.lot_id
        self.assertIn("K-1", consumed.mapped("name"))

    def test_a_run_cannot_promise_more_than_it_makes(self):
        with self.assertRaisesRegex(ValidationError, "allocate less"):
            self.filling.allocation_ids[0].quantity += 1

    def test_exactly_one_consumer(self):
        values = {
            "production_id": self.kettle.id,
            "product_id": self.bulk.id,
            "quantity": 1,
        }
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["mrp.production.allocation"].create(values)

    def test_sales_staff_see_runs_and_lots_but_change_nothing(self):
        self._produce(self.kettle)
        self._produce(self.filling, "J-1")
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        order = self.first.with_user(seller)
        self.assertEqual(order.production_run_count, 2)
        self.assertEqual(order.delivered_lot_ids.mapped("display_name"), ["J-1"])
        self.assertEqual(order.allocation_ids.production_id.mapped("state"), ["done"])
        with self.assertRaises(AccessError):
            order.allocation_ids.quantity = 1

    def test_cancelling_needs_no_manufacturing_rights(self):
        clerk = new_test_user(
            self.env,
            "clerk",
            groups="sales_team.group_sale_salesman_all_leads,stock.group_stock_user",
        )
        self.first.with_user(clerk)._action_cancel()
        self.assertFalse(self.first.allocation_ids)
        self.assertEqual(self.filling.unallocated_qty, 4)
