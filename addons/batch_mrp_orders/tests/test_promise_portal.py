# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestPromisePortal(BatchCase, HttpCase):
    """What customers see of their order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "customer", groups="base.group_portal", password="customer-of-honey"
        )
        address = {name: cls.customer[name] for name in ("street", "zip", "city", "country_id")}
        cls.customer = cls.user.partner_id
        cls.customer.write({**address, "country_id": address["country_id"].id})
        cls._stock_up(cls.raw, 20)
        cls._stock_up(cls.glass, 20)
        cls.order = cls._create_order((cls.jar, 10), confirm=False)
        cls.order.action_promise()
        cls.order.action_confirm()
        cls.runs = cls._plan()
        cls.order.action_promise()

    def _page(self):
        self.env.flush_all()
        self.authenticate("customer", "customer-of-honey")
        response = self.url_open(f"/my/orders/{self.order.id}")
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def test_status_and_day_in_plain_words_without_internals(self):
        page = self._page()
        text = page.text_content()
        status = page.get_element_by_id("portal_production_status").text_content()
        self.assertTrue(
            "scheduled for production" in status or "für die Produktion eingeplant" in status
        )
        self.assertTrue(page.get_element_by_id("portal_expected_day").text_content().strip())
        for run in self.runs:
            self.assertNotIn(run.name, text)
        self.assertNotIn("Raw honey", text)

    def test_a_delay_is_said(self):
        self.order.commitment_date -= timedelta(days=30)
        self.assertTrue(self.order.is_late)
        text = self._page().get_element_by_id("portal_expected_day").text_content()
        self.assertTrue("later than planned" in text or "später als geplant" in text)
        self.assertIn(str(self.order.promise_date.year), text)

    def test_portal_users_cannot_read_the_explanation(self):
        order = self.order.with_user(self.user)
        self.assertTrue(order.promise_date)
        for record, name in (
            (order, "promise_explanation"),
            (order.order_line, "promise_explanation"),
            (order.order_line, "promise_facts"),
        ):
            with self.assertRaises(AccessError):
                record.read([name])
        with self.assertRaises(AccessError):
            self.env["mrp.capacity.hold"].with_user(self.user).search([])
        with self.assertRaises(AccessError):
            order.action_promise()

    def test_quotation_shows_the_day_while_it_is_held(self):
        quotation = self._create_order((self.jar, 1), confirm=False)
        self.assertFalse(quotation._get_portal_expected_day())
        quotation.action_promise()
        self.assertEqual(quotation._get_portal_expected_day(), quotation.promise_date)
        quotation.promise_hold_until -= timedelta(days=9)
        self.assertFalse(quotation._get_portal_expected_day())
