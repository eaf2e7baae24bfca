# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
import json
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.queue_job.exception import RetryableJobError

from .common import CLIENT_SECRET, ChannelCase

from tests.sandbox.shopify import webhooks  # isort: skip

LOGGER = "odoo.addons.channel_connectors"


class WebhookCase(ChannelCase):
    """A channel that has turned events on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:8069")
        cls.channel.action_subscribe()
        cls.token = cls.channel.sudo().webhook_token
        cls.events = cls.env["sales.channel.event"]

    def setUp(self):
        super().setUp()
        kept = copy.deepcopy(self.store.subscriptions)
        self.addCleanup(setattr, self.store, "subscriptions", kept)

    def message(self, topic="ORDERS_UPDATED", content=None, **override):
        """Body and headers of a delivery as the shop signs it."""
        body = json.dumps(content or self.about("#1001")).encode()
        return body, webhooks.headers(self.store, topic, body, **override)

    def about(self, name):
        return self.store.told(self.store.order_by_name(name))

    def receive(self, body, headers, token=None):
        return self.env["sales.channel"]._receive_webhook(token or self.token, headers, body)

    def found(self):
        return self.events.search([("channel_id", "=", self.channel.id)])


class TestWebhooks(WebhookCase):
    def test_subscribed_to_little(self):
        """Deliveries carry ids, no customers; doing it again changes nothing."""
        rows = list(self.store.subscriptions.values())
        self.assertIn("ORDERS_UPDATED", {row["topic"] for row in rows})
        fields_asked = {name for row in rows for name in row["includeFields"]}
        self.assertFalse(fields_asked & {"email", "customer", "shipping_address", "note"})
        self.assertEqual(self.channel.shop_domain, self.store.domain)
        self.channel.action_subscribe()
        self.assertEqual(list(self.store.subscriptions.values()), rows)
        self.store.subscriptions.popitem()
        next(iter(self.store.subscriptions.values()))["includeFields"] = []
        self.env["sales.channel"]._cron_check_subscriptions()
        restored = {(r["topic"], *r["includeFields"]) for r in self.store.subscriptions.values()}
        self.assertEqual(
            restored, {(row["topic"], *row["includeFields"]) for row in rows} | restored
        )
        self.assertEqual(len(restored), len(rows))
        self.channel.action_unsubscribe()
        self.assertFalse(self.store.subscriptions)
        self.assertFalse(self.channel.use_webhooks)
        self.channel.action_subscribe()

    def test_noted_in_two_statements(self):
        body, headers = self.message()
        self.receive(body, headers)
        body, headers = self.message(content=self.about("#1002"))
        self.env.flush_all()
        with self.assertQueryCount(2):
            status = self.receive(body, headers)
        self.assertEqual(status, 200)
        event = self.found()[0]
        self.assertEqual(event.subject, self.about("#1002")["admin_graphql_api_id"])
        self.assertEqual((event.kind, event.topic), ("order", "orders/updated"))
        self.assertFalse(event.content)
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_handle_events")])
        self.assertEqual(len(jobs), 1, "one job that waits is enough")
        self.assertEqual(jobs.channel, self.channel._get_job_channel("events"))
        self.assertEqual(jobs.records, self.channel)
        self.assertEqual(jobs.state, "pending")

    def test_a_stored_job_is_like_any_other(self):
        """The job written in SQL equals one that queue_job writes itself."""
        self.receive(*self.message())
        ours = self.env["queue.job"].search([("method_name", "=", "_job_handle_events")])
        values = ours.read()[0]
        ours.unlink()
        self.channel.with_context(queue_job__no_delay=False).sudo()._enqueue_events()
        theirs = self.env["queue.job"].search([("method_name", "=", "_job_handle_events")])
        differ = {key for key, value in theirs.read()[0].items() if values[key] != value}
        self.assertFalse(
            differ - {"id", "uuid", "display_name", "date_created", "user_id", "name"}, differ
        )

    def test_repeated_delivery_counts_once(self):
        body, headers = self.message()
        self.assertEqual([self.receive(body, headers) for _time in range(3)], [200] * 3)
        self.assertEqual(len(self.found()), 1)

    def test_wrong_signatures(self):
        body, headers = self.message()
        for signature in ("", "x", headers["X-Shopify-Hmac-Sha256"][:-4] + "AAA=", "ü" * 44):
            wrong = {**headers, "X-Shopify-Hmac-Sha256": signature}
            self.assertEqual(self.receive(body, wrong), 401)
        self.assertEqual(self.receive(body + b" ", headers), 401)
        self.assertEqual(self.receive(body, headers, token="unknown"), 404)
        self.assertFalse(self.found())

    def test_foreign_shop(self):
        foreign = {"X-Shopify-Shop-Domain": "other.myshopify.com"}
        self.assertEqual(self.receive(*self.message(**foreign)), 403)
        self.assertEqual(self.receive(*self.message(**{"X-Shopify-Webhook-Id": ""})), 403)
        self.assertFalse(self.found())

    def test_signed_with_either_secret(self):
        old = self.message()
        self.channel.client_secret = "fresh secret"
        self.env.flush_all()
        self.assertEqual(self.receive(*old), 200)
        with patch.object(self.store, "secrets", ["fresh secret"]):
            new = self.message()
        self.assertEqual(self.receive(*new), 200)
        self.assertTrue(self.channel.has_previous_secret)
        self.channel.action_forget_previous_secret()
        self.env.flush_all()
        self.assertEqual(self.receive(*old), 401)
        self.assertEqual(self.receive(*new), 200)

    def test_events_are_fetched_together(self):
        """Many events of few orders: one request, and what is there by then."""
        for name in ("#1001", "#1002", "#1001"):
            self.receive(*self.message(content=self.about(name)))
        edit = {"order_edit": {"id": 1, "order_id": self.about("#1003")["id"]}}
        self.receive(*self.message("ORDERS_EDITED", edit))
        refund = {"id": 5, "order_id": self.about("#1014")["id"]}
        self.receive(*self.message("REFUNDS_CREATE", refund))
        self.store.requests.clear()
        self.channel._job_handle_events()
        self.assertEqual(set(self.found().mapped("state")), {"done"})
        rows = self.channel.order_ids
        self.assertEqual(set(rows.mapped("name")), {"#1001", "#1002", "#1003", "#1014"})
        self.assertEqual(set(rows.mapped("state")), {"imported"}, rows.mapped("reason"))
        self.assertTrue(self.order("#1014").channel_refund_ids)
        self.assertEqual(len(self.store.requests), 2, "orders, and the refund among them")
        self.assertFalse(self.channel.orders_cursor, "the regular import goes on from its own")

    def test_parts_lead_to_their_order(self):
        order = self.store.order_by_name("#1002")
        from tests.sandbox.shopify import fulfilment

        (part,) = fulfilment.ensure(self.store, order)
        told = {"fulfillment_order": {"id": part["id"], "status": "on_hold"}}
        self.receive(*self.message("FULFILLMENT_ORDERS_PLACED_ON_HOLD", told))
        self.assertEqual(self.found().kind, "part")
        self.channel._job_handle_events()
        self.assertEqual(self.channel.order_ids.mapped("name"), ["#1002"])

    def test_what_is_not_understood(self):
        for content in ({"id": "x"}, {"id": -1}, {"admin_graphql_api_id": ["gid"]}, {"id": True}):
            self.receive(*self.message(content=content))
        body = b"[1, 2"
        headers = webhooks.headers(self.store, "ORDERS_UPDATED", body)
        self.assertEqual(self.receive(body, headers), 200)
        self.channel._job_handle_events()
        self.assertEqual(set(self.found().mapped("state")), {"ignored"})

    def test_order_is_gone(self):
        self.receive(*self.message(content={"id": 4711}))
        self.channel._job_handle_events()
        self.assertEqual(self.found().state, "done")
        self.assertFalse(self.channel.order_ids)

    def test_shop_is_down(self):
        """Events wait until the shop answers; the regular import takes late ones along."""
        self.receive(*self.message())
        self.store.add_faults("status", 9, status=503)
        self.addCleanup(self.store.faults.clear)
        path = "odoo.addons.channel_connectors.channels.base.http.time.sleep"
        with (
            patch(path),
            self.assertLogs(LOGGER, "WARNING"),
            self.assertRaises(RetryableJobError),
        ):
            self.channel._job_handle_events()
        event = self.found()
        self.assertEqual(event.state, "new")
        event.received_at = fields.Datetime.now() - timedelta(minutes=5)
        self.env["queue.job"].search([]).unlink()
        channels = self.env["sales.channel"].with_context(queue_job__no_delay=False)
        channels._cron_import_orders()
        jobs = self.env["queue.job"].search([("method_name", "=", "_job_handle_events")])
        self.assertEqual(jobs.records, self.channel)

    def test_a_person_has_to_act(self):
        """Without a right the events wait, and the channel says what is missing."""
        self.store.scopes.discard("read_customers")
        self.addCleanup(self.store.scopes.add, "read_customers")
        self.receive(*self.message())
        self.channel._job_handle_events()
        self.assertEqual(self.found().state, "new")
        self.assertIn("read_customers", self.channel.last_error)

    def test_server_has_moved(self):
        before = set(self.store.subscriptions)
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:9999")
        self.channel.action_subscribe()
        rows = self.store.subscriptions
        self.assertFalse(before & set(rows))
        self.assertEqual(len(rows), len(before))
        self.assertTrue(all(":9999/" in row["uri"] for row in rows.values()))

    def test_app_is_removed(self):
        self.receive(*self.message("APP_UNINSTALLED", {"id": 1}))
        self.channel._job_handle_events()
        self.assertFalse(self.channel.auto_import)
        self.assertTrue(self.channel.last_error)

    def test_rights_change(self):
        self.store.scopes.discard("read_customers")
        self.addCleanup(self.store.scopes.add, "read_customers")
        self.receive(*self.message("APP_SCOPES_UPDATE", {"id": 1}))
        self.channel._job_handle_events()
        self.assertIn("read_customers", self.channel.last_error)

    def test_one_failure_does_not_stop_the_others(self):
        self.receive(*self.message("APP_UNINSTALLED", {"id": 1}))
        self.receive(*self.message())
        path = "odoo.addons.channel_connectors.models.sales_channel_event.SalesChannel"
        with (
            patch(f"{path}._handle_uninstalled", side_effect=ValueError("broken")),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            self.channel._job_handle_events()
        order, failed = self.found()
        self.assertEqual((order.state, failed.state), ("done", "failed"))
        self.assertEqual(failed.error, "broken")
        self.assertTrue(self.channel.auto_import)
        failed.action_retry()
        self.channel._job_handle_events()
        self.assertEqual(failed.state, "done")
        self.assertFalse(self.channel.auto_import)

    def test_roles(self):
        operator = new_test_user(
            self.env, "ev_user", "base.group_user,channel_connectors.group_channel_user"
        )
        self.receive(*self.message())
        event = self.found().with_user(operator)
        self.assertEqual(event.topic, "orders/updated")
        self.assertNotIn("webhook_token", event.channel_id.fields_get())
        event.sudo().state = "failed"
        event.action_retry()
        self.assertEqual(event.state, "new")

    def test_address_has_to_be_safe(self):
        from odoo.exceptions import UserError

        self.env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "False")
        with self.assertRaises(UserError):
            self.channel._webhook_address()


@tagged("post_install", "-at_install")
class TestWebhookAddress(WebhookCase, HttpCase):
    """The same over HTTP, as the shop delivers."""

    def post(self, body, headers, token=None):
        url = f"{self.base_url()}/sales_channels/webhook/{token or self.token}"
        return self.opener.post(url, data=body, headers=headers, timeout=10)

    def test_over_http(self):
        body, headers = self.message()
        self.assertEqual(self.post(body, headers).status_code, 200)
        self.assertEqual(self.post(body, headers).status_code, 200)
        self.assertEqual(len(self.found()), 1)
        self.assertEqual(self.post(body + b" ", headers).status_code, 401)
        self.assertEqual(self.post(body, headers, token="unknown").status_code, 404)
        self.assertEqual(self.post(body, {}).status_code, 401)
        answer = self.post(body, headers)
        self.assertEqual((answer.content, "session_id" in answer.cookies), (b"", False))

    def test_statements_of_a_whole_request(self):
        """Beside our two there is only what Odoo does for every request."""
        self.post(*self.message())
        body, headers = self.message(content=self.about("#1002"))
        statements = []
        execute = Cursor.execute

        def listen(cursor, query, *args, **kwargs):
            statements.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", listen):
            self.assertEqual(self.post(body, headers).status_code, 200)
        ours = [text for text in statements if "sales_channel" in text]
        self.assertEqual(len(ours), 2, statements)
        # Odoo looks for the language of a request that names none. Statements without a table,
        # as for the caches that earlier tests have cleared, are not those of a request.
        reads = [text for text in statements if text not in ours and " FROM " in text]
        others = {text.split(" FROM ")[1].split()[0] for text in reads}
        self.assertLessEqual(others, {'"res_users"', '"res_company"', '"res_partner"'})

    def test_oversize(self):
        body = b'{"id": "' + b"x" * 1_000_001 + b'"}'
        headers = webhooks.headers(self.store, "ORDERS_UPDATED", body)
        self.assertEqual(self.post(body, headers).status_code, 413)

        def chunks():
            yield body

        self.assertEqual(self.post(chunks(), headers).status_code, 411)
        self.assertFalse(self.found())

    def test_other_methods(self):
        url = f"{self.base_url()}/sales_channels/webhook/{self.token}"
        self.assertEqual(self.opener.get(url, timeout=10).status_code, 405)

    def test_secret_is_not_in_the_answer(self):
        body, headers = self.message()
        self.assertNotIn(CLIENT_SECRET, self.post(body, headers).text)
