# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

OFFER_FIELDS = {"is_blocked", "expiration_date", "removal_date"}


class StockLot(models.Model):
    """A lot that is blocked, released or dated anew changes what channels are offered."""

    _inherit = "stock.lot"

    def write(self, vals):
        if OFFER_FIELDS & vals.keys():
            self.env["sales.channel.stock.change"]._note(self.product_id)
        return super().write(vals)


class MrpProductionAllocation(models.Model):
    """Goods somebody has a claim on are not offered."""

    _inherit = "mrp.production.allocation"

    def write(self, vals):
        if {"state", "quantity", "taken_qty"} & vals.keys():
            self.env["sales.channel.stock.change"]._note(self.product_id)
        return super().write(vals)

    def unlink(self):
        self.env["sales.channel.stock.change"]._note(self.product_id)
        return super().unlink()
