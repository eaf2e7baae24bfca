# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

DECISIONS = [
    ("restock", "Back to Stock"),
    ("destroy", "Destroy"),
    ("supplier", "Back to the Supplier"),
]


class OrderGoodsDecision(models.Model):
    """What became of pieces that came back. Rows are never changed."""

    _name = "order.goods.decision"
    _description = "Decision About Returned Goods"
    _order = "id"
    _rec_name = "decision"
    _check_company_auto = True

    rma_id = fields.Many2one("rma", "Complaint", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="rma_id.company_id", store=True, index=True)
    decision = fields.Selection(DECISIONS, required=True)
    quantity = fields.Float(required=True, digits="Product Unit")
    uom_id = fields.Many2one(related="rma_id.product_uom", string="Unit")
    lot_id = fields.Many2one(related="rma_id.lot_id", store=True, index="btree_not_null")
    note = fields.Char("Because")
    move_id = fields.Many2one("stock.move", "Movement", ondelete="restrict")
    scrap_id = fields.Many2one("stock.scrap", ondelete="restrict")

    def _get_text(self):
        labels = dict(self._fields["decision"]._description_selection(self.env))
        return self.env._(
            "%(decision)s: %(quantity)s %(unit)s. %(note)s",
            decision=labels[self.decision],
            quantity=self.quantity,
            unit=self.uom_id.name,
            note=self.note or "",
        )
