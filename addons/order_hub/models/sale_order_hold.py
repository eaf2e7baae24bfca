# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SaleOrder(models.Model):
    """Goods that are made, but must not leave: the status does not call them ready to ship."""

    _inherit = "sale.order"

    shipping_hold_reason = fields.Char(
        "Cannot Leave",
        compute="_compute_shipping_hold_reason",
        help="Why the goods are made, but must not leave.",
    )

    @api.depends("channel_address_missing")
    def _compute_production_status(self):
        return super()._compute_production_status()

    @api.depends("state", "channel_address_missing")
    def _compute_shipping_hold_reason(self):
        for order in self:
            is_open = order.state != "cancel"
            order.shipping_hold_reason = is_open and order._get_shipping_hold_reason()

    def _get_shipping_hold_reason(self):
        reason = super()._get_shipping_hold_reason()
        return self.env._("Address missing") if self.channel_address_missing else reason
