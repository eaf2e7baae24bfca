# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SaleOrder(models.Model):
    """What a channel says of an order beside goods and money."""

    _inherit = "sale.order"

    channel_is_gift = fields.Boolean("Gift", readonly=True, copy=False)
    channel_is_wrapped = fields.Boolean(
        "Gift Wrapped", readonly=True, copy=False, help="The customer has paid for wrapping."
    )
    channel_gift_message = fields.Text("Gift Message", readonly=True, copy=False)
    channel_gift_sender = fields.Char("Gift From", readonly=True, copy=False)
    channel_tax_collected = fields.Monetary(
        "Tax Collected by the Channel",
        readonly=True,
        copy=False,
        help="Charged on top by the channel, which pays it to the state itself. It is neither in "
        "this order nor in our books.",
    )


class StockPicking(models.Model):
    """Whoever packs sees what the giver wants."""

    _inherit = "stock.picking"

    channel_is_gift = fields.Boolean(related="sale_id.channel_is_gift")
    channel_is_wrapped = fields.Boolean(related="sale_id.channel_is_wrapped")
    channel_gift_message = fields.Text(related="sale_id.channel_gift_message")
    channel_gift_sender = fields.Char(related="sale_id.channel_gift_sender")
