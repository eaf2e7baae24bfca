# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        """Material has arrived: shortages and dates of waiting orders may have changed."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        if any(move.picking_code == "incoming" and move.state == "done" for move in moves):
            moves.env["sale.order"]._trigger_promise_refresh()
        return moves

    def write(self, vals):
        res = super().write(vals)
        if "date" in vals and any(
            move.picking_code == "incoming" and move.state not in ("done", "cancel", "draft")
            for move in self
        ):
            self.env["sale.order"]._trigger_promise_refresh()
        return res
