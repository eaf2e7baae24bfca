# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.exceptions import UserError

CONTENT_FIELDS = frozenset(
    {"raw", "datas", "db_datas", "store_fname", "name", "res_model", "res_id"}
)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _datev_refuse_change(self):
        """Raise if a file of `self` was exported: it must download the same for ever."""
        files = self.filtered(lambda attachment: attachment.res_model == "datev.export")
        if not files:
            return
        # The guard holds for everybody, also without access to exports.
        exports = self.env["datev.export"].sudo()
        if exports.search_count([("attachment_ids", "in", files.ids)], limit=1):
            raise UserError(
                self.env._("A file that was exported to DATEV cannot be changed or deleted.")
            )

    def write(self, vals):
        if CONTENT_FIELDS & vals.keys():
            self._datev_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        self._datev_refuse_change()
