# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest import SkipTest

from odoo import fields

from odoo.addons.channel_connectors.channels.base.adapter import Credentials
from odoo.addons.channel_connectors.channels.base.state import Grant, MemoryState
from odoo.addons.channel_connectors.channels.etsy.adapter import EtsyAdapter
from odoo.addons.channel_connectors.models.sales_channel_import import OVERLAP

from .etsy import EtsyCase

from tests.sandbox.etsy import (  # isort: skip
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    Sandbox,
    Store,
    available,
    default_receipts,
)


class TestEtsyPolling(EtsyCase):
    """Orders from the stand-in, which checks every request against Etsy's own file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not available():
            raise SkipTest(ABSENT)

    def setUp(self):
        super().setUp()
        self.store = Store(default_receipts())
        sandbox = Sandbox(self.store).start()
        self.addCleanup(sandbox.stop)
        credentials = Credentials(sandbox.url, KEYSTRING, SHARED_SECRET, local=True)
        tokens = self.store.grant()
        state = MemoryState()
        state.store(Grant(tokens["access_token"], 3600, tokens["refresh_token"], 10**6))
        adapter = EtsyAdapter(credentials, state=state)
        self.patch(type(self.channel), "_adapter", lambda channel: adapter)

    def poll(self):
        self.assertFalse(self.channel._import_orders())
        self.assertFalse(self.store.violations)

    def test_poll_changes_and_sweep(self):
        self.poll()
        states = self.channel._state_counts()
        self.assertEqual((states["imported"], states["attention"]), (7, 1))
        stamps = [receipt["updated_timestamp"] for receipt in self.store.receipts.values()]
        cursor = self.channel.orders_cursor + OVERLAP
        self.assertEqual(int(cursor.timestamp() - max(stamps)) % 3600, 0)
        abilities = {row.ability: row.state for row in self.channel.ability_ids}
        self.assertEqual((abilities["addresses"], abilities["buyer_email"]), ("yes", "no"))
        order = self.order(3511000001)
        self.store.change_receipt(3511000001, {"status": "canceled"})
        self.poll()
        self.assertEqual(order.state, "cancel")

    def test_sweep_brings_what_was_missed(self):
        self.poll()
        order, digest = self.order(3511000002), self.row(3511000003).digest
        self.channel.orders_cursor = fields.Datetime.now()
        missed = self.store.receipts[3511000002]
        missed.update(status="canceled", updated_timestamp=self.store.now() - 20 * 86400)
        self.poll()
        self.assertEqual(order.state, "draft")
        # The job saves page by page, which a test must not.
        self.patch(type(self.channel), "_commit_step", lambda channel, commit: None)
        self.assertFalse(self.channel._job_sweep_orders())
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.row(3511000003).digest, digest)

    def test_addresses_withheld(self):
        self.store.addresses_hidden = True
        self.poll()
        order = self.order(3511000001)
        self.assertTrue(order.channel_address_missing)
        self.assertEqual(order.amount_total, 32.03)
        abilities = {row.ability: row.state for row in self.channel.ability_ids}
        self.assertEqual(abilities["addresses"], "no")
        self.assertEqual(self.channel.address_missing_count, 6)

    def test_sweeps_are_queued_for_polling_channels(self):
        self.channel._cron_sweep_orders()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_sweep_orders")])
        self.assertIn(f"sales_channel_sweep_{self.channel.id}", jobs.mapped("identity_key"))
