# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class DatevExportWithdraw(models.TransientModel):
    _name = "datev.export.withdraw"
    _description = "Withdraw a DATEV Export"

    export_id = fields.Many2one("datev.export", required=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Withdraw with the reason given."""
        self.ensure_one()
        self.export_id._withdraw(self.reason)
        return {"type": "ir.actions.act_window_close"}
