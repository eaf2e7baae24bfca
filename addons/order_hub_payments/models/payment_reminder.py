# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from .payment_reminder_level import KINDS


class PaymentReminder(models.Model):
    """One e-mail to one customer about all that is overdue."""

    _name = "payment.reminder"
    _description = "Payment Reminder"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, readonly=True, check_company=True
    )
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(KINDS, "For", required=True, readonly=True)
    level_id = fields.Many2one(
        "payment.reminder.level",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The highest level that an item has reached with this reminder.",
    )
    line_ids = fields.One2many("payment.reminder.line", "reminder_id", "Items", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_open = fields.Monetary("Open", compute="_compute_amounts", store=True)
    fee_amount = fields.Monetary("Fee", readonly=True)
    amount_total = fields.Monetary("To Be Paid", compute="_compute_amounts", store=True)

    bank_account = fields.Char(
        compute="_compute_bank_account", compute_sudo=True, help="Where the money is to go."
    )

    @api.depends("company_id")
    def _compute_bank_account(self):
        for reminder in self:
            account = reminder.company_id.partner_id.bank_ids[:1]
            bank = account.bank_id.name
            reminder.bank_account = f"{account.acc_number}, {bank}" if bank else account.acc_number

    @api.depends("level_id", "partner_id")
    def _compute_name(self):
        for reminder in self:
            reminder.name = f"{reminder.level_id.name}, {reminder.partner_id.name}"

    @api.depends("line_ids.amount_open", "fee_amount")
    def _compute_amounts(self):
        for reminder in self:
            reminder.amount_open = sum(reminder.line_ids.mapped("amount_open"))
            reminder.amount_total = reminder.amount_open + reminder.fee_amount
