# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of any channel run inside Odoo, in processes of their own."""

import json
import os

from tests.together import until_done


def make_channel(env, url, channel_type, client_id, client_secret, **values):
    """A channel at a stand-in."""
    env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
    return env["sales.channel"].create(
        {
            "name": "Shop",
            "channel_type": channel_type,
            "api_base": url,
            "client_id": client_id,
            "client_secret": client_secret,
            **values,
        }
    )


def ship(pickings):
    """Send parcels, each with a number."""
    for picking in pickings:
        picking.move_ids.picked = True
        picking.carrier_tracking_ref = f"T{picking.id}"
        picking.button_validate()


def send(env, channel_id, kind, die=""):
    """Send as a worker does: again when another one was in the way. ``die`` names the request
    after which the worker is gone, before it could note what came of it.
    """
    channel = env["sales.channel"].browse(int(channel_id))
    if die:
        adapter_class = channel._adapter_class()
        original = getattr(adapter_class, die)

        def fatal(adapter, *args, **kwargs):
            original(adapter, *args, **kwargs)
            os._exit(0)

        setattr(adapter_class, die, fatal)
    until_done(env, getattr(channel, f"_job_send_{kind}"), 0.3)
    print("done")


def collect_sent(env, channel_id):
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
