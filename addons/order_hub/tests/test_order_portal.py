# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from lxml import html

from odoo.tests import HttpCase, new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestOrderPortal(BatchCase, HttpCase):
    """“Where is my order?” as the customer sees it, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        address = {name: cls.customer[name] for name in ("street", "zip", "city")}
        address["country_id"] = cls.customer.country_id.id
        cls.user, cls.other = (
            new_test_user(cls.env, login, groups="base.group_portal", password=f"{login}-honey")
            for login in ("where_customer", "where_other")
        )
        cls.customer = cls.user.partner_id
        cls.customer.write(address)
        cls._stock_up(cls.jar, 100)
        cls.order = cls._create_order((cls.jar, 4))

    def _send(self):
        carrier = self.env["delivery.carrier"].search([("delivery_type", "=", "fixed")], limit=1)
        carrier.tracking_url = "https://track.example.com/<shipmenttrackingnumber>"
        picking = self.order.picking_ids
        picking.carrier_id = carrier
        self._ship(self.order)
        picking.carrier_tracking_ref = "0034043"
        return picking

    def _behind(self):
        return sum(done for _name, done, _day in self.order._get_portal_steps())

    def test_steps_follow_the_status(self):
        for status, behind in (
            ("to_plan", 1),
            ("materials_reserved", 1),
            ("in_production", 2),
            ("ready", 3),
            ("partially_shipped", 4),
        ):
            self.order.production_status = status
            self.assertEqual(self._behind(), behind, status)
        self.env.add_to_compute(self.order._fields["production_status"], self.order)
        picking = self._send()
        self.assertEqual(self._behind(), 4)
        self.assertFalse(self.order._get_portal_steps()[4][2])
        picking.action_mark_delivered()
        self.assertEqual(self._behind(), 5)
        self.assertEqual(self.order._get_portal_steps()[4][2], picking.delivered_on)

    def test_a_late_order_shows_the_honest_date_only(self):
        line = self.order.order_line
        day = self.order.date_order.date() + timedelta(days=9)
        self.order.commitment_date = self.order.date_order + timedelta(days=2)
        line.promise_date, line.promise_facts = day, {"day": str(day)}
        self.env.flush_all()
        self.assertTrue(self.order.is_late)
        self.authenticate("where_customer", "where_customer-honey")
        page = html.fromstring(self.url_open(f"/my/orders/{self.order.id}").content)
        shown = page.get_element_by_id("portal_expected_day").text_content()
        self.assertIn(f"{day.day:02d}", shown)
        agreed = self.order.commitment_date
        table = page.get_element_by_id("sale_info_table").text_content()
        self.assertNotIn(f"{agreed:%m/%d/%Y}", table)

    def test_nobody_sees_orders_of_others(self):
        picking = self._send()
        token = self.order._portal_ensure_token()
        self.env.flush_all()
        page = f"/my/orders/{self.order.id}"
        slip = f"/my/picking/pdf/{picking.id}"

        def sees(address):
            response = self.url_open(address)
            return "0034043" in response.text

        for login in (None, "where_other"):
            self.authenticate(login, login and f"{login}-honey")
            self.assertFalse(sees(page))
            self.assertFalse(sees(f"{page}?access_token=wrong"))
            self.assertEqual(self.url_open(f"{slip}?access_token=wrong").status_code, 404)
            self.assertTrue(sees(f"{page}?access_token={token}"))
        self.authenticate("where_customer", "where_customer-honey")
        self.assertTrue(sees(page))

    def test_customer_follows_the_parcel(self):
        self._send()
        self.env.flush_all()
        self.start_tour("/my/orders", "order_hub_where_is_my_order", login="where_customer")
