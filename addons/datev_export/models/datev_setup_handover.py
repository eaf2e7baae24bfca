# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The step of the assistant about receipts, e-mail and the monthly hand-over."""

from odoo import fields, models

from ..receipts.model import INBOX


class DatevSetup(models.Model):
    _inherit = "datev.setup"

    datev_receipts = fields.Boolean(related="company_id.datev_receipts", readonly=False)
    datev_receipt_filing = fields.Selection(
        related="company_id.datev_receipt_filing", readonly=False
    )
    datev_advisor_id = fields.Many2one(related="company_id.datev_advisor_id", readonly=False)
    datev_advisor_email = fields.Char(
        related="company_id.datev_advisor_id.email", string="Tax Advisor's E-Mail"
    )
    datev_mail_encrypt = fields.Boolean(related="company_id.datev_mail_encrypt", readonly=False)
    datev_mail_limit = fields.Integer(related="company_id.datev_mail_limit", readonly=False)
    datev_zip_password = fields.Char(related="company_id.datev_zip_password", readonly=False)
    datev_zip_password_set = fields.Boolean(related="company_id.datev_zip_password_set")
    datev_schedule = fields.Boolean(related="company_id.datev_schedule", readonly=False)
    datev_schedule_day = fields.Integer(related="company_id.datev_schedule_day", readonly=False)
    datev_bookkeeper_id = fields.Many2one(related="company_id.datev_bookkeeper_id", readonly=False)

    def _receipts_value(self) -> str:
        company = self.company_id
        if not company.datev_receipts:
            return "no_receipts"
        return "inbox" if company.datev_receipt_filing == INBOX else "folders"

    def _check_handover(self) -> tuple[str, str, str]:
        """Whoever hands over by e-mail needs an address and, to encrypt, a password."""
        company = self.company_id
        email = company.datev_advisor_id.email_normalized
        if not email:
            return (
                "handover",
                "advice",
                self.env._("by download: no advisor with an e-mail address"),
            )
        if company.datev_mail_encrypt and not company.datev_zip_password_set:
            return "handover", "advice", self.env._("%s, but no password for the ZIP", email)
        return "handover", "good", email
