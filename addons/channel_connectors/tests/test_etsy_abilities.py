# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .consent import ConsentCase


@tagged("post_install", "-at_install")
class TestAbilities(ConsentCase):
    def row(self, ability):
        return self.channel.ability_ids.filtered(lambda row: row.ability == ability)

    def test_page(self):
        reader = self.new_user("etsy_reader", "channel_connectors.group_channel_reader")
        channel = self.channel.with_user(reader)
        self.assertEqual(channel.ability_text, "0 / 4")
        action = channel.action_view_abilities()
        rows = self.env["sales.channel.ability"].with_user(reader).search(action["domain"])
        self.assertEqual(len(rows), 4)
        self.assertEqual(self.row("webhooks").state, "no")
        self.assertEqual(self.row("addresses").state, "unknown")
        self.assertTrue(all(row.advice for row in rows))
        channel.action_view_abilities()
        self.assertEqual(len(self.channel.ability_ids), 4)
        with self.assertRaises(AccessError):
            rows[0].state = "yes"
        stranger = self.new_user("etsy_sales", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            rows.with_user(stranger).read(["state"])

    def test_what_happened(self):
        self.channel._note_ability("addresses", True, "3000001")
        row = self.row("addresses")
        self.assertEqual((row.state, row.allowed_example), ("yes", "3000001"))
        self.assertTrue(row.allowed_at)
        self.assertFalse(row.refused_at)
        self.channel._note_ability("addresses", False, "3000003")
        row = self.row("addresses")
        self.assertEqual((row.state, row.allowed_example), ("no", "3000001"))
        self.assertEqual(row.refused_example, "3000003")
        self.assertEqual(self.channel.ability_text, "0 / 4")

    def test_noting_again_costs_one_read(self):
        self.channel._note_ability("tracking", False, "1")
        with self.assertQueryCount(1):
            self.channel._note_ability("tracking", False, "2")
        self.assertEqual(self.row("tracking").refused_example, "1")
        self.env.cr.execute(
            "UPDATE sales_channel_ability SET refused_at = refused_at - interval '2 hours'"
        )
        self.env.invalidate_all()
        self.channel._note_ability("tracking", False, "3")
        self.assertEqual(self.row("tracking").refused_example, "3")

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "etsy_stranger",
            "channel_connectors.group_channel_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.channel._note_ability("addresses", True)
        self.env["sales.channel.ability"].flush_model()
        found = self.env["sales.channel.ability"].with_user(stranger).search([])
        self.assertNotIn(self.channel, found.sudo().channel_id)
