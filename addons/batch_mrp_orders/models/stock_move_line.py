# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models

from ..planning.quantity import exact

# Changing one of these on a finished move line changes who has got which goods.
GOODS_FIELDS = {"quantity", "lot_id", "product_uom_id", "location_id", "quant_id", "owner_id"}


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id.filtered(lambda move: move.state == "done")._goods_moved()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if GOODS_FIELDS & set(vals):
            self.move_id.filtered(lambda move: move.state == "done")._goods_moved()
        return res

    def _give_back(self, quantity):
        """Unreserve ``quantity`` (exact, in the product's unit) of the line."""
        self.ensure_one()
        left = exact(self.quantity_product_uom) - quantity
        if left > 0:
            self.quantity = self.product_id.uom_id._compute_quantity(
                float(left), self.product_uom_id, rounding_method="HALF-UP"
            )
        else:
            self.unlink()
