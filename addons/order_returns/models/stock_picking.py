# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_open_complaint(self):
        self.ensure_one()
        return self.env["order.complaint"]._get_action({"default_picking_id": self.id})

    def _action_done(self):
        res = super()._action_done()
        # sudo: whoever ships need not take complaints
        self.sudo().move_ids.sale_line_id.order_id.replaced_rma_ids._note_replaced()
        return res
