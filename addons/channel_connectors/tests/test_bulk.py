# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo import fields

from odoo.addons.channel_connectors.models.sales_channel_import import OVERLAP

from .common import ChannelCase, Sandbox, Store
from .test_webhooks import WebhookCase

from tests.sandbox.shopify.orders import generate  # isort: skip
from tests.sandbox.shopify.store import Bucket  # isort: skip

LOGGER = "odoo.addons.channel_connectors"
BULK = "odoo.addons.channel_connectors.models.sales_channel_bulk"


class TestBulk(ChannelCase):
    def setUp(self):
        super().setUp()
        sandbox = Sandbox(Store(generate(60), bucket=Bucket.bottomless())).start()
        self.addCleanup(sandbox.stop)
        self.shop = sandbox.store
        self.channel.api_base = sandbox.url

    def job(self):
        """One run of the job, without its saves."""
        return self.channel._advance_bulk(commit=False)

    def test_from_asking_to_orders(self):
        self.shop.bulk_polls = 1
        self.assertFalse(self.job())
        self.assertTrue(self.channel.bulk_operation)
        self.assertFalse(self.channel.order_ids)
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_bulk")])
        self.assertEqual(jobs.channel, self.channel._get_job_channel("bulk"))
        started = self.channel.bulk_started
        self.assertFalse(self.job())
        self.assertFalse(self.channel.bulk_operation)
        self.assertEqual(len(self.channel.order_ids), 60)
        self.assertEqual(set(self.channel.order_ids.mapped("state")), {"imported"})
        self.assertEqual(self.channel.orders_cursor, started - OVERLAP)

    def test_pages_find_nothing_new(self):
        """What came by file is what would have come by page."""
        self.job()
        stamps = self.channel.order_ids.mapped("write_date")
        self.channel.orders_cursor = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE sales_channel_order SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        self.channel._import_orders()
        self.assertEqual(
            {str(stamp) for stamp in self.channel.order_ids.mapped("write_date")},
            {"2020-01-01 00:00:00"},
        )
        self.assertEqual(len(stamps), 60)

    def test_failed_operation(self):
        self.shop.bulk_failure = "TIMEOUT"
        self.assertIn("TIMEOUT", self.job())
        self.assertIn("TIMEOUT", self.channel.last_error)
        self.assertFalse(self.channel.bulk_operation)
        self.shop.bulk_failure = None
        self.assertFalse(self.job())
        self.assertEqual(len(self.channel.order_ids), 60)

    def test_half_a_file_is_fetched_again(self):
        self.shop.bulk_polls = 1
        self.job()
        operation = self.channel.bulk_operation
        with (
            patch.object(self.env.registry["sales.channel"], "_commit_step"),
            self.assertLogs(LOGGER, "WARNING"),
            patch.dict(self.shop.files, clear=False) as files,
        ):
            node = self.shop.objects[operation]
            node["polls"] = 0
            from tests.sandbox.shopify import bulk

            bulk.poll(self.shop, operation)
            name = operation.rsplit("/", 1)[1]
            whole = files[name]
            files[name] = whole[: len(whole) // 2]
            self.assertIn("bulk result", self.channel._job_bulk())
        self.assertFalse(self.channel.order_ids)
        self.assertEqual(self.channel.bulk_operation, operation)
        self.shop.files[name] = whole
        self.assertFalse(self.job())
        self.assertEqual(len(self.channel.order_ids), 60)

    def test_large_shops_begin_with_a_file(self):
        steps = []
        path = f"{BULK}.SalesChannel._job_bulk"
        with patch(path, lambda channel: steps.append(channel)):
            with patch(f"{BULK}.BULK_FROM", 60):
                self.channel._job_import_orders()
            self.assertEqual(steps, [self.channel])
            self.channel.orders_cursor = fields.Datetime.now()
            with (
                patch(f"{BULK}.BULK_FROM", 60),
                patch.object(self.env.registry["sales.channel"], "_commit_step"),
            ):
                self.channel._job_import_orders()
            self.assertEqual(len(steps), 1)

    def test_button(self):
        channel = self.channel.with_context(queue_job__no_delay=False)
        self.assertEqual(channel.action_import_all()["params"]["type"], "success")
        job = self.env["queue.job"].search([("method_name", "=", "_job_bulk")])
        self.assertEqual((len(job), job.channel), (1, self.channel._get_job_channel("bulk")))
        self.assertTrue(job.job_function_id.allow_commit)


class TestBulkEvent(WebhookCase):
    def test_the_shop_tells_that_the_file_is_there(self):
        self.channel.write(
            {"bulk_operation": "gid://shopify/BulkOperation/9", "bulk_started": "2026-11-01"}
        )
        content = {"admin_graphql_api_id": "gid://shopify/BulkOperation/9", "status": "completed"}
        self.receive(*self.message("BULK_OPERATIONS_FINISH", content))
        channel = self.channel.with_context(queue_job__no_delay=False)
        channel._job_handle_events()
        self.assertTrue(self.env["queue.job"].search([("method_name", "=", "_job_bulk")]))
        self.assertEqual(self.found().state, "done")
