# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _get_removal_strategy(self, product_id, location_id):
        """Of products whose lots expire, the first to expire leaves first.

        That holds for deliveries and for ingredients of runs, unless the product category, the
        location or one above it names another strategy.
        """
        strategy = super()._get_removal_strategy(product_id, location_id)
        if strategy != "fifo" or not product_id.use_expiration_date:
            return strategy
        # Reservation reads settings, whoever reserves.
        chosen, location = product_id.sudo().categ_id.removal_strategy_id, location_id.sudo()
        while location and not chosen:
            chosen, location = location.removal_strategy_id, location.location_id
        return strategy if chosen else "fefo"
