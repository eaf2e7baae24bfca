# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The owner of an Etsy shop lets us in: from the button to the tokens, and what can go wrong."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from tests.sandbox.etsy import SHOP_ID, default_receipts

from .consent import ConsentCase


@tagged("post_install", "-at_install")
class TestEtsyConnect(ConsentCase, HttpCase):
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
