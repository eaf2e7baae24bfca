# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, tagged

from .common_recall import RecallCase


@tagged("post_install", "-at_install")
class TestRecallTour(RecallCase, HttpCase):
    def test_from_the_search_to_the_customers_in_four_clicks(self):
        self.raw_lot.write({"name": "WA-TOUR", "supplier_lot": "HSW-5521"})
        self.jar_lot.name = "J-TOUR"
        # Some of it is left, so it is in no single place.
        self.env["stock.quant"]._update_available_quantity(
            self.raw, self.stock, 3, lot_id=self.raw_lot
        )
        self.env["res.lang"]._activate_lang("en_US")
        self.quality.lang = "en_US"
        self.start_tour(
            "/odoo/action-stock.action_production_lot_form",
            "batch_mrp_orders_recall",
            login=self.quality.login,
        )
        recall = self.env["stock.recall"].search([("reason", "=", "Residues found")])
        self.assertEqual(recall.state, "active")
        self.assertTrue(self.jar_lot.is_blocked)
        self.assertEqual(set(recall.customer_ids.mapped("state")), {"queued", "informed"})
