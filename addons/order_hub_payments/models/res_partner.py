# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    no_reminder = fields.Boolean(
        "No Payment Reminder",
        copy=False,
        tracking=True,
        groups="account.group_account_readonly,account.group_account_invoice",
        help="The customer gets no payment reminders.",
    )
    no_reminder_reason = fields.Char(
        "Why No Reminder",
        copy=False,
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    reminder_error = fields.Char(
        "Reminder Failed",
        copy=False,
        readonly=True,
        groups="account.group_account_readonly,account.group_account_invoice",
        help="Why the last payment reminder could not be sent. It is tried again.",
    )

    # Transfers name the payer; the index has the form that is compared.
    _name_lower_index = models.Index("(lower(name))")
