# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import format_date


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    scanned_qty = fields.Float(
        "Scanned",
        digits="Product Unit",
        copy=False,
        help="Pieces that were scanned at the ship desk, in the product's unit. Once one is "
        "scanned the delivery leaves only when all are.",
    )

    def _get_missing_scans(self):
        """Pieces still to be scanned."""
        self.ensure_one()
        return max(self.quantity_product_uom - self.scanned_qty, 0)

    def _prepare_desk_line(self):
        """What the ship desk shows of a line."""
        self.ensure_one()
        day = self.lot_id and self.lot_id._get_best_before()
        text = self.product_id.uom_id._get_quantity_text
        return {
            "id": self.id,
            "product": self.product_id.display_name,
            "lot": self.lot_id.name or "",
            "best_before": format_date(self.env, day) if day else "",
            "quantity": text(self.quantity_product_uom),
            "scanned": text(self.scanned_qty) if self.scanned_qty else "",
            "complete": not self._get_missing_scans(),
            "package": self.result_package_id.name or "",
        }
