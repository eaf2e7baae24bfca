# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError


class StockMoveLine(models.Model):
    """On a receipt the supplier's lot number is entered beside ours."""

    _inherit = "stock.move.line"

    supplier_lot = fields.Char(
        "Supplier's Lot Number",
        help="The number on the supplier's own label; it goes onto our lot.",
    )

    @api.onchange("lot_id")
    def _onchange_lot_supplier(self):
        if self.lot_id.supplier_lot and self.picking_code == "incoming":
            self.supplier_lot = self.lot_id.supplier_lot

    def _prepare_new_lot_vals(self):
        vals = super()._prepare_new_lot_vals()
        if self.supplier_lot:
            vals["supplier_lot"] = self.supplier_lot.strip()
        return vals

    def _action_done(self):
        res = super()._action_done()
        lines = self.exists().filtered(lambda line: line.lot_id and line.supplier_lot)
        lines._set_supplier_lot()
        return res

    def _set_supplier_lot(self):
        """Put the supplier's number onto lots that have none yet.

        One lot of ours stands for one lot of the supplier: else a warning of the supplier
        could not be followed.
        """
        for line in self:
            lot, number = line.lot_id, line.supplier_lot.strip()
            if not lot.supplier_lot:
                lot.supplier_lot = number
            elif lot.supplier_lot != number:
                raise UserError(
                    self.env._(
                        "Lot %(lot)s of %(product)s is the supplier's lot %(known)s. Receive the "
                        "supplier's lot %(number)s under a lot number of its own.",
                        lot=lot.name,
                        product=line.product_id.display_name,
                        known=lot.supplier_lot,
                        number=number,
                    )
                )
