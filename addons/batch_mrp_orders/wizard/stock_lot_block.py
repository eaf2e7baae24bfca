# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class StockLotBlock(models.TransientModel):
    _name = "stock.lot.block"
    _description = "Block or Release Lots"

    lot_ids = fields.Many2many("stock.lot", string="Lots", required=True)
    release = fields.Boolean()
    reason = fields.Char(required=True)
    move_ids = fields.Many2many(
        "stock.move",
        compute="_compute_move_ids",
        string="Reservations to Free",
        help="Transfers and production runs that have reserved goods of these lots.",
    )

    picked_line_ids = fields.Many2many(
        "stock.move.line",
        compute="_compute_picked_line_ids",
        string="Picked Already",
        help="Goods in somebody's hands. They cannot be shipped or used any more, and have to be "
        "put aside by whoever holds them.",
    )

    @api.depends("lot_ids", "release")
    def _compute_picked_line_ids(self):
        for wizard in self:
            lines = wizard.lot_ids._origin._get_open_lines().filtered("picked")
            wizard.picked_line_ids = lines.browse() if wizard.release else lines

    @api.depends("lot_ids", "release")
    def _compute_move_ids(self):
        for wizard in self:
            lines = wizard.lot_ids._origin._get_reserved_lines()
            wizard.move_ids = self.env["stock.move"] if wizard.release else lines.move_id

    def action_apply(self):
        self.ensure_one()
        if self.release:
            self.lot_ids.action_release(self.reason)
        else:
            self.lot_ids.action_block(self.reason)
        return {"type": "ir.actions.act_window_close"}
