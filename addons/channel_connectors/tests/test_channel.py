# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import mute_logger

from .common import ChannelCase


class TestChannel(ChannelCase):
    def test_connection(self):
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "success", result)
        self.assertEqual(self.channel.shop_name, "Sandbox")
        self.assertEqual(self.channel.served_version, "2026-10")

    def test_import_button(self):
        result = self.channel.action_import_orders()
        self.assertEqual(result["params"]["type"], "success", result)
        self.assertIn("17", result["params"]["message"])
        self.assertEqual(self.channel.order_count, 18)
        self.assertTrue(self.channel.last_success)

    def test_only_shops(self):
        for address in (
            "https://evil.example.com",
            "http://name.myshopify.com",
            "https://name.myshopify.com.evil.example.com",
            "https://name.myshopify.com@10.0.0.1",
            "http://10.0.0.1:8069",
            "http://169.254.169.254",
            "file:///etc/passwd",
        ):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.channel.api_base = address
        self.channel.api_base = "https://name.myshopify.com"

    def test_needs_an_address(self):
        self.channel.api_base = False
        with self.assertRaises(UserError):
            self.channel.action_import_orders()

    def test_unique_rows(self):
        self.channel._import_orders()
        row = self.row("#1001")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["sales.channel.order"].create(
                {
                    "channel_id": self.channel.id,
                    "external_id": row.external_id,
                    "name": "again",
                }
            )
        with self.assertRaises(UserError):
            row.unlink()

    def test_cron_queues_once(self):
        self.env["sales.channel"].search([("id", "!=", self.channel.id)]).auto_import = False
        channel = self.channel.with_context(queue_job__no_delay=False)
        before = self.env["queue.job"].search_count([])
        channel._cron_import_orders()
        channel._cron_import_orders()
        jobs = self.env["queue.job"].search([], limit=1, order="id desc")
        self.assertEqual(self.env["queue.job"].search_count([]), before + 1)
        self.assertEqual(jobs.channel, self.channel._get_job_channel("import"))
        self.assertEqual(jobs.records, self.channel)

    def test_prepare_taxes(self):
        """Taxes for the rates of the inbox are found or copied from the company's own."""
        self.channel.tax_ids.unlink()
        group = self.env["account.tax.group"].create({"name": "G", "country_id": self.home.id})
        self.env["account.tax"].search([("type_tax_use", "=", "sale")]).active = False
        own = self.env["account.tax"].create(
            [
                {
                    "name": f"Own {rate}",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_excluded",
                    "tax_group_id": group.id,
                    "country_id": self.home.id,
                    "description": f"kept {rate}",
                }
                for rate in (7, 19)
            ]
        )
        self.company.account_sale_tax_id = own[1]
        self.channel.action_prepare_taxes()
        rows = {(r.country_id.code, r.rate, r.price_include): r for r in self.channel.tax_ids}
        self.assertEqual(rows["DE", 7, False].tax_id, own[0])
        gross = rows["DE", 19, True].tax_id
        self.assertNotEqual(gross, own[1])
        self.assertTrue(gross.price_include)
        self.assertEqual((gross.amount, gross.description), (19, own[1].description))
        count = len(self.channel.tax_ids)
        taxes = self.env["account.tax"].search_count([])
        self.channel.action_prepare_taxes()
        self.assertEqual(len(self.channel.tax_ids), count)
        self.assertEqual(self.env["account.tax"].search_count([]), taxes)

    def test_prepare_taxes_for_waiting_orders(self):
        self.channel.tax_ids = [Command.clear()]
        self.channel._import_orders()
        self.assertEqual(self.row("#1001").reason_code, "tax")
        self.channel.action_prepare_taxes()
        self.assertEqual(self.row("#1001").state, "new")
