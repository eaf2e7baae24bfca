# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase

from .test_hub_cards import HubCase


class TestHubTour(HubCase, HttpCase):
    def test_from_the_hub_to_the_order_and_back(self):
        self.boss.tour_enabled = False
        order = self._create_order((self.jar, 20), client_order_ref="HUB-TOUR%1")
        self.assertEqual(order.production_status, "to_plan")
        self.env.flush_all()
        self.start_tour("/odoo/order-hub", "order_hub_overview", login="hub_boss")
