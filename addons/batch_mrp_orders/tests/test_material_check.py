# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import BatchCase


class TestMaterialCheck(BatchCase):
    def _rows(self, order):
        return {
            line.product_id: (
                line.required_qty,
                line.available_qty,
                line.incoming_qty,
                line.to_produce_qty,
                line.shortage_qty,
            )
            for line in order.material_line_ids
        }

    def test_quotation_over_two_levels_to_the_gram(self):
        self._stock_up(self.raw, 2.551)
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        self.assertEqual(order.material_state, "short")
        self.assertEqual(
            self._rows(order),
            {
                self.jar: (10, 0, 0, 10, 0),
                self.bulk: (5, 0, 0, 5, 0),
                self.raw: (5.1, 2.551, 0, 0, 2.549),
                self.glass: (10, 0, 0, 0, 10),
            },
        )
        raw_line = order.material_line_ids.filtered(lambda line: line.product_id == self.raw)
        self.assertEqual(
            raw_line.recipe_path, "Blossom honey 500 g › Blossom honey, creamed › Raw honey"
        )

    def test_grams_are_not_swallowed(self):
        spice = self._create_product("Vanilla", self.kg)
        self._create_recipe(self.raw, 1, self.kg, [(spice, 4, self.gram)])
        order = self._create_order((self.raw, 1), confirm=False)
        order.action_check_materials()
        self.assertEqual(self._rows(order)[spice], (0.004, 0, 0, 0, 0.004))

    def test_what_is_possible_now(self):
        self._stock_up(self.jar, 2)
        self._stock_up(self.raw, 2.04)  # for 2 kg of bulk, 4 jars
        self._stock_up(self.glass, 3)
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        possible = {line.product_id: line.possible_qty for line in order.material_line_ids}
        self.assertEqual(possible, {self.jar: 5, self.bulk: 2, self.raw: 2.04, self.glass: 3})

    def test_kit_that_is_not_kept_in_stock(self):
        box = self.env["product.product"].create({"name": "Gift box"})
        self._create_recipe(
            box,
            1,
            self.unit,
            [(self.jar, 2, self.unit), (self.glass, 1, self.unit)],
            kind="phantom",
        )
        self._stock_up(self.jar, 5)
        self._stock_up(self.glass, 20)
        order = self._create_order((box, 3), confirm=False)
        order.action_check_materials()
        rows = self._rows(order)
        self.assertEqual(rows[box], (3, 0, 0, 0, 0))
        self.assertEqual(rows[self.jar], (6, 5, 0, 1, 0))
        self.assertEqual(rows[self.raw], (0.51, 0, 0, 0, 0.51))
        line = order.material_line_ids.filtered(lambda line: line.product_id == box)
        self.assertEqual(line.possible_qty, 2.5)
        self.assertEqual(order.material_state, "short")

    def test_goods_that_nobody_counts_are_not_checked(self):
        greeting = self.env["product.product"].create({"name": "Greeting card"})
        order = self._create_order((greeting, 3), (self.jar, 1), confirm=False)
        order.action_check_materials()
        self.assertNotIn(greeting, self._rows(order))

    def test_available_when_all_is_in_stock(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        self.assertEqual(order.material_state, "available")
        self.assertTrue(order.material_checked_on)

    def test_expected_receipt(self):
        self._stock_up(self.raw, 20)
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.glass.id,
                            "product_uom_qty": 50,
                            "product_uom": self.unit.id,
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.scheduled_date = fields.Datetime.now() + timedelta(days=4)
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        self.assertEqual(order.material_state, "expected")
        line = order.material_line_ids.filtered(lambda line: line.product_id == self.glass)
        self.assertEqual(line.incoming_qty, 10)
        self.assertEqual(line.expected_date, fields.Date.today() + timedelta(days=4))

    def test_many_orders_earlier_due_takes_first(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 10)
        today = fields.Datetime.now()
        late = self._create_order(
            (self.jar, 10), confirm=False, commitment_date=today + timedelta(days=9)
        )
        early = self._create_order(
            (self.jar, 10), confirm=False, commitment_date=today + timedelta(days=2)
        )
        (late | early).action_check_materials()
        self.assertEqual(early.material_state, "available")
        self.assertEqual(late.material_state, "short")

    def test_confirmed_orders_of_others_keep_their_material(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 10)
        self._create_order((self.jar, 10))
        order = self._create_order(
            (self.jar, 10),
            confirm=False,
            commitment_date=fields.Datetime.now() + timedelta(days=30),
        )
        order.action_check_materials()
        self.assertEqual(order.material_state, "short")

    def test_planned_order_shows_what_its_run_waits_for(self):
        self._stock_up(self.raw, 20)
        order = self._create_order((self.jar, 10))
        self._plan()
        order.action_check_materials()
        self.assertEqual(self._rows(order)[self.glass], (10, 0, 0, 0, 10))
        self.assertEqual(order.material_state, "short")

    def test_check_again_replaces(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        before = len(order.material_line_ids)
        order.action_check_materials()
        self.assertEqual(len(order.material_line_ids), before)

    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["sale.order"]
        for _number in range(12):
            orders |= self._create_order((self.jar, 3), confirm=False)
        orders[:2].action_check_materials()

        def count(checked):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            checked.action_check_materials()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(orders[:2])
        self.assertLessEqual(count(orders) - count(orders[:2]), 2)

    def test_salesperson_checks_but_cannot_write_requirements(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        order = self._create_order((self.jar, 10), confirm=False, user_id=seller.id)
        own = order.with_user(seller)
        own.action_check_materials()
        self.assertEqual(own.material_state, "short")
        with self.assertRaises(AccessError):
            own.material_line_ids[0].shortage_qty = 0
