# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SaleOrderMaterialConfirmation(models.TransientModel):
    _name = "sale.order.material.confirmation"
    _description = "Confirm Although Material is Missing"

    order_ids = fields.Many2many("sale.order", readonly=True)
    shortage_ids = fields.Many2many(
        "sale.order.material.line", compute="_compute_shortage_ids", string="Missing Materials"
    )

    goods_ids = fields.Many2many(
        "sale.order.material.line", compute="_compute_shortage_ids", string="Ordered Goods"
    )
    picking_policy = fields.Selection(
        [
            ("direct", "In parts: what is possible now, the rest when it is ready"),
            ("one", "All at once, when everything is ready"),
        ],
        string="Delivery",
        compute="_compute_picking_policy",
        readonly=False,
        store=True,
    )

    @api.depends("order_ids")
    def _compute_picking_policy(self):
        for wizard in self:
            wizard.picking_policy = wizard.order_ids[:1].picking_policy or "direct"

    @api.depends("order_ids.material_line_ids.shortage_qty")
    def _compute_shortage_ids(self):
        for wizard in self:
            lines = wizard.order_ids.material_line_ids
            wizard.shortage_ids = lines.filtered(lambda line: line.shortage_qty > 0)
            wizard.goods_ids = lines.filtered(lambda line: line.level == 1)

    def action_confirm(self):
        """Confirm; the material will be bought or made later."""
        self.order_ids.filtered(
            lambda order: order.picking_policy != self.picking_policy
        ).picking_policy = self.picking_policy
        return self.order_ids.with_context(ask_materials=False).action_confirm()

    def action_order_materials(self):
        """Confirm and order what is missing."""
        self.action_confirm()
        return self.order_ids.action_order_missing_materials()
