# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import BatchCase


class TestMissingMaterial(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.beekeeper = cls.env["res.partner"].create({"name": "Beekeepers' union"})
        for product, delay in ((cls.raw, 10), (cls.glass, 14)):
            product.seller_ids = [
                fields.Command.create(
                    {"partner_id": cls.beekeeper.id, "delay": delay, "price": 1.0, "min_qty": 0}
                )
            ]

    def test_shortage_says_when_it_could_arrive(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_check_materials()
        arrivals = {
            line.product_id: line.arrival_date
            for line in order.material_line_ids
            if line.shortage_qty
        }
        today = fields.Date.context_today(order)
        self.assertEqual(
            arrivals,
            {
                self.raw: today + timedelta(days=10),
                self.glass: today + timedelta(days=14),
            },
        )

    # ------------------------------------------------------------- confirmation
    def test_confirming_by_hand_asks(self):
        order = self._create_order((self.jar, 10), confirm=False)
        action = order.with_context(ask_materials=True).action_confirm()
        self.assertEqual(action["res_model"], "sale.order.material.confirmation")
        self.assertEqual(order.state, "draft")
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.shortage_ids.product_id, self.raw | self.glass)
        wizard.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_delivery_in_parts_is_offered(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self._stock_up(self.jar, 4)
        order = self._create_order(
            (self.jar, 10), confirm=False, picking_policy="one", user_id=seller.id
        ).with_user(seller)
        action = order.with_context(ask_materials=True).action_confirm()
        wizard = self.env[action["res_model"]].with_user(seller)
        wizard = wizard.with_context(**action["context"]).create({})
        self.assertEqual(wizard.picking_policy, "one")
        self.assertEqual(wizard.goods_ids.mapped("possible_qty"), [4])
        wizard.picking_policy = "direct"
        wizard.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.sudo().move_type, "direct")

    def test_nothing_is_asked_when_all_is_there(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        order = self._create_order((self.jar, 10), confirm=False)
        order.with_context(ask_materials=True).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_payments_and_portal_are_never_stopped(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_confirm_buttons_of_the_form_ask(self):
        view = self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id, "form")
        self.assertEqual(view["arch"].count("'ask_materials': True"), 2)

    # ----------------------------------------------------------------- purchase
    def test_missing_materials_are_ordered_once_for_many_orders(self):
        orders = self._create_order((self.jar, 10), confirm=False)
        orders |= self._create_order((self.jar, 6), confirm=False)
        orders.action_order_missing_materials()
        purchase = orders.material_purchase_ids
        self.assertEqual(len(purchase), 1, "one supplier, one purchase order")
        self.assertEqual(purchase.partner_id, self.beekeeper)
        self.assertEqual(purchase.state, "draft")
        self.assertEqual(
            {(line.product_id, line.product_qty) for line in purchase.order_line},
            {(self.raw, 8.16), (self.glass, 16)},
        )
        for order in orders:
            self.assertEqual(order.material_purchase_ids, purchase)
            self.assertEqual(order.material_state, "expected")
        with self.assertRaisesRegex(UserError, "Nothing is missing"):
            orders.action_order_missing_materials()

    def test_received_materials_make_the_order_available(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_order_missing_materials()
        purchase = order.material_purchase_ids
        purchase.button_confirm()
        order.action_check_materials()
        self.assertEqual(order.material_state, "expected")
        receipt = purchase.picking_ids
        for move in receipt.move_ids:
            move.quantity = move.product_uom_qty
            if move.has_tracking == "lot":
                move.move_line_ids.lot_name = "R-NEW"
        receipt.move_ids.picked = True
        receipt.button_validate()
        order.action_check_materials()
        self.assertEqual(order.material_state, "available")

    def test_product_without_supplier_is_named(self):
        self.glass.seller_ids.unlink()
        order = self._create_order((self.jar, 10), confirm=False)
        with self.assertRaisesRegex(UserError, "Glass 500 g"):
            order.action_order_missing_materials()
        self.assertFalse(order.material_purchase_ids)

    def test_confirmed_quotation_keeps_its_purchases(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.action_order_missing_materials()
        order.action_confirm()
        self.assertTrue(order.material_purchase_ids)
        self.assertEqual(len(order.stock_reference_ids), 1)

    def test_salesperson_may_not_buy(self):
        view = (
            self.env["sale.order"]
            .with_user(new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman"))
            .get_view(self.env.ref("sale.view_order_form").id, "form")
        )
        self.assertNotIn("action_order_missing_materials", view["arch"])

    # ---------------------------------------------------------- automatic check
    def test_changed_lines_are_checked_when_the_hand_rests(self):
        order = self._create_order((self.jar, 10), confirm=False)
        self.assertTrue(order.material_check_due)
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("batch_mrp_orders.ir_cron_check_materials").id)]
        )
        self.assertTrue(trigger)
        self.env.flush_all()
        self._run_job("ir_cron_check_materials")
        self.assertFalse(order.material_state, "changed a moment ago")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            self._run_job("ir_cron_check_materials")
        self.assertEqual(order.material_state, "short")
        self.assertFalse(order.material_check_due)
        order.order_line.product_uom_qty = 11
        self.assertTrue(order.material_check_due)

    def test_prices_do_not_set_off_a_check(self):
        order = self._create_order((self.jar, 10), confirm=False)
        order.material_check_due = False
        order.order_line.price_unit = 3
        self.assertFalse(order.material_check_due)
