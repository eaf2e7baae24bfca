# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .test_webhooks import WebhookCase


class TestPrivacy(WebhookCase):
    """#1001 and most others are of Hanna, who has an account; #1016 is of a guest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel._import_orders()
        order = cls.store.order_by_name("#1001")
        cls.customer = order["customer"]
        cls.mail = order["email"]
        cls.person = order["billingAddress"]["name"]
        number = int(cls.customer["id"].rsplit("/", 1)[1])
        cls.request = {
            "shop_domain": cls.store.domain,
            "customer": {"id": number, "email": cls.mail},
            "orders_to_redact": [],
            "orders_requested": [],
        }

    def ask(self, topic, **content):
        self.receive(*self.message(topic, {**self.request, **content}))
        self.channel._job_handle_events()
        event = self.found()[0]
        self.assertEqual(event.state, "done", event.error)
        return self.env["sales.channel.privacy"].search([("event_id", "=", event.id)])

    def everything(self):
        """All text of the rows and partners of the channel."""
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.channel.order_ids
        orders = rows.sale_order_id
        partners = orders.partner_id | orders.partner_shipping_id | orders.partner_invoice_id
        return json.dumps(
            [
                rows.read(["payload", "content", "completion", "customer_name"]),
                orders.read(["channel_note"]),
                orders.order_line.mapped("channel_wishes"),
            ],
            default=str,
        ) + str(partners.read(["name", "email", "phone", "street", "city"]))

    def test_data_is_collected_and_handed_over(self):
        request = self.ask("CUSTOMERS_DATA_REQUEST")
        self.assertEqual((request.state, request.kind), ("open", "data_request"))
        data = json.loads(request.attachment_id.raw)
        self.assertIn(self.mail, {contact["email"] for contact in data["contacts"]})
        order = self.order("#1001")
        self.assertIn(order.name, {row["order"] for row in data["orders"]})
        self.assertIn("#1001", {row["name"] for row in data["received_from_the_channel"]})
        self.assertEqual(request.activity_ids.date_deadline, request.deadline)
        self.assertFalse(self.found()[0].content, "the request itself names the customer")
        request.action_done()
        self.assertEqual(request.state, "done")
        self.assertFalse(request.attachment_id.exists())
        self.assertFalse(request.activity_ids)

    def test_customer_is_erased(self):
        totals = {row.name: row.amount_total for row in self.channel.order_ids}
        names = self.order("#1001").order_line.mapped("name")
        self.row("#1001").completion = {"shipping": {"name": self.mail}}
        self.order("#1001").order_line[0].channel_wishes = f"For {self.mail}"
        request = self.ask("CUSTOMERS_REDACT")
        self.assertEqual((request.state, request.kind), ("done", "customer_redact"))
        self.assertNotIn(self.mail, self.everything())
        order = self.order("#1001")
        self.assertFalse(order.partner_id.active)
        self.assertFalse(order.partner_id.email)
        self.assertEqual(order.order_line.mapped("name"), names)
        self.assertEqual({row.name: row.amount_total for row in self.channel.order_ids}, totals)
        self.assertNotIn(self.mail, request.report)
        links = self.env["sales.channel.partner"].search([("channel_id", "=", self.channel.id)])
        self.assertFalse(links.filtered(lambda link: self.customer["id"] in link.external_key))
        adapter = self.channel._adapter_class()
        parsed = adapter.parse_order(self.row("#1001").payload)
        self.assertEqual(float(parsed.total), totals["#1001"])
        self.assertFalse(parsed.customer.name)

    def test_invoices_are_kept(self):
        """What the law makes us keep stays readable; everything else is erased."""
        order = self.order("#1001")
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        billed = invoice.partner_id
        before = (billed.name, billed.street, billed.city)
        self.assertTrue(all(before))
        request = self.ask("CUSTOMERS_REDACT")
        self.assertEqual((billed.name, billed.street, billed.city), before)
        self.assertFalse(billed.email)
        self.assertNotIn(billed.name, request.report)

    def test_who_is_known_otherwise_is_kept(self):
        partner = self.order("#1001").partner_id.commercial_partner_id
        name = partner.name
        self.env["sale.order"].create({"partner_id": partner.id})
        request = self.ask("CUSTOMERS_REDACT")
        self.assertEqual((partner.name, partner.active), (name, True))
        self.assertIn(name, request.report)
        self.assertFalse(self.row("#1001").customer_name)

    def test_named_orders_of_a_guest(self):
        row = self.row("#1016")
        number = int(row.external_id.rsplit("/", 1)[1])
        name = row.payload["billingAddress"]["name"]
        self.assertTrue(name)
        self.ask("CUSTOMERS_REDACT", customer={"id": 1}, orders_to_redact=[number])
        self.env.invalidate_all()
        self.assertNotIn(name, json.dumps(row.payload))
        self.assertIn(self.person, json.dumps(self.row("#1017").payload))

    def test_unknown_customer(self):
        request = self.ask("CUSTOMERS_REDACT", customer={"id": 1, "email": "who@example.org"})
        self.assertEqual(request.state, "done")
        self.assertIn(self.mail, self.everything())

    def test_shop_is_erased(self):
        self.ask("SHOP_REDACT")
        text = self.everything()
        self.assertNotIn(self.person, text)
        self.assertNotIn(self.mail, text)
        self.assertFalse(self.channel.active)
        self.assertFalse(self.channel._secret("client_secret"))
        body, headers = self.message()
        self.assertEqual(self.receive(body, headers), 401)

    def test_erased_is_not_imported_again(self):
        """The shop shows the order without the person: nothing comes back."""
        self.ask("CUSTOMERS_REDACT")
        self.channel.orders_cursor = False
        self.channel._import_orders()
        self.assertFalse(self.row("#1001").customer_name)
        self.assertNotIn(self.mail, json.dumps(self.row("#1001").payload))

    def test_only_managers_see_requests(self):
        request = self.ask("CUSTOMERS_DATA_REQUEST")
        operator = new_test_user(
            self.env, "pr_user", "base.group_user,channel_connectors.group_channel_user"
        )
        with self.assertRaises(AccessError):
            request.with_user(operator).read(["reference"])
        manager = new_test_user(
            self.env, "pr_manager", "base.group_user,channel_connectors.group_channel_manager"
        )
        request.with_user(manager).action_done()
        self.assertEqual(request.state, "done")
