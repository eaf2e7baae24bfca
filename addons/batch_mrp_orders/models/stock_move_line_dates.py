# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class StockMoveLine(models.Model):
    """What goes into a run decides how long its goods keep."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id.raw_material_production_id._update_lot_dates_later()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if {"lot_id", "quantity", "move_id"} & vals.keys():
            self.move_id.raw_material_production_id._update_lot_dates_later()
        return res

    def unlink(self):
        runs = self.move_id.raw_material_production_id
        res = super().unlink()
        runs._update_lot_dates_later()
        return res
