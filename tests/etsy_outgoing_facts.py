# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of messages to Etsy run inside Odoo, in processes of their own."""

import json

from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET

STOCK = 60
UNPAID = "3511000008"


def set_up(env, url, access, refresh):
    """The samples at the stand-in imported and shipped, stock to be told."""
    from odoo.addons.channel_connectors.channels.base.state import Grant

    env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
    channel = env["sales.channel"].create(
        {
            "name": "Etsy",
            "channel_type": "etsy",
            "api_base": url,
            "client_id": KEYSTRING,
            "client_secret": SHARED_SECRET,
            "auto_import": False,
        }
    )
    taxes = env["account.tax"].search(
        [("type_tax_use", "=", "sale"), ("amount", "=", 19), ("company_id", "=", env.company.id)]
    )
    for sku in ("SEIFE-LAV-100", "SEIFE-LAV-200", "TEE-ABEND-80", "SET-GESCHENK-1"):
        product = env["product.product"].create(
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "taxes_id": [(6, 0, taxes[:1].ids)],
            }
        )
        env["stock.quant"]._update_available_quantity(
            product, channel.warehouse_id.lot_stock_id, STOCK
        )
    env.cr.commit()
    # The token is kept in a transaction of its own, which has to see the channel.
    channel._account_state(channel._credentials()).store(Grant(access, 3600.0, refresh, 7.0e6))
    env.cr.commit()
    env.invalidate_all()
    channel.action_prepare_taxes()
    failure = channel._import_orders()
    assert not failure, failure
    orders = env["sale.order"].search([("channel_id", "=", channel.id), ("state", "=", "draft")])
    # One of the samples has no address, and one is not paid yet.
    orders = orders.filtered(
        lambda row: not row.channel_address_missing and row.client_order_ref != UNPAID
    )
    orders.action_confirm()
    shipped = 0
    for picking in orders.filtered(lambda row: row.state == "sale").picking_ids:
        picking.move_ids.picked = True
        picking.carrier_tracking_ref = f"T{picking.id}"
        picking.button_validate()
        shipped += picking.state == "done"
    channel.action_fetch_locations()
    channel.push_stock = True
    env.cr.commit()
    print(json.dumps({"channel": channel.id, "shipped": shipped}))


def work(env, channel_id, kind, die=""):
    """Send as a worker does; ``die`` names the request after which the worker is gone."""
    import os
    import time

    from psycopg2 import OperationalError

    from odoo.addons.channel_connectors.channels.etsy.outgoing import EtsyOutgoing
    from odoo.addons.queue_job.exception import RetryableJobError

    if die:
        original = getattr(EtsyOutgoing, die)

        def fatal(adapter, *args, **kwargs):
            original(adapter, *args, **kwargs)
            os._exit(0)

        setattr(EtsyOutgoing, die, fatal)
    channel = env["sales.channel"].browse(int(channel_id))
    for _time in range(600):
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
        for kind in ("stock", "fulfilment")
    }
    facts["problems"] = [error for error in intents.mapped("error") if error]
    facts["levels"] = {row.listing_id.inventory_item_id: row.offered for row in channel.stock_ids}
    facts["open_levels"] = len(channel.stock_ids.filtered(lambda r: r.is_dirty or r.intent_id))
    print(json.dumps(facts))
