# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models

OFFER_FIELDS = {"quantity", "reserved_quantity", "location_id", "lot_id", "product_id"}


class StockQuant(models.Model):
    """What is free decides what channels offer."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        self.env["sales.channel.stock.change"]._note(quants.product_id)
        return quants

    def write(self, vals):
        if OFFER_FIELDS & vals.keys():
            self.env["sales.channel.stock.change"]._note(self.product_id)
        return super().write(vals)

    def unlink(self):
        self.env["sales.channel.stock.change"]._note(self.product_id)
        return super().unlink()
