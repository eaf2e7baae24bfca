# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, new_test_user

from .common import StartCase


class TestFirstHour(StartCase, HttpCase):
    def test_from_an_empty_database_to_the_first_run(self):
        """What docs/de/start.md says, on a database without any data."""
        self.company.email = False
        user = new_test_user(
            self.env,
            "first_hour",
            "base.group_system,order_hub.group_role_manager",
            lang="de_DE",
        )
        user.tour_enabled = False
        self.start_tour("/odoo/first-steps", "order_hub_start_first_hour", login="first_hour")
        order = self.env["sale.order"].search([("partner_id.ref", "=", "TOUR-K1")])
        self.assertEqual((order.state, order.order_line.product_uom_qty), ("sale", 80))
        run = self.env["mrp.production"].search([("product_id.default_code", "=", "TOUR-100")])
        self.assertEqual(run.state, "confirmed")
        self.assertGreaterEqual(run.product_qty, 80)
