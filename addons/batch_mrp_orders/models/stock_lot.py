# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

BLOCK_FIELDS = {"is_blocked", "block_reason", "blocked_by_id", "blocked_on"}


class StockLot(models.Model):
    """A lot that quality has blocked is neither promised, planned, reserved nor shipped."""

    _inherit = "stock.lot"

    is_blocked = fields.Boolean("Blocked", readonly=True, copy=False)
    block_reason = fields.Char("Blocked Because", readonly=True, copy=False)
    blocked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    blocked_on = fields.Datetime("Blocked Since", readonly=True, copy=False)

    _blocked_lots = models.Index("(id) WHERE is_blocked")

    @api.model_create_multi
    def create(self, vals_list):
        if any(not BLOCK_FIELDS.isdisjoint(vals) for vals in vals_list):
            self._check_quality()
        return super().create(vals_list)

    def write(self, vals):
        if not BLOCK_FIELDS.isdisjoint(vals):
            self._check_quality()
        return super().write(vals)

    @api.model
    def _check_quality(self):
        if not self.env.su and not self.env.user.has_group("batch_mrp_orders.group_quality"):
            raise AccessError(
                self.env._("Only members of the group “Quality” block and release lots.")
            )

    def action_block(self, reason):
        """Block the lots and free what is reserved from them."""
        self._check_quality()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the lot is blocked."))
        self.write(
            {
                "is_blocked": True,
                "block_reason": reason.strip(),
                "blocked_by_id": self.env.uid,
                "blocked_on": fields.Datetime.now(),
            }
        )
        for lot in self:
            lot.message_post(body=self.env._("Blocked: %s", lot.block_reason))
        self._tell_holders()
        self._free_reservations()
        return True

    def action_release(self, reason=None):
        """Lift the block; the goods can be promised and reserved again."""
        self._check_quality()
        blocked = self.filtered("is_blocked")
        blocked.write(
            {
                "is_blocked": False,
                "block_reason": False,
                "blocked_by_id": False,
                "blocked_on": False,
            }
        )
        for lot in blocked:
            lot.message_post(
                body=self.env._("Released: %s", reason) if reason else self.env._("Released")
            )
        return True

    def _get_reserved_lines(self):
        """Open reservations of the lots that nobody has picked yet."""
        lines = self.env["stock.move.line"].search(
            Domain("lot_id", "in", self.ids)
            & Domain("state", "not in", ("done", "cancel"))
            & Domain("picked", "=", False)
            & Domain("quantity", ">", 0)
            & Domain("location_id.usage", "in", ("internal", "transit"))
        )
        return lines.filtered(lambda line: not line.move_id._should_bypass_reservation())

    def _free_reservations(self):
        """Give back what is reserved; core looks for other lots where it reserves by itself."""
        # The reservations may be those of transfers and runs the user does not work on.
        lines = self.sudo()._get_reserved_lines()
        moves = lines.move_id
        lines.unlink()
        moves._recompute_state()
        # Whoever was to get these goods needs others.
        self.env["mrp.production.allocation"].sudo()._cut_blocked(self.product_id)
        moves.filtered(
            lambda move: (
                move._should_assign_at_confirm()
                and move.state in ("confirmed", "waiting", "partially_available")
            )
        )._action_assign()

    def action_open_block_wizard(self):
        return self._get_block_wizard_action(self.env._("Block Lots"), release=False)

    def action_open_release_wizard(self):
        return self._get_block_wizard_action(self.env._("Release Lots"), release=True)

    def _get_block_wizard_action(self, name, release):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "stock.lot.block",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lot_ids": self.ids, "default_release": release},
        }
