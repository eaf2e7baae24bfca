# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import ChannelCase


class TestWithheld(ChannelCase):
    """Personal data the channel withholds, tells later, or stops telling."""

    def bare(self, **changes):
        """An order of which only an account and the country are told."""
        country = {
            key: None if key != "countryCodeV2" else "DE"
            for key in ("name", "company", "address1", "address2", "zip", "city", "countryCodeV2")
        }
        customer = {"id": self.sample()["customer"]["id"], "firstName": None, "lastName": None}
        return self.sample(
            email=None,
            phone=None,
            customer=customer,
            billingAddress=country,
            shippingAddress=country,
            **changes,
        )

    def told(self, **changes):
        return self.sample(updatedAt="2026-11-20T00:00:00Z", **changes)

    def test_filled_in_later(self):
        self.receive([self.bare()])
        order = self.order("#1001")
        placeholder = order.partner_id
        self.assertIn("#1001", placeholder.name)
        self.receive([self.told()])
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertEqual(order.partner_id, placeholder)
        address = self.sample()["billingAddress"]
        self.assertEqual(placeholder.name, address["name"])
        self.assertEqual(placeholder.street, address["address1"])
        self.assertTrue(placeholder.email)
        self.assertCents(order.amount_total, self.expected["#1001"]["total"])

    def test_filled_in_after_confirmation(self):
        self.channel.default_country_id = self.home
        self.receive([{**self.bare(), "billingAddress": None, "shippingAddress": None}])
        order = self.order("#1001")
        order.action_confirm()
        self.receive([self.told()])
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertEqual(order.partner_shipping_id.city, self.sample()["shippingAddress"]["city"])
        self.assertEqual(order.picking_ids.partner_id, order.partner_shipping_id)

    def test_no_longer_told(self):
        """What is known is not lost when the channel stops telling it."""
        self.receive([self.told()])
        order = self.order("#1001")
        before = order.partner_id, order.partner_invoice_id, order.partner_shipping_id
        partners = self.env["res.partner"].search_count([])
        silent = self.told(
            email=None, customer=None, billingAddress=None, shippingAddress=None, note="again"
        )
        silent["updatedAt"] = "2026-11-21T00:00:00Z"
        self.channel.default_country_id = self.home
        self.receive([silent])
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        after = order.partner_id, order.partner_invoice_id, order.partner_shipping_id
        self.assertEqual(after, before)
        self.assertEqual(order.partner_id.name, self.sample()["billingAddress"]["name"])
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
