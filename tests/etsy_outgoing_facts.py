# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of messages to Etsy run inside Odoo, in processes of their own."""

import json

from tests.channel_facts import make_channel, ship
from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET

STOCK = 60
UNPAID = "3511000008"


def set_up(env, url, access, refresh):
    """The samples at the stand-in imported and shipped, stock to be told."""
    from odoo.addons.channel_connectors.channels.base.state import Grant

    channel = make_channel(env, url, "etsy", KEYSTRING, SHARED_SECRET, auto_import=False)
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
    pickings = orders.filtered(lambda row: row.state == "sale").picking_ids
    ship(pickings)
    shipped = len(pickings.filtered(lambda row: row.state == "done"))
    channel.action_fetch_locations()
    channel.push_stock = True
    env.cr.commit()
    print(json.dumps({"channel": channel.id, "shipped": shipped}))
