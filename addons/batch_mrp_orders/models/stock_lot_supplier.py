# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class StockLot(models.Model):
    """A lot knows the number its supplier gave it and the day it was produced on."""

    _inherit = "stock.lot"
    _rec_names_search = ["name", "supplier_lot"]

    supplier_lot = fields.Char(
        "Supplier's Lot Number",
        index="btree_not_null",
        tracking=True,
        copy=False,
        help="The number on the supplier's own label. It is entered on the receipt, beside our "
        "number; a supplier's warning can be looked up by it.",
    )
    production_date = fields.Date(
        copy=False,
        tracking=True,
        help="Day on which the goods were made. For lots of our own runs it is the day on which "
        "the run was finished, unless somebody has entered another one.",
    )

    @api.depends("supplier_lot")
    @api.depends_context("formatted_display_name")
    def _compute_display_name(self):
        """In a list of suggestions the supplier's number stands beside ours."""
        res = super()._compute_display_name()
        if self.env.context.get("formatted_display_name"):
            for lot in self:
                if lot.supplier_lot:
                    lot.display_name = f"{lot.display_name}\t--{lot.supplier_lot}--"
        return res
