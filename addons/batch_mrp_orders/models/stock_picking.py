# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    delivered_on = fields.Datetime(
        copy=False,
        tracking=True,
        help="When the carrier handed the shipment over to the customer.",
    )

    def action_mark_delivered(self):
        """Note that the customer has the goods; shipments already noted keep their time."""
        self.filtered(lambda picking: not picking.delivered_on).delivered_on = fields.Datetime.now()
        return True
