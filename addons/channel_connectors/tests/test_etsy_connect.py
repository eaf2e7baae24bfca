# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The owner of an Etsy shop lets us in: from the button to the tokens, and what can go wrong."""

import sys
from datetime import timedelta
from pathlib import Path
from unittest import SkipTest
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from ..channels.base.state import Grant

PROJECT = Path(__file__).resolve().parents[3]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

from tests.sandbox.etsy import (  # noqa: E402
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    SHOP_ID,
    Sandbox,
    Store,
    available,
    default_receipts,
)

DAY = 86400


class EtsyShopCase(TransactionCase):
    """A channel at the stand-in that nobody has connected yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not available():
            raise SkipTest(ABSENT)
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
        cls.store = Store()
        cls.sandbox = Sandbox(cls.store).start()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.manager = cls.new_user("etsy_manager", "channel_connectors.group_channel_manager")
        cls.channel = cls.make_channel()
        cls.env.flush_all()

    @classmethod
    def make_channel(cls, **vals):
        return cls.env["sales.channel"].create(
            {
                "name": "Etsy",
                "channel_type": "etsy",
                "api_base": cls.sandbox.url,
                "client_id": KEYSTRING,
                "client_secret": SHARED_SECRET,
                "currency_id": cls.env.ref("base.EUR").id,
                "auto_import": False,
                **vals,
            }
        )

    @classmethod
    def new_user(cls, login, group, **vals):
        return new_test_user(cls.env, login, f"base.group_user,{group}", lang="de_DE", **vals)

    def account(self):
        self.env.invalidate_all()
        return self.env["sales.channel.account"].search([("channel_id", "=", self.channel.id)])

    def set_account(self, **values):
        """What time or another worker would have done to the account."""
        self.account().write(values)
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestEtsyConnect(EtsyShopCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("etsy_manager", "etsy_manager")

    def begin(self, user=None):
        """Press the button; the address at Etsy."""
        action = self.channel.with_user(user or self.manager).action_consent()
        self.env.flush_all()
        return action["url"]

    def come_back(self, address):
        """What the browser is sent back with."""
        answer = requests.get(address, allow_redirects=False, timeout=5)
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def receive(self, back):
        path = urlsplit(self.channel.consent_redirect).path
        answer = self.url_open(f"{path}?{urlencode(back)}", allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def connect(self):
        answer = self.receive(self.come_back(self.begin()))
        self.assertEqual(answer.status_code, 303)
        return answer

    def test_connect(self):
        self.assertEqual(self.channel.consent_state, "none")
        answer = self.connect()
        self.assertTrue(answer.headers["Location"].endswith(f"/sales-channels/{self.channel.id}"))
        self.assertEqual(self.channel.consent_state, "good")
        self.assertEqual(self.channel.shop_name, "SandboxManufaktur")
        self.assertEqual(self.channel.shop_domain, str(SHOP_ID))
        left = self.channel.consent_until - fields.Datetime.now()
        self.assertAlmostEqual(left / timedelta(days=90), 1, places=3)
        self.assertFalse(self.channel.last_error)
        self.assertFalse(self.store.violations)
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "success", result)

    def test_tokens_are_stored_encrypted(self):
        self.connect()
        account = self.account()
        granted = [*self.store.authority.access, *self.store.authority.refresh]
        for stored in (account.token, account.refresh_token):
            self.assertTrue(stored)
            self.assertFalse([token for token in granted if token in stored])

    def test_state_counts_once(self):
        back = self.come_back(self.begin())
        self.assertEqual(self.receive(back).status_code, 303)
        asked = len(self.store.requests)
        # The browser's button for reloading: nothing is exchanged, and nobody is frightened.
        self.assertEqual(self.receive(back).status_code, 303)
        self.assertEqual(len(self.store.requests), asked)
        self.assertEqual(self.channel.consent_state, "good")

    def test_foreign_states(self):
        back = self.come_back(self.begin(self.new_user("etsy_other", self.group("manager"))))
        asked = len(self.store.requests)
        for state in (back["state"], "unknown", ""):
            with self.subTest(state=state):
                self.assertEqual(self.receive({**back, "state": state}).status_code, 400)
        self.assertEqual(self.receive({}).status_code, 400)
        self.assertEqual(len(self.store.requests), asked)
        self.assertEqual(self.channel.consent_state, "none")

    def test_late(self):
        back = self.come_back(self.begin())
        self.env.cr.execute(
            "UPDATE sales_channel_consent SET create_date = create_date - interval '16 minutes'"
        )
        self.assertEqual(self.receive(back).status_code, 400)
        self.assertEqual(self.channel.consent_state, "none")

    def test_who_is_no_longer_a_manager(self):
        back = self.come_back(self.begin())
        self.manager.group_ids = [Command.set([self.env.ref("base.group_user").id])]
        self.env.flush_all()
        with self.assertLogs("odoo.http", "WARNING"):
            self.assertEqual(self.receive(back).status_code, 403)
        self.assertEqual(self.channel.consent_state, "none")

    def test_nobody_is_signed_in(self):
        back = self.come_back(self.begin())
        self.authenticate(None, None)
        answer = self.receive(back)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertEqual(self.channel.consent_state, "none")

    def test_denied(self):
        self.store.authority.consent = "deny"
        self.addCleanup(setattr, self.store.authority, "consent", "approve")
        self.connect()
        self.assertEqual(self.channel.consent_state, "none")
        self.assertIn("access_denied", self.channel.last_error)

    def test_forged_code(self):
        back = self.come_back(self.begin())
        self.receive({**back, "code": "forged"})
        self.assertEqual(self.channel.consent_state, "none")
        self.assertTrue(self.channel.last_error)

    def test_another_shop(self):
        """Whoever is signed in at Etsy as somebody else must not mix two shops up."""
        self.channel.shop_domain = "5"
        self.env.flush_all()
        self.connect()
        self.assertEqual(self.channel.consent_state, "none")
        self.assertIn("SandboxManufaktur", self.channel.last_error)

    def test_channel_of_another_company(self):
        """The browser that comes back knows no choice of companies."""
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids = [Command.link(other.id)]
        self.channel = self.make_channel(company_id=other.id)
        channel = self.channel.with_user(self.manager).with_company(other)
        back = self.come_back(channel.action_consent()["url"])
        self.env.flush_all()
        self.assertEqual(self.receive(back).status_code, 303)
        self.assertEqual(self.channel.consent_state, "good")

    def test_connect_in_the_browser(self):
        self.manager.tour_enabled = False
        self.start_tour(
            f"/odoo/sales-channels/{self.channel.id}",
            "channel_connectors_etsy_connect",
            login="etsy_manager",
        )
        self.assertEqual(self.channel.consent_state, "good")

    def test_assistant_in_the_browser(self):
        self.manager.tour_enabled = False
        self.channel.setup_step = "connection"
        self.store.receipts.update({row["receipt_id"]: row for row in default_receipts()})
        self.start_tour(
            f"/odoo/connect-shop/{self.channel.id}",
            "channel_connectors_etsy_assistant",
            login="etsy_manager",
        )
        self.assertEqual(self.channel.consent_state, "good")
        self.assertEqual(self.channel.setup_step, "trial")
        self.assertEqual(set(self.channel.tax_ids.mapped("kind")), {"product"})

    @staticmethod
    def group(name):
        return f"channel_connectors.group_channel_{name}"


@tagged("post_install", "-at_install")
class TestEtsyConsent(EtsyShopCase):
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


@tagged("post_install", "-at_install")
class TestAbilities(EtsyShopCase):
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
