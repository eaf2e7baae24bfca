# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import Form

from .common import BatchCase


class TestOrderScreen(BatchCase):
    def test_order_form_opens_with_production(self):
        order = self._create_order((self.jar, 3))
        self._plan()
        with Form(order) as form:
            self.assertEqual(form.production_status, "planned")
            self.assertEqual(form.production_run_count, 2)

    def test_buttons_lead_to_runs_and_lots(self):
        order = self._create_order((self.jar, 3))
        runs = self._plan()
        action = order.action_view_production_runs()
        self.assertEqual(self.env["mrp.production"].search(action["domain"]), runs)
        self._stock_up(self.glass, 10)
        self._stock_up(self.raw, 20)
        for run in runs[::-1]:
            self._produce(run)
        self.assertEqual(order.action_view_delivered_lots()["res_id"], order.delivered_lot_ids.id)
