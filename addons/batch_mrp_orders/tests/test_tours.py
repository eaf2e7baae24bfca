# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BatchCase

SALES = "sales_team.group_sale_salesman_all_leads"
PLANNER = f"mrp.group_mrp_user,{SALES}"


@tagged("post_install", "-at_install")
class TestTours(BatchCase, HttpCase):
    """The three ways through the screens that people go every day, in German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.glass_maker = cls.env["res.partner"].create({"name": "Glass & Lids"})

    def _create_user(self, login, groups):
        return new_test_user(self.env, login, groups=groups, lang="de_DE")

    def test_missing_materials_are_ordered_from_the_quotation(self):
        self._stock_up(self.raw, 10.2, "R-1")
        for product in (self.raw, self.glass):
            product.seller_ids = [Command.create({"partner_id": self.glass_maker.id, "price": 1})]
        user = self._create_user("tour_sales", f"{SALES},purchase.group_purchase_user")
        self.start_tour(
            "/odoo/action-sale.action_quotations_with_onboarding",
            "batch_mrp_orders_missing_materials",
            login=user.login,
        )
        order = self.env["sale.order"].search([("user_id", "=", user.id)])
        self.assertEqual(order.state, "draft")
        purchase = order.material_purchase_ids
        self.assertEqual(purchase.state, "draft")
        self.assertEqual(purchase.partner_id, self.glass_maker)
        self.assertEqual(
            {line.product_id: line.product_qty for line in purchase.order_line},
            {self.glass: 40, self.raw: 10.2},
        )

    def test_pool_is_planned_and_produced_until_orders_are_ready(self):
        self._stock_up(self.raw, 20, "R-1")
        self._stock_up(self.glass, 100)
        orders = self._create_order((self.jar, 8)) | self._create_order((self.jar, 12))
        # Demand of other data is none of the planner's business here.
        others = self.env["mrp.demand"].search([("order_id", "not in", orders.ids)])
        others.order_id.planning_block_reason = "Not in this test"
        user = self._create_user("tour_planner", PLANNER)
        self.start_tour(
            "/odoo/action-batch_mrp_orders.mrp_demand_action",
            "batch_mrp_orders_pool_to_ready",
            login=user.login,
        )
        self.assertEqual(orders.mapped("production_status"), ["ready", "ready"])
        filling = orders.allocation_ids.production_id
        self.assertEqual(filling.qty_produced, 20)
        self.assertEqual(
            filling.supply_allocation_ids.production_id.qty_produced, 10, "a full kettle"
        )

    def test_goods_are_given_to_the_urgent_customer(self):
        self._stock_up(self.raw, 20, "R-1")
        self._stock_up(self.glass, 100)
        due = fields.Datetime.now() + timedelta(days=30)
        partners = self.customer.copy({"name": "Patient"}) | self.customer.copy({"name": "Urgent"})
        patient = self._create_order((self.jar, 12), partner_id=partners[0].id, commitment_date=due)
        for run in self._plan()[::-1]:
            self._produce(run, f"TOUR-{run.product_id.id}")
        urgent = self._create_order((self.jar, 8), partner_id=partners[1].id)
        self.assertEqual(patient.production_status, "ready")
        user = self._create_user("tour_planner", PLANNER)
        self.start_tour(
            "/odoo/action-batch_mrp_orders.mrp_production_allocation_action",
            "batch_mrp_orders_reallocation",
            login=user.login,
        )
        self.assertEqual(urgent.production_status, "ready")
        self.assertEqual(urgent.order_line.move_ids.quantity, 8)
        self.assertEqual(patient.order_line.move_ids.quantity, 4)
        for order in patient | urgent:
            note = order.message_ids.filtered(lambda m: "Messe am Wochenende" in str(m.body))
            self.assertEqual(note.author_id, user.partner_id)
            self.assertIn("8", note.body)
