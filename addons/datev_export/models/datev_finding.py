# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

SEVERITIES = [
    ("changed", "Changed after the export"),
    ("blocking", "Blocks the export"),
    ("left_out", "Left out"),
    ("warning", "Warning"),
    ("info", "For information"),
]


class DatevFinding(models.Model):
    _name = "datev.finding"
    _description = "DATEV Finding"
    _order = "sequence, id"
    _rec_name = "message"
    _check_company_auto = True

    export_id = fields.Many2one("datev.export", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    severity = fields.Selection(SEVERITIES, required=True, default="info")
    code = fields.Char(required=True, help="Kind of finding, the same in every language.")
    message = fields.Text(required=True)
    move_id = fields.Many2one("account.move", string="Entry", check_company=True)
    account_id = fields.Many2one("account.account")
    partner_id = fields.Many2one("res.partner", string="Contact")
    tax_id = fields.Many2one("account.tax")
    settings = fields.Boolean(help="The remedy is in the settings of the company.")

    def action_fix(self):
        """Open the record where the finding is put right."""
        self.ensure_one()
        record = self.move_id or self.account_id or self.tax_id or self.partner_id
        if self.settings or not record:
            action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_config")
            return action | {"context": {"module": "account"}}
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
