# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _add_delivery_cost_to_so(self):
        """Customers of a channel have paid for shipping there, whatever the parcel costs us."""
        if self.sale_id.channel_id:
            return None
        return super()._add_delivery_cost_to_so()
