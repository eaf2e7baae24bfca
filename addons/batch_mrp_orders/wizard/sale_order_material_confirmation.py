# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SaleOrderMaterialConfirmation(models.TransientModel):
    _name = "sale.order.material.confirmation"
    _description = "Confirm Although Material is Missing"

    order_ids = fields.Many2many("sale.order", readonly=True)
    shortage_ids = fields.Many2many(
        "sale.order.material.line", compute="_compute_shortage_ids", string="Missing Materials"
    )

    @api.depends("order_ids.material_line_ids.shortage_qty")
    def _compute_shortage_ids(self):
        for wizard in self:
            wizard.shortage_ids = wizard.order_ids.material_line_ids.filtered(
                lambda line: line.shortage_qty > 0
            )

    def action_confirm(self):
        """Confirm; the material will be bought or made later."""
        return self.order_ids.with_context(ask_materials=False).action_confirm()

    def action_order_materials(self):
        """Confirm and order what is missing."""
        self.order_ids.with_context(ask_materials=False).action_confirm()
        return self.order_ids.action_order_missing_materials()
