# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestChannelOrders(BatchCase):
    """What an order of a channel says reaches its workflow and its run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workflow = cls.env.ref("order_hub.workflow_shop_prepaid").copy({"name": "At once"})
        cls.workflow.confirm_when = "order"
        cls.channel = cls.env["sales.channel"].create(
            {"name": "Shop", "workflow_process_id": cls.workflow.id}
        )

    def order(self, **vals):
        return self._create_order((self.jar, 4), confirm=False, channel_id=self.channel.id, **vals)

    def test_prepayment_waits_for_the_money(self):
        order = self.order(channel_payment_state="pending", channel_awaits_payment=True)
        other = self.order(channel_payment_state="pending")
        due = self.env["sale.order"].search(order._get_confirm_domain())
        self.assertNotIn(order, due)
        self.assertIn(other, due)
        order.channel_payment_state = "paid"
        self.assertIn(order, self.env["sale.order"].search(order._get_confirm_domain()))

    def test_test_orders_stay(self):
        order = self.order(channel_payment_state="paid", channel_is_test=True)
        self.assertNotIn(order, self.env["sale.order"].search(order._get_confirm_domain()))

    def test_wishes_reach_the_run(self):
        order = self.order(channel_payment_state="paid")
        order.order_line.channel_wishes = "Engraving: Oma"
        order.action_confirm()
        run = self.env["mrp.production"].create(
            {"product_id": self.jar.id, "product_qty": 4, "bom_id": self.jar_recipe.id}
        )
        self.env["mrp.production.allocation"].create(
            {
                "production_id": run.id,
                "product_id": self.jar.id,
                "sale_line_id": order.order_line.id,
                "quantity": 4,
            }
        )
        self.assertIn("Engraving: Oma", run.customer_wishes)
        self.assertIn(order.name, run.customer_wishes)

    def test_total_that_changes_in_the_shop_blocks(self):
        order = self.order(channel_payment_state="paid")
        order.channel_amount_total = order.amount_total
        order.action_confirm()
        self.assertEqual(order.production_status, "to_plan")
        order.channel_amount_total = order.amount_total
        self.assertFalse(order.order_check_due)
        order.channel_amount_total += 5
        self.assertTrue(order.order_check_due)
        order._run_order_check()
        self.assertEqual(order.production_status, "blocked")

    def test_withheld_address_is_made_but_not_sent(self):
        """The order is planned and its goods are made; only their delivery waits."""
        nobody = self.env["res.partner"].create({"name": "Käufer*in"})
        order = self.order(
            channel_payment_state="paid", channel_address_missing=True, partner_id=nobody.id
        )
        order.channel_amount_total = order.amount_total
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.planning_block_reason)
        self.assertEqual(order.production_status, "to_plan")
        self.assertTrue(order.picking_ids)
        order.channel_address_missing = False
        order.action_check_order()
        self.assertEqual(order.production_status, "blocked")

    def test_withheld_address_is_not_ready_to_ship(self):
        """With its goods at hand the order waits for the address, and says so."""
        self._stock_up(self.jar, 4)
        order = self.order(channel_payment_state="paid", channel_address_missing=True)
        order.channel_amount_total = order.amount_total
        order.action_confirm()
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(order.production_status, "blocked")
        self.assertTrue(order.shipping_hold_reason)
        self.assertNotIn(order, order.search([("production_status", "=", "ready")]))
        with self.assertRaises(UserError):
            order.picking_ids.button_validate()
        order.channel_address_missing = False
        self.assertEqual(order.production_status, "ready")
        self.assertFalse(order.shipping_hold_reason)
