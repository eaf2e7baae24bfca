# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..receipts import vault
from ..receipts.model import INBOX
from .datev_receipt_package import FILINGS

SHORTEST_PASSWORD = 12
LAST_DAY = 28


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_receipts = fields.Boolean(
        string="Hand Over Receipts",
        default=True,
        help="Each booking points to its receipt (Beleglink), and the receipts come in a ZIP "
        "for DATEV Unternehmen online. Ask the advisor whether this is wanted.",
    )
    datev_receipt_filing = fields.Selection(
        FILINGS,
        string="File Receipts in",
        default=INBOX,
        required=True,
        help="Where DATEV Unternehmen online puts the receipts. Ask the advisor.",
    )
    datev_advisor_id = fields.Many2one(
        "res.partner",
        string="Tax Advisor",
        help="Receives the exports by e-mail, in the language of the contact.",
    )
    datev_mail_encrypt = fields.Boolean(
        string="Encrypt E-Mails",
        default=True,
        help="Files sent by e-mail are put into a ZIP with a password (AES-256).",
    )
    datev_mail_limit = fields.Integer(
        string="Largest E-Mail (MB)",
        default=20,
        help="Mail servers refuse larger messages. Attachments grow by a third on their way.",
    )
    datev_zip_token = fields.Char(copy=False, groups="base.group_system")
    datev_zip_password = fields.Char(
        string="ZIP Password",
        compute="_compute_datev_zip_password",
        inverse="_inverse_datev_zip_password",
        help="Tell it the advisor by telephone. It is stored encrypted and never shown again.",
    )
    datev_zip_password_set = fields.Boolean(compute="_compute_datev_zip_password")
    datev_schedule = fields.Boolean(
        string="Hand Over Each Month",
        help="On the day given, the month before is checked, exported and sent to the advisor. "
        "A finding that blocks the export becomes an activity instead.",
    )
    datev_schedule_day = fields.Integer(string="Day of the Month", default=5)
    datev_bookkeeper_id = fields.Many2one(
        "res.users",
        string="Bookkeeper",
        help="Gets an activity when the monthly hand-over needs a person.",
    )
    datev_schedule_month = fields.Date(
        copy=False, help="The last month the schedule has taken on (its first day)."
    )

    _datev_schedule_day = models.Constraint(
        f"CHECK(datev_schedule_day BETWEEN 1 AND {LAST_DAY})",
        "The day of the hand-over must be one that every month has: 1 to 28.",
    )
    _datev_mail_limit = models.Constraint(
        "CHECK(datev_mail_limit > 0)", "The largest e-mail must have at least 1 MB."
    )

    @api.constrains("datev_schedule", "datev_advisor_id", "datev_bookkeeper_id")
    def _check_datev_schedule(self):
        for company in self.filtered("datev_schedule"):
            if not (company.datev_advisor_id.email_normalized and company.datev_bookkeeper_id):
                raise ValidationError(
                    self.env._(
                        "The monthly hand-over needs a tax advisor with an e-mail address and a "
                        "bookkeeper who gets word when it does not work."
                    )
                )

    @api.depends("datev_zip_token")
    def _compute_datev_zip_password(self):
        for company in self:
            company.datev_zip_password = False
            # Whether there is one is no secret.
            company.datev_zip_password_set = bool(company.sudo().datev_zip_token)

    def _inverse_datev_zip_password(self):
        for company in self:
            if company.datev_zip_password:
                company._set_datev_zip_password(company.datev_zip_password)

    def _datev_key_path(self) -> Path:
        """Key of the password: beside the filestore, not in the database."""
        return Path(config["data_dir"]) / "datev_export" / f"{self.env.cr.dbname}.key"

    def _set_datev_zip_password(self, password: str) -> None:
        if len(password) < SHORTEST_PASSWORD:
            raise ValidationError(
                self.env._(
                    "The password of the ZIP needs at least %(count)s characters.",
                    count=SHORTEST_PASSWORD,
                )
            )
        # Accounting administrators set it, too; only the encrypted form is stored.
        self.sudo().datev_zip_token = vault.lock_up(password, self._datev_key_path())

    def _get_datev_zip_password(self) -> str:
        """The password, for the one who writes a ZIP right now."""
        # The caller has checked that the user may hand over exports of the company.
        token = self.sudo().datev_zip_token
        if not token:
            raise UserError(
                self.env._("Set a password for the ZIP first, and tell it the tax advisor.")
            )
        try:
            return vault.take_out(token, self._datev_key_path())
        except vault.Unreadable:
            raise UserError(
                self.env._(
                    "The password of the ZIP was set on another installation and cannot be read "
                    "here. Set it again."
                )
            ) from None


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    datev_receipts = fields.Boolean(related="company_id.datev_receipts", readonly=False)
    datev_receipt_filing = fields.Selection(
        related="company_id.datev_receipt_filing", readonly=False
    )
    datev_advisor_id = fields.Many2one(related="company_id.datev_advisor_id", readonly=False)
    datev_mail_encrypt = fields.Boolean(related="company_id.datev_mail_encrypt", readonly=False)
    datev_mail_limit = fields.Integer(related="company_id.datev_mail_limit", readonly=False)
    datev_zip_password = fields.Char(related="company_id.datev_zip_password", readonly=False)
    datev_zip_password_set = fields.Boolean(related="company_id.datev_zip_password_set")
    datev_schedule = fields.Boolean(related="company_id.datev_schedule", readonly=False)
    datev_schedule_day = fields.Integer(related="company_id.datev_schedule_day", readonly=False)
    datev_bookkeeper_id = fields.Many2one(related="company_id.datev_bookkeeper_id", readonly=False)
