# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .stock_lot_dates import USED_BY


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    lot_blocked = fields.Boolean(related="lot_id.is_blocked", string="Lot Blocked")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == "done")._check_lots_usable()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if not {"lot_id", "quantity", "location_dest_id"}.isdisjoint(vals):
            self.filtered(lambda line: line.state == "done")._check_lots_usable()
        return res

    def _action_done(self):
        res = super()._action_done()
        self.exists()._check_lots_usable()
        return res

    def _check_lots_usable(self):
        """Also a lot that was typed in must be one that may leave."""
        # Whoever ships must be told, even without access to the lot or the customer.
        leaving = self.sudo().filtered(
            lambda line: (
                line.lot_id and line.quantity > 0 and line.location_dest_id._is_out_of_reach()
            )
        )
        leaving._check_lots_released()
        leaving._check_remaining_life()

    def _read_blocked_lots(self):
        """Blocked lots among those of these lines, as they are now and not when we began.

        The lots stay locked until the end: a block that somebody sets meanwhile waits for
        us, and one that was set meanwhile makes us begin again and see it.
        """
        if not self.lot_id:
            return self.lot_id
        # Core keeps the only location of a lot in its row: what is to be written is written
        # before others can lock the row, too.
        self.lot_id.flush_recordset()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, is_blocked FROM stock_lot WHERE id IN %s ORDER BY id FOR SHARE",
                tuple(self.lot_id.ids),
            )
        )
        return self.env["stock.lot"].browse(lot_id for lot_id, blocked in rows if blocked)

    def _check_lots_released(self):
        """Goods of a blocked lot go neither to a customer nor into production.

        They can be moved to quarantine, returned to the vendor and scrapped.
        """
        lots = self._read_blocked_lots()
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

    def _check_remaining_life(self):
        """Goods keep as long as the product or the customer demands."""
        today = fields.Date.context_today(self)
        for line in self.filtered("lot_id.expiration_date"):
            days = line.move_id._get_min_remaining_days()
            last_day = self.env["stock.quant"]._get_last_day(line.lot_id)
            if days and last_day <= today + timedelta(days=days):
                raise UserError(
                    self.env._(
                        "Lot %(lot)s of %(product)s may be used until %(day)s only; it must still "
                        "keep for %(days)s days when it is delivered. Choose another lot, or "
                        "lower the minimum remaining life of the product or the customer.",
                        lot=line.lot_id.name,
                        product=line.product_id.display_name,
                        day=format_date(self.env, last_day),
                        days=days,
                    )
                )


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _is_out_of_reach(self):
        """Whether goods that go there have been used, or left for somebody else: a customer,
        or another company through a location that belongs to none."""
        self.ensure_one()
        return self.usage in USED_BY or (self.usage == "transit" and not self.company_id)
