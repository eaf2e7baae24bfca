# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError

from .outgoing import OutgoingCase

MODELS = (
    "sales.channel",
    "sales.channel.intent",
    "sales.channel.stock",
    "sales.channel.location",
    "sales.channel.payout",
    "sales.channel.difference",
)


class TestOutgoingRoles(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.new_user(cls, "role_reader", "channel_connectors.group_channel_reader")
        cls.operator = cls.new_user(cls, "role_operator", "channel_connectors.group_channel_user")

    def test_views_open_for_every_role(self):
        for user in (self.reader, self.operator):
            for name in MODELS[:3] + MODELS[4:]:
                with self.subTest(user=user.login, model=name):
                    model = self.env[name].with_user(user)
                    kinds = [(False, "list"), (False, "search")]
                    views = model.get_views(kinds)["models"][name]["fields"]
                    specification = {field: {} for field in views if field != "id"}
                    model.web_search_read([], specification, limit=5)
        form = self.channel.with_user(self.reader).get_views([(False, "form"), (False, "kanban")])
        self.assertIn("health", self.env["sales.channel"].with_user(self.reader).fields_get())
        self.assertNotIn("client_secret_stored", str(form))

    def test_reader_changes_nothing(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        intent = self.intents("fulfilment").with_user(self.reader)
        self.assertTrue(intent.read(["state", "error", "payload"]))
        for action in ("action_retry", "action_drop"):
            with self.assertRaises(AccessError):
                getattr(intent, action)()
        channel = self.channel.with_user(self.reader)
        for action in ("action_fetch_locations", "action_send_outgoing", "action_import_orders"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(channel, action)()
        with self.assertRaises(AccessError):
            channel.location_ids.write({"warehouse_ids": [Command.clear()]})

    def test_operator_sends_and_retries(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        channel = self.channel.with_user(self.operator)
        channel.action_send_outgoing()
        intent = self.intents("fulfilment").with_user(self.operator)
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(intent.action_view_source()["res_model"], "stock.picking")

    def test_companies_are_apart(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("role_other", "channel_connectors.group_channel_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for name in MODELS:
            found = self.env[name].with_user(stranger).search([])
            self.assertNotIn(self.company, found.sudo().company_id, name)

    def test_cron_takes_up_what_is_due(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        self.env["queue.job"].search([]).unlink()
        self.env["sales.channel"]._cron_send_outgoing()
        (job,) = self.env["queue.job"].search([])
        self.assertEqual(job.method_name, "_job_send_fulfilment")
        self.intents("fulfilment")._wait("later", self.pause())
        job.unlink()
        self.env["sales.channel"]._cron_send_outgoing()
        self.assertFalse(self.env["queue.job"].search([]))

    @staticmethod
    def pause():
        from datetime import timedelta

        return timedelta(hours=1)
