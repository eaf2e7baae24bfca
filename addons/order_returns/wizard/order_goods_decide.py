# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from ..models.order_goods_decision import DECISIONS


class OrderGoodsDecide(models.TransientModel):
    _name = "order.goods.decide"
    _description = "Decide About Returned Goods"

    rma_id = fields.Many2one("rma", "Complaint", required=True, readonly=True)
    product_id = fields.Many2one(related="rma_id.product_id")
    lot_id = fields.Many2one(related="rma_id.lot_id")
    expiration_date = fields.Datetime(related="rma_id.expiration_date")
    is_blocked = fields.Boolean(related="lot_id.is_blocked")
    undecided_qty = fields.Float(related="rma_id.undecided_qty")
    uom_id = fields.Many2one(related="rma_id.product_uom", string="Unit")
    decision = fields.Selection(DECISIONS, required=True)
    quantity = fields.Float(required=True, digits="Product Unit")
    note = fields.Char("Because", required=True)

    def action_apply(self):
        self.ensure_one()
        self.rma_id._decide_goods(self.decision, self.quantity, self.note)
        return {"type": "ir.actions.act_window_close"}
