# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of the import run inside Odoo, in processes of their own."""

import json

from tests.channel_facts import make_channel
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET
from tests.together import until_done


def set_up(env, url):
    """A channel at the stand-in, with goods for its orders and taxes for its rates."""
    for sku in ("HON-500", "HON-250W", "KER-1", "LIP-1"):
        if not env["product.product"].search([("default_code", "=", sku)]):
            env["product.product"].create({"name": sku, "default_code": sku, "type": "consu"})
    channel = make_channel(env, url, "shopify", CLIENT_ID, CLIENT_SECRET)
    channel.action_prepare_taxes()
    # The orders are to be fetched by the processes that import them.
    env.cr.execute("DELETE FROM sales_channel_order")
    channel.orders_cursor = False
    env.cr.commit()
    print(channel.id)


def import_until_done(env, channel_id):
    """Import as a worker does: again when another one was in the way."""
    channel = env["sales.channel"].browse(int(channel_id))
    print(until_done(env, channel._job_import_orders))


def collect(env, channel_id):
    """Counts that show duplicates and losses."""
    rows = env["sales.channel.order"].search([("channel_id", "=", int(channel_id))])
    orders = env["sale.order"].search([("channel_id", "=", int(channel_id))])
    facts = {
        "rows": len(rows),
        "states": sorted(rows.mapped("state")),
        "orders": len(orders),
        "names": sorted(orders.mapped("client_order_ref")),
        "total": f"{sum(orders.mapped('amount_total')):.2f}",
        "partners": len(orders.partner_id),
        "payments": len(orders.channel_payment_ids),
    }
    print(json.dumps(facts))
