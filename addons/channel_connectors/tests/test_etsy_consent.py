# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET

from ..channels.base.state import Grant
from .common import PROJECT
from .consent import ConsentCase

DAY = 86400


@tagged("post_install", "-at_install")
class TestEtsyConsent(ConsentCase):
    """What becomes of a consent, without a browser."""

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()

    def consent(self, scopes=None):
        told = self.store.grant(*([scopes] if scopes else []))
        grant = Grant(told["access_token"], 3600.0, told["refresh_token"], 90.0 * DAY)
        self.channel._account_state(self.channel._credentials()).store(grant)
        self.env.invalidate_all()

    def keep(self):
        def flush(*_args, **_kwargs):
            self.env.flush_all()

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", flush):
            self.env["sales.channel"]._cron_keep_consent()
        self.env.invalidate_all()

    def test_renewed_without_orders(self):
        self.consent()
        self.store.authority.expire()
        before = self.store.authority.renewals
        self.set_account(token_until=0, refresh_until=fields.Datetime.now().timestamp() + 5 * DAY)
        self.assertEqual(self.channel.consent_state, "soon")
        self.keep()
        self.assertEqual(self.store.authority.renewals, before + 1)
        self.assertEqual(self.channel.consent_state, "good")
        self.assertFalse(self.channel.activity_ids)

    def test_lost(self):
        self.consent()
        self.store.authority.revoke()
        self.set_account(token_until=0)
        self.keep()
        self.assertEqual(self.channel.consent_state, "lost")
        self.assertTrue(self.channel.last_error)
        self.assertEqual(len(self.channel.activity_ids), 1)
        asked = len(self.store.requests)
        self.keep()
        self.assertEqual(len(self.channel.activity_ids), 1)
        self.assertEqual(len(self.store.requests), asked, "a lost token is not tried again")
        self.consent()
        self.keep()
        self.assertFalse(self.channel.activity_ids)
        self.assertEqual(self.channel.consent_state, "good")

    def test_warned_in_time(self):
        """Etsy has not answered for months: people are told weeks before the end."""
        self.consent()
        self.set_account(token_until=0, refresh_until=fields.Datetime.now().timestamp() + 20 * DAY)
        self.store.add_faults("status", 5, status=503, operation="token")
        with patch("time.sleep"):
            self.keep()
        activity = self.channel.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.channel.responsible_id)
        ahead = activity.date_deadline - fields.Date.context_today(self.channel)
        self.assertEqual(ahead.days, 13)

    def test_new_secret_keeps_the_consent(self):
        self.consent()
        self.store.secrets.append("another secret")
        self.channel.client_secret = "another secret"
        self.assertEqual(self.channel.consent_state, "good")
        self.channel._adapter().client.who_am_i()
        self.assertEqual(self.channel.consent_state, "good")

    def test_another_app_needs_another_consent(self):
        self.consent()
        self.channel.client_id = "another"
        self.assertEqual(self.channel.consent_state, "none")
        with self.assertRaises(UserError):
            self.channel.action_import_orders()

    def test_missing_scope(self):
        self.consent(["shops_r"])
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "warning")
        self.assertIn("transactions_r", result["params"]["message"])

    def test_secret_from_environment(self):
        self.channel.client_secret = "wrong"
        name = f"ODOO_CHANNEL_{self.channel.id}_CLIENT_SECRET"
        with patch.dict("os.environ", {name: SHARED_SECRET}):
            self.consent()
            self.channel._adapter().client.who_am_i()

    def test_before_the_button(self):
        self.channel.client_id = False
        with self.assertRaises(UserError):
            self.channel.action_consent()
        self.channel.client_id = KEYSTRING
        self.env["ir.config_parameter"].set_param("web.base.url", "http://hub.example.com")
        with self.assertRaises(UserError):
            self.channel.action_consent()

    def test_addresses(self):
        for address in ("https://example.com", "http://10.0.0.1", "https://x.myshopify.com"):
            with self.subTest(address=address), self.assertRaises(ValidationError):
                self.channel.api_base = address
        channels = self.env["sales.channel"]
        channel = channels.create({"name": "x", "channel_type": "etsy"})
        self.assertEqual(channel.api_base, "https://openapi.etsy.com")
        channel.channel_type = "shopify"
        self.assertFalse(channel.api_base)
        self.assertFalse(channel.has_consent)

    def test_roles(self):
        reader = self.new_user("etsy_reader", "channel_connectors.group_channel_reader")
        operator = self.new_user("etsy_operator", "channel_connectors.group_channel_user")
        for user in (reader, operator):
            channel = self.channel.with_user(user)
            with self.assertRaises(AccessError):
                channel.action_consent()
            self.assertEqual(channel.consent_state, "none")
        self.channel.with_user(self.manager).action_consent()
        for user in (reader, operator, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.env["sales.channel.consent"].with_user(user).search([]).read(["redirect"])
        for name in ("token", "refresh_token"):
            with self.assertRaises(AccessError):
                self.account().with_user(self.env.ref("base.user_admin")).read([name])

    def test_copy_is_not_connected(self):
        self.consent()
        self.assertEqual(self.channel.copy().consent_state, "none")

    def test_neutralized_copy_is_cut_off(self):
        self.consent()
        path = PROJECT / "addons" / "channel_connectors" / "data" / "neutralize.sql"
        self.env.cr.execute(path.read_text())
        self.env.invalidate_all()
        self.assertEqual(self.channel.consent_state, "none")
        self.assertFalse(self.channel.has_client_secret)
        asked = len(self.store.requests)
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "danger")
        self.assertEqual(len(self.store.requests), asked)

    def test_unused_states_cost_nothing(self):
        """States of channels are told in a constant number of queries."""

        def read(channels):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            channels.mapped("consent_state")
            return self.env.cr.sql_log_count - before

        few = self.channel | self.channel.copy()
        many = few.browse(few.ids)
        for _number in range(6):
            many |= self.channel.copy()
        read(many)
        self.assertEqual(read(many), read(few))
