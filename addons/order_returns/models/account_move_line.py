# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class AccountMoveLine(models.Model):
    """Which line of which invoice a complaint has given back."""

    _inherit = "account.move.line"

    credited_line_id = fields.Many2one(
        "account.move.line", readonly=True, copy=False, index="btree_not_null"
    )
    credit_line_ids = fields.One2many("account.move.line", "credited_line_id", readonly=True)

    def _get_uncredited(self):
        """Quantity of an invoice's line that neither complaints nor other notes took back."""
        by_hand = self.sale_line_ids.invoice_lines.filtered(
            lambda li: li.move_id.reversed_entry_id == self.move_id and li.parent_state == "posted"
        )
        credited = by_hand | self.credit_line_ids.filtered(lambda li: li.parent_state != "cancel")
        return self.quantity - sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id, round=False)
            for line in credited
        )
