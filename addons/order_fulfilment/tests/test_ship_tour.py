# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, new_test_user, tagged

from .common import FulfilmentCase


@tagged("post_install", "-at_install")
class TestShipTour(FulfilmentCase, HttpCase):
    def test_fifty_orders_from_one_screen(self):
        clerk = new_test_user(self.env, "ship_tour", groups="stock.group_stock_user")
        clerk.tour_enabled = False
        self.warehouse.out_type_id.batch_max_pickings = 50
        waiting = self.env["stock.picking"].search([("state", "=", "assigned")])
        waiting.scheduled_date = "2100-01-01 00:00:00"
        pickings = self._create_deliveries(50)
        self.start_tour(
            "/odoo/action-order_fulfilment.stock_batch_plan_action",
            "order_fulfilment_ship_desk",
            login="ship_tour",
        )
        self.env.invalidate_all()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(set(pickings.batch_id.mapped("state")), {"done"})
        self.assertTrue(all(picking.move_line_ids.lot_id == self.lot for picking in pickings))
