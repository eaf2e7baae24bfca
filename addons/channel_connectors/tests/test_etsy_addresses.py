# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user

from .etsy import SAMPLES, WITHHELD, EtsyCase, receipt

HEADER = "Ship Name,Ship Address1,Ship Address2,Ship City,Ship Zipcode,Ship Country,Order ID\n"


class AddressCase(EtsyCase):
    def withheld(self, number, **changes):
        """An order of which Etsy tells no address."""
        line = (number * 10, "SEIFE-LAV-100", 690, 2)
        self.receive([receipt(number, line, **{**WITHHELD, "name": "Käufer*in", **changes})])
        return self.order(number)

    def read_file(self, content):
        """The wizard after it has read a file."""
        data = content if isinstance(content, bytes) else content.encode()
        wizard = self.env["sales.channel.address.import"].create(
            {"channel_id": self.channel.id, "file": base64.b64encode(data)}
        )
        wizard.action_read()
        return wizard

    def outcomes(self, wizard):
        return {line.order_name: line.outcome for line in wizard.line_ids}


class TestEtsyAddresses(AddressCase):
    def test_made_but_not_sent(self):
        """The order is confirmed and its delivery planned; nothing leaves, nothing is billed."""
        order = self.withheld(1)
        self.assertTrue(order.channel_address_missing)
        self.assertCents(order.amount_tax, 2.20 + 0.78)
        order.with_context(confirm_anyway=True).action_confirm()
        self.assertEqual(order.state, "sale")
        picking = order.picking_ids
        picking.move_ids.quantity = 2
        with self.assertRaises(UserError):
            picking.button_validate()
        with self.assertRaises(UserError):
            order._create_invoices()
        wizard = self.read_file(HEADER + "Anna Gruber,Mariahilfer Straße 88,,Wien,1070,Austria,1\n")
        self.assertEqual(self.outcomes(wizard), {"1": "fill"})
        self.assertTrue(order.channel_address_missing)
        wizard.action_apply()
        self.assertFalse(order.channel_address_missing)
        self.assertEqual(order.partner_id.name, "Anna Gruber")
        self.assertEqual(picking.partner_id, order.partner_shipping_id)
        self.assertEqual(order.partner_shipping_id.city, "Wien")
        # The same prices, with the tax of the country they go to.
        self.assertCents(order.amount_total, 18.70)
        self.assertCents(order.amount_tax, 2.30 + 0.82)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertCents(invoice.amount_total, 18.70)
        self.assertCents(invoice.amount_tax, 3.12)

    def test_locked_orders_follow(self):
        order = self.withheld(2)
        order.with_context(confirm_anyway=True).action_confirm()
        order.action_lock()
        self.read_file(HEADER + "A,Weg 1,,Wien,1070,AT,2\n").action_apply()
        self.assertTrue(order.locked)
        self.assertEqual(order.order_line[0].tax_ids.name, "AT 20")

    def test_nothing_is_overwritten_silently(self):
        entered = self.withheld(3)
        told = receipt(4, (41, "TEE-ABEND-80", 850, 1))
        self.receive([told])
        self.read_file(HEADER + "A,Weg 1,,Berlin,10115,Germany,3\n").action_apply()
        content = (
            HEADER + "A,Weg 2,,Berlin,10115,Germany,3\n"
            "Marie Schäfer,Anderswo 1,,Leipzig,4109,Germany,4\n"
            "B,Weg 3,,Berlin,10115,Germany,999\n"
            "C,,,,,,5\n"
        )
        self.withheld(5)
        self.withheld(6)
        content += "D,Weg 1,,Berlin,10115,Atlantis,6\n"
        wizard = self.read_file(content)
        expected = {"3": "differs", "4": "told", "999": "unknown", "6": "unclear"}
        self.assertEqual(self.outcomes(wizard), expected)
        self.assertEqual(wizard.unknown_count, 1)
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertEqual(entered.partner_shipping_id.street, "Weg 1")
        # What the channel tells itself cannot be chosen, whatever a client sends.
        wizard.line_ids.is_used = True
        wizard.action_apply()
        self.assertEqual(entered.partner_shipping_id.street, "Weg 2")
        self.assertEqual(self.order(4).partner_shipping_id.street, "Lindenstraße 12a")
        again = self.read_file(content)
        self.assertEqual(self.outcomes(again), {k: expected[k] for k in ("4", "999", "6")})
        self.assertEqual(again.same_count, 1)

    def test_corrected_after_confirmation(self):
        order = self.withheld(7)
        order.with_context(confirm_anyway=True).action_confirm()
        self.read_file(HEADER + "A,Weg 1,,Berlin,10115,DE,7\n").action_apply()
        wizard = self.read_file(HEADER + "A,Weg 2,,Wien,1070,AT,7\n")
        wizard.line_ids.is_used = True
        wizard.action_apply()
        self.assertEqual(self.row(7).state, "imported")
        self.assertEqual(order.picking_ids.partner_id.street, "Weg 2")
        self.assertEqual(order.order_line[0].tax_ids.name, "AT 20")
        # The channel comes again and still withholds it: what was entered stays.
        stamp = {"updated_timestamp": 1_794_900_000, "status": "completed", "is_shipped": True}
        again = {**WITHHELD, "name": "Käufer*in", **stamp}
        self.receive([receipt(7, (70, "SEIFE-LAV-100", 690, 2), **again)])
        self.assertEqual(self.order(7).partner_shipping_id.street, "Weg 2")
        self.assertFalse(order.channel_address_missing)

    def test_by_hand(self):
        order = self.withheld(8)
        action = order.action_enter_channel_address()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        wizard.write({"name": "Eva", "street": "Weg 1", "zip": "10115", "city": "Berlin"})
        wizard.action_apply()
        self.assertTrue(order.channel_address_missing, "without a country")
        wizard.country_id = self.home
        wizard.action_apply()
        self.assertFalse(order.channel_address_missing)
        self.assertEqual(order.partner_shipping_id.street, "Weg 1")

    def test_told_later_by_the_channel(self):
        order = self.withheld(9)
        order.with_context(confirm_anyway=True).action_confirm()
        line = (90, "SEIFE-LAV-100", 690, 2)
        self.receive([receipt(9, line, updated_timestamp=1_794_900_000)])
        self.assertFalse(order.channel_address_missing)
        self.assertEqual(order.picking_ids.partner_id.city, "Leipzig")

    def test_no_file_and_no_table(self):
        for content in (b"", b"\x00\x01\x02" * 50, b"a,b,c\n1,2,3\n", b"x" * 5_000_001):
            with self.assertRaises(UserError):
                self.read_file(content)

    def test_vendor_file(self):
        if not SAMPLES.exists():
            self.skipTest("vendor samples not present")
        self.withheld(3511000001)
        wizard = self.read_file((SAMPLES / "EtsySoldOrderItems_sample.csv").read_bytes())
        self.assertEqual(self.outcomes(wizard), {"3511000001": "fill"})
        wizard.action_apply()
        order = self.order(3511000001)
        self.assertEqual(order.partner_shipping_id.zip, "04109")
        self.assertEqual(order.partner_shipping_id.country_id, self.home)

    def test_markup_stays_text(self):
        order = self.withheld(10)
        name = '=HYPERLINK(""http://x"")<script>alert(1)</script>'
        self.read_file(f'{HEADER}"{name}",Weg 1,,Berlin,10115,DE,10\n').action_apply()
        self.assertIn("<script>", order.partner_shipping_id.name)
        html = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", order.ids)
        self.assertNotIn(b"<script>alert(1)", html[0])

    def test_roles(self):
        order = self.withheld(11)
        operator = new_test_user(self.env, "etsy_operator", "channel_connectors.group_channel_user")
        reader = new_test_user(self.env, "etsy_reader", "channel_connectors.group_channel_reader")
        model = self.env["sales.channel.address.import"]
        with self.assertRaises(AccessError):
            model.with_user(reader).create({"channel_id": self.channel.id})
        content = base64.b64encode(f"{HEADER}A,Weg 1,,Berlin,10115,DE,11\n".encode())
        wizard = model.with_user(operator).create({"channel_id": self.channel.id, "file": content})
        wizard.action_read()
        wizard.action_apply()
        self.assertEqual(order.partner_shipping_id.street, "Weg 1")
        self.assertFalse(wizard.file)


class TestEtsyAddressTour(AddressCase, HttpCase):
    def test_file_fills_addresses(self):
        order = self.withheld(3511000777)
        self.withheld(3511000778)
        user = new_test_user(
            self.env, "etsy_tour", "channel_connectors.group_channel_user", lang="de_DE"
        )
        user.tour_enabled = False
        self.start_tour(
            "/odoo/action-channel_connectors.action_sales_channel",
            "channel_connectors_fill_addresses",
            login="etsy_tour",
        )
        self.assertFalse(order.channel_address_missing)
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12a")
        self.assertTrue(self.order(3511000778).channel_address_missing)
