# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of deliveries run inside Odoo, in processes of their own."""

import json
import signal
import time

from tests import channel_import_facts
from tests.sandbox.shopify import CLIENT_SECRET
from tests.sandbox.shopify.webhooks import signature
from tests.together import PATIENCE, until_done


def set_up(env, url):
    """A channel that is told about its orders."""
    env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1")
    channel_import_facts.set_up(env, url)
    channel = env["sales.channel"].search([], order="id desc", limit=1)
    channel._subscribe()
    env.cr.commit()


def deliveries(subjects, shop, topic="orders/updated"):
    """One delivery a subject, the same in every process."""
    for subject in subjects:
        body = json.dumps({"admin_graphql_api_id": subject}).encode()
        yield (
            body,
            {
                "X-Shopify-Topic": topic,
                "X-Shopify-Hmac-Sha256": signature(body, CLIENT_SECRET),
                "X-Shopify-Shop-Domain": shop,
                "X-Shopify-Webhook-Id": f"{topic} of {subject}",
            },
        )


def work(env, channel_id, first, count, start_at):
    """Receive every delivery as the web server does, then handle events as a worker does."""
    from odoo.service.model import retrying

    channel = env["sales.channel"].browse(int(channel_id))
    token, shop = channel.sudo().webhook_token, channel.shop_domain
    orders = [f"gid://shopify/Order/{int(first) + n}" for n in range(int(count))]
    time.sleep(max(0.0, float(start_at) - time.time()))
    for body, headers in deliveries(orders, shop):

        def receive(body=body, headers=headers):
            return env["sales.channel"]._receive_webhook(token, headers, body)

        assert retrying(receive, env) == 200
    until_done(env, channel._job_handle_events)


def rights(env, channel_id):
    """Hear twice of new rights, and handle it as a worker does: once, and not for ever."""
    channel = env["sales.channel"].browse(int(channel_id))
    token = channel.sudo().webhook_token
    for body, headers in deliveries(["1", "2"], channel.shop_domain, "app/scopes_update"):
        assert env["sales.channel"]._receive_webhook(token, headers, body) == 200
    env.cr.commit()
    signal.alarm(int(PATIENCE))  # who waits for a lock of its own does so without end
    channel._job_handle_events()
    env.cr.commit()
    found = channel.event_ids.filtered(lambda event: event.kind == "rights")
    print(json.dumps({"events": found.mapped("state"), "error": channel.last_error}))


def collect(env, channel_id):
    """Counts that show duplicates and losses."""
    channel = env["sales.channel"].browse(int(channel_id))
    jobs = env["queue.job"].search([("method_name", "=", "_job_handle_events")])
    orders = env["sale.order"].search([("channel_id", "=", channel.id)])
    facts = {
        "events": sorted(channel.event_ids.mapped("state")),
        "rows": sorted(channel.order_ids.mapped("state")),
        "orders": len(orders),
        "names": len(set(orders.mapped("client_order_ref"))),
        "jobs": len(jobs),
    }
    print(json.dumps(facts))
