# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, tagged

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


@tagged("post_install", "-at_install")
class TestOrderTour(BatchCase, HttpCase):
    def test_order_shows_status_runs_and_lots(self):
        self._stock_up(self.raw, 50, "R-1")
        self._stock_up(self.glass, 100)
        order = self._create_order((self.jar, 20), client_order_ref="#TOUR")
        order.action_check_materials()
        for run in self._plan()[::-1]:
            self._produce(run, f"TOUR-{run.product_id.id}")
        self.assertEqual(order.production_status, "ready")
        self.env["res.users"].browse(self.env.ref("base.user_admin").id).lang = "de_DE"
        self.start_tour(
            "/odoo/action-order_hub.sale_order_action_hub",
            "order_hub_order_production",
            login="admin",
        )
