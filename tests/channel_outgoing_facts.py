# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of messages to channels run inside Odoo, in processes of their own."""

from tests.channel_facts import ship
from tests.channel_import_facts import set_up as set_up_import

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
    ship(sales.picking_ids)
    invoice = sales[0]._create_invoices()
    invoice.action_post()
    note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
    note.action_post()
    note._intend_channel_refund(restock=False, notify=False, exact_amount=False)
    channel.push_stock = True
    env.cr.commit()
    print(channel.id)
