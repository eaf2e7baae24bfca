# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of messages to channels run inside Odoo, in processes of their own."""

import json
import os
import time

from tests.channel_import_facts import set_up as set_up_import

PATIENCE = 180.0  # seconds
STOCK = 5000


def set_up(env, url, orders):
    """Orders of the stand-in shipped, one of them credited, stock to be told."""
    set_up_import(env, url)
    channel = env["sales.channel"].search([], order="id desc", limit=1)
    products = env["product.product"].search([("default_code", "!=", False)])
    products = products.filtered(
        lambda p: p.default_code in ("HON-500", "HON-250W", "KER-1", "LIP-1")
    )
    products.write({"is_storable": True, "invoice_policy": "order"})
    for product in products:
        env["stock.quant"]._update_available_quantity(
            product, channel.warehouse_id.lot_stock_id, STOCK
        )
    channel._import_orders()
    sales = env["sale.order"].search([("channel_id", "=", channel.id)])
    assert len(sales) == int(orders), sales.mapped("name")
    sales.action_confirm()
    channel.action_fetch_locations()
    places = channel.location_ids.sorted("external_id")
    places[0].warehouse_ids = channel.warehouse_id
    channel.auto_import = False
    for picking in sales.picking_ids:
        picking.move_ids.picked = True
        picking.carrier_tracking_ref = f"T{picking.id}"
        picking.button_validate()
    invoice = sales[0]._create_invoices()
    invoice.action_post()
    note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
    note.action_post()
    note._intend_channel_refund(restock=False, notify=False, exact_amount=False)
    channel.push_stock = True
    env.cr.commit()
    print(channel.id)


def work(env, channel_id, kind, die=""):
    """Send as a worker does: again when another one was in the way. ``die`` names the request
    after which the worker is gone, before it could note what came of it.
    """
    from psycopg2 import OperationalError

    from odoo.addons.channel_connectors.channels.shopify.outgoing import ShopifyOutgoing
    from odoo.addons.queue_job.exception import RetryableJobError

    if die:
        original = getattr(ShopifyOutgoing, die)

        def fatal(adapter, *args, **kwargs):
            original(adapter, *args, **kwargs)
            os._exit(0)

        setattr(ShopifyOutgoing, die, fatal)
    channel = env["sales.channel"].browse(int(channel_id))
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        try:
            getattr(channel, f"_job_send_{kind}")()
            env.cr.commit()
            break
        except (RetryableJobError, OperationalError):
            env.cr.rollback()
            env.invalidate_all()
            time.sleep(0.3)
    else:
        raise RuntimeError("nobody let this worker send")
    print("done")


def collect(env, channel_id):
    """What we believe to have told."""
    channel = env["sales.channel"].browse(int(channel_id))
    intents = env["sales.channel.intent"].search([("channel_id", "=", channel.id)])
    facts = {
        kind: sorted(intents.filtered(lambda row, kind=kind: row.kind == kind).mapped("state"))
        for kind in ("stock", "fulfilment", "refund")
    }
    facts["problems"] = [error for error in intents.mapped("error") if error]
    facts["levels"] = {row.listing_id.inventory_item_id: row.offered for row in channel.stock_ids}
    facts["open_levels"] = len(channel.stock_ids.filtered(lambda r: r.is_dirty or r.intent_id))
    facts["refunds"] = env["sales.channel.refund"].search_count([("move_id", "!=", False)])
    print(json.dumps(facts))
