# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import CLIENT_SECRET, ChannelCase


class TestSecurity(ChannelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sales = "base.group_user,sales_team.group_sale_salesman"
        cls.salesperson = new_test_user(cls.env, "ch_sales", sales)
        cls.operator = new_test_user(
            cls.env, "ch_user", "base.group_user,channel_connectors.group_channel_user"
        )
        cls.manager = new_test_user(
            cls.env,
            "ch_manager",
            "base.group_user,base.group_allow_export,channel_connectors.group_channel_manager",
        )

    def test_secret_is_never_read(self):
        """Neither reading, exporting, searching nor grouping shows a secret to anybody."""
        for user in (
            self.salesperson,
            self.operator,
            self.manager,
            self.env.ref("base.user_admin"),
        ):
            channel = self.channel.with_user(user)
            with self.subTest(user=user.login):
                for name in (
                    "client_secret_stored",
                    "client_secret_previous_stored",
                    "access_token_stored",
                    "webhook_token",
                ):
                    with self.assertRaises(AccessError):
                        channel.read([name])
                    with self.assertRaises(AccessError):
                        channel.search([(name, "=like", "s%")])
                    with self.assertRaises(UserError):
                        channel.export_data([name])
                    self.assertNotIn(name, channel.fields_get())
                self.assertNotIn(CLIENT_SECRET, str(channel.read()))
        manager = self.channel.with_user(self.manager)
        self.assertFalse(manager.client_secret)
        self.assertTrue(manager.has_client_secret)
        self.assertNotIn(CLIENT_SECRET, str(manager.export_data(["client_secret"])))
        self.assertNotIn(
            CLIENT_SECRET, str(manager.web_read({"client_secret": {}, "client_id": {}}))
        )
        self.assertNotIn(CLIENT_SECRET, str(manager.copy().read()))

    def test_secret_is_kept_on_save(self):
        """Saving the form with its empty field does not lose the secret."""
        manager = self.channel.with_user(self.manager)
        manager.write({"name": "Renamed", "client_secret": False})
        self.assertEqual(self.channel._secret("client_secret"), CLIENT_SECRET)
        manager.client_secret = "another"
        self.assertEqual(self.channel._secret("client_secret"), "another")

    def test_secret_from_environment(self):
        name = f"ODOO_CHANNEL_{self.channel.id}_CLIENT_SECRET"
        with patch.dict("os.environ", {name: "from environment"}):
            self.assertEqual(self.channel._secret("client_secret"), "from environment")

    def test_roles(self):
        with self.assertRaises(AccessError):
            self.channel.with_user(self.operator).write({"client_secret": "x"})
        with self.assertRaises(AccessError):
            self.channel.with_user(self.salesperson).write({"name": "x"})
        with self.assertRaises(AccessError):
            self.channel.with_user(self.salesperson).read(["api_base"])
        with self.assertRaises(AccessError):
            self.env["sales.channel"].with_user(self.operator).create({"name": "x"})
        self.env["sales.channel"].with_user(self.manager).create(
            {"name": "x", "api_base": "https://x.myshopify.com"}
        )

    def test_operator_imports(self):
        """The operator's own rights are enough to import and to solve."""
        self.products["KER-1"].default_code = "OTHER"
        channel = self.channel.with_user(self.operator)
        result = channel.action_import_orders()
        self.assertEqual(result["params"]["type"], "warning", result)
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        listing = self.env["sales.channel.listing"].search(
            [("channel_id", "=", channel.id), ("is_mapped", "=", False)]
        )
        listing.with_user(self.operator).product_id = self.products["KER-1"]
        waiting = channel.order_ids.filtered(lambda row: row.state == "new")
        waiting.action_retry()
        self.assertEqual(set(waiting.mapped("state")), {"imported"}, waiting.mapped("reason"))

    def test_salesperson_sees_the_channel(self):
        self.channel._import_orders()
        order = self.order("#1001")
        order.user_id = self.salesperson
        seen = order.with_user(self.salesperson)
        self.assertEqual(seen.channel_id.display_name, self.channel.name)
        self.assertEqual(seen.channel_payment_state, "paid")
        self.assertTrue(seen.channel_payment_ids.read(["gateway", "amount"]))
        with self.assertRaises(AccessError):
            self.row("#1001").with_user(self.salesperson).read(["payload"])

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "ch_other",
            "base.group_user,channel_connectors.group_channel_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.channel._import_orders()
        for model in (
            "",
            ".order",
            ".listing",
            ".partner",
            ".payment",
            ".tax",
            ".event",
            ".privacy",
        ):
            found = self.env[f"sales.channel{model}"].with_user(stranger).search([])
            self.assertNotIn(self.company, found.sudo().company_id, model)
