# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.exceptions import UserError


class StockRecall(models.Model):
    """Blocks the affected lots, and lifts its own blocks again when it is undone."""

    _inherit = "stock.recall"

    def _get_block_reason(self):
        return f"{self.name}: {self.reason}"

    def _block_lots(self):
        """Block what is not blocked yet; lots blocked for another reason keep it."""
        for recall in self.filtered(lambda recall: not recall.rehearsal):
            lines = recall.line_ids.filtered(lambda line: line.block_state == "none")
            blocked = lines.filtered("lot_id.is_blocked")
            blocked.block_state = "other"
            free = lines - blocked
            if free:
                free.lot_id.action_block(recall._get_block_reason())
                free.block_state = "recall"

    def _lift_blocks(self):
        for recall in self:
            lines = recall.line_ids.filtered(lambda line: line.block_state == "recall")
            recall._release_or_hand_over(lines.lot_id)

    def _release_or_hand_over(self, lots):
        """Release lots that this recall has blocked, unless another recall needs the block."""
        self.ensure_one()
        others = self.env["stock.recall.lot"].search(
            [
                ("lot_id", "in", lots.ids),
                ("recall_id", "!=", self.id),
                ("state", "=", "active"),
                ("rehearsal", "=", False),
                ("block_state", "!=", "cleared"),
            ]
        )
        for lot, lines in others.grouped("lot_id").items():
            lines[0].block_state = "recall"
            lot.write({"block_reason": lines[0].recall_id._get_block_reason()})
        (lots - others.lot_id).action_release(self.display_name)


class StockLot(models.Model):
    """Blocks of recalls and blocks that people set keep apart."""

    _inherit = "stock.lot"

    def _get_active_recall_lines(self):
        """Rows of active recalls that keep these lots blocked."""
        return self.env["stock.recall.lot"].search(
            [
                ("lot_id", "in", self.ids),
                ("state", "=", "active"),
                ("rehearsal", "=", False),
                ("block_state", "in", ("recall", "other")),
            ]
        )

    def action_block(self, reason):
        """Whoever blocks a recalled lot has a reason of his own: it outlives the recall."""
        lines = self._get_active_recall_lines()
        lines.filtered(lambda line: line.block_state == "recall").block_state = "other"
        return super().action_block(reason)

    def action_release(self, reason=None):
        lines = self._get_active_recall_lines()
        if lines:
            raise UserError(
                self.env._(
                    "Lot %(lot)s is part of the recall %(recall)s. Clear it there, or undo the "
                    "recall.",
                    lot=lines[0].lot_id.name,
                    recall=lines[0].recall_id.name,
                )
            )
        return super().action_release(reason)
