# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

LEAVING_USAGES = ("customer", "production")


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    lot_blocked = fields.Boolean(related="lot_id.is_blocked", string="Lot Blocked")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == "done")._check_lots_released()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if not {"lot_id", "quantity", "location_dest_id"}.isdisjoint(vals):
            self.filtered(lambda line: line.state == "done")._check_lots_released()
        return res

    def _action_done(self):
        res = super()._action_done()
        self.exists()._check_lots_released()
        return res

    def _check_lots_released(self):
        """Goods of a blocked lot go neither to a customer nor into production.

        They can be moved to quarantine, returned to the vendor and scrapped.
        """
        # Whoever ships must be told, even without access to the lot.
        lots = (
            self.sudo()
            .filtered(
                lambda line: line.quantity > 0 and line.location_dest_id.usage in LEAVING_USAGES
            )
            .lot_id.filtered("is_blocked")
        )
        if lots:
            raise UserError(
                "\n".join(
                    self.env._(
                        "Lot %(lot)s of %(product)s is blocked: %(reason)s. Choose another lot, or "
                        "have the quality department release it.",
                        lot=lot.name,
                        product=lot.product_id.display_name,
                        reason=lot.block_reason,
                    )
                    for lot in lots
                )
            )
