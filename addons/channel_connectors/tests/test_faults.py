# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from .common import ChannelCase, Sandbox, Store

from tests.sandbox.shopify.orders import generate  # isort: skip

CLIENT = "odoo.addons.channel_connectors.channels.base.http"


class TestFaults(ChannelCase):
    def setUp(self):
        super().setUp()
        self.store.faults.clear()
        patcher = patch(f"{CLIENT}.time.sleep")
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_passing_faults(self):
        """What passes by itself is waited out: nothing is lost, nobody is bothered."""
        self.store.add_faults("status", status=429, retry_after=0)
        self.store.add_faults("status", status=503)
        self.store.add_faults("throttled")
        self.store.add_faults("malformed")
        self.assertFalse(self.channel._import_orders())
        self.assertEqual(len(self.channel.order_ids), 18)
        self.store.add_faults("drop")
        self.assertFalse(self.channel._import_orders())

    def test_token_expires_between_pages(self):
        with Sandbox(Store(generate(60))) as sandbox:
            self.channel.api_base = sandbox.url
            sandbox.store.add_faults("expire_tokens", after=1)
            self.assertFalse(self.channel._import_orders())
        self.assertEqual(len(self.channel.order_ids), 60)

    def test_lasting_fault_keeps_what_came(self):
        """A shop that stays down ends the run; the next one goes on where it stopped."""
        with Sandbox(Store(generate(60))) as sandbox:
            self.channel.api_base = sandbox.url
            sandbox.store.add_faults("status", status=500, after=1)
            sandbox.store.add_faults("status", 9, status=500)
            self.assertIn("500", self._import_with_warning())
            self.assertEqual(len(self.channel.order_ids), 50)
            self.assertEqual(set(self.channel.order_ids.mapped("state")), {"imported"})
            self.assertTrue(self.channel.last_error)
            cursor = self.channel.orders_cursor
            sandbox.store.faults.clear()
            self.assertFalse(self.channel._import_orders())
            self.assertEqual(len(self.channel.order_ids), 60)
            self.assertGreater(self.channel.orders_cursor, cursor)
            self.assertFalse(self.channel.last_error)

    def _import_with_warning(self):
        """Import; what stops it is told to the caller and to the server's log."""
        with self.assertLogs("odoo.addons.channel_connectors", "WARNING"):
            return self.channel._import_orders()

    def test_wrong_secret(self):
        self.channel.client_secret = "wrong"
        self.channel.action_forget_previous_secret()
        self.assertIn("let us in", self._import_with_warning())
        self.assertFalse(self.channel.order_ids)
        result = self.channel.action_test_connection()
        self.assertEqual(result["params"]["type"], "danger")

    def test_missing_right(self):
        scopes = self.store.scopes - {"read_customers"}
        with Sandbox(Store(generate(1), scopes=scopes)) as sandbox:
            self.channel.api_base = sandbox.url
            result = self.channel.action_test_connection()
            self.assertEqual(result["params"]["type"], "warning")
            self.assertIn("read_customers", result["params"]["message"])
            self.assertIn("let us in", self._import_with_warning())

    def test_null_characters(self):
        orders = generate(1)
        orders[0]["note"] = "a\0b"
        with Sandbox(Store(orders)) as sandbox:
            self.channel.api_base = sandbox.url
            self.assertFalse(self.channel._import_orders())
        self.assertEqual(self.channel.order_ids.sale_order_id.channel_note, "ab")
