# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestDelivered(BatchCase):
    """What the carrier says of the last shipment makes an order delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(
            {
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls._stock_up(cls.jar, 1000)

    def _ship(self, order):
        picking = order.picking_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        return picking

    def test_carrier_says_so(self):
        order = self._create_order((self.jar, 4))
        picking = self._ship(order)
        self.assertEqual(order.production_status, "shipped")
        picking.delivery_state = "in_transit"
        self.assertEqual(order.production_status, "shipped")
        when = datetime(2026, 3, 18, 9, 2)
        picking.write({"delivery_state": "customer_delivered", "date_delivered": when})
        self.assertEqual(picking.delivered_on, when)
        self.assertEqual(order.production_status, "delivered")

    def test_returned_is_not_delivered(self):
        order = self._create_order((self.jar, 4))
        self._ship(order).delivery_state = "warehouse_delivered"
        self.assertEqual(order.production_status, "shipped")

    def test_noted_by_hand_stays(self):
        order = self._create_order((self.jar, 4))
        picking = self._ship(order)
        picking.action_mark_delivered()
        noted = picking.delivered_on
        picking.write({"delivery_state": "customer_delivered", "date_delivered": "2026-03-18"})
        self.assertEqual(picking.delivered_on, noted)
        self.assertEqual(order.production_status, "delivered")
