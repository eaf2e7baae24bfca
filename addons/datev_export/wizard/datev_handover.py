# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..models.datev_handover import WAYS


class DatevHandover(models.TransientModel):
    """How the advisor gets the files of an export."""

    _name = "datev.handover"
    _description = "Hand Over a DATEV Export"

    export_id = fields.Many2one("datev.export", required=True, readonly=True)
    how = fields.Selection(WAYS, required=True)
    advisor_id = fields.Many2one(related="export_id.company_id.datev_advisor_id")
    email = fields.Char(related="advisor_id.email", string="Tax Advisor's E-Mail")
    encrypt = fields.Boolean(
        string="Encrypt the ZIP",
        help="AES-256 with your password. The advisor opens it with 7-Zip or WinZip.",
    )
    receipts = fields.Boolean(string="With Receipts", default=True)
    has_receipts = fields.Boolean(compute="_compute_has_receipts")
    password_set = fields.Boolean(related="export_id.company_id.datev_zip_password_set")
    begun_on = fields.Datetime(compute="_compute_begun_on")
    again = fields.Boolean(string="Send Again: the Advisor Has Not Received It")
    # Never in a table: the company keeps it encrypted.
    password = fields.Char(
        string="New ZIP Password", compute="_compute_password", inverse="_inverse_password"
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        company = self.env["datev.export"].browse(values.get("export_id")).company_id
        by_mail = bool(company.datev_advisor_id.email)
        return {
            "how": "email" if by_mail else "download",
            "encrypt": by_mail and company.datev_mail_encrypt,
            **values,
        }

    @api.depends("export_id")
    def _compute_has_receipts(self):
        for wizard in self:
            wizard.has_receipts = bool(wizard.export_id.package_ids)

    @api.depends("export_id")
    def _compute_begun_on(self):
        for wizard in self:
            wizard.begun_on = wizard.export_id._unfinished_attempt().begun_on

    def _compute_password(self):
        self.password = False

    def _inverse_password(self):
        for wizard in self:
            if wizard.password:
                wizard.export_id._require_manager()
                wizard.export_id.check_access("write")
                wizard.export_id.company_id._set_datev_zip_password(wizard.password)

    def action_confirm(self):
        """Hand over; the files come along with a download."""
        self.ensure_one()
        export = self.export_id
        export.check_access("write")
        if self.how == "email":
            export._hand_over_by_mail(self.encrypt, self.receipts, self.again)
            return {"type": "ir.actions.act_window_close"}
        if self.how == "download" and self.encrypt:
            export.company_id._get_datev_zip_password()
        export._hand_over(self.how)
        if self.how == "download":
            return export._download_action(self.encrypt) | {"close": True}
        return {"type": "ir.actions.act_window_close"}
