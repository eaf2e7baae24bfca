# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    delivered_on = fields.Datetime(
        compute="_compute_delivered_on",
        store=True,
        readonly=False,
    )

    @api.depends("delivery_state", "date_delivered")
    def _compute_delivered_on(self):
        """What the carrier says; what somebody noted by hand before stays."""
        for picking in self:
            delivered = picking.delivery_state == "customer_delivered"
            if delivered and not picking.delivered_on:
                picking.delivered_on = picking.date_delivered or fields.Datetime.now()
            else:
                picking.delivered_on = picking.delivered_on
