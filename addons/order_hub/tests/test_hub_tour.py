# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase

from .test_hub_cards import HubCase, HubRecords
from .test_role_menus import make_role_users


class TestHubTour(HubCase, HttpCase):
    def test_from_the_hub_to_the_order_and_back(self):
        self.boss.tour_enabled = False
        order = self._create_order((self.jar, 20), client_order_ref="HUB-TOUR%1")
        self.assertEqual(order.production_status, "to_plan")
        self.env.flush_all()
        self.start_tour("/odoo/order-hub", "order_hub_overview", login="hub_boss")


class TestRoleTours(HubRecords, HttpCase):
    def test_each_role_begins_its_day_at_the_hub(self):
        """From its card to the list and into a record, as a user of this role alone."""
        self.env.flush_all()
        for role, user in make_role_users(self.env).items():
            with self.subTest(role):
                user.tour_enabled = False
                self.start_tour("/odoo/order-hub", f"order_hub_day_of_{role}", login=user.login)
