# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..matching import normalise_name


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

    payer_key = fields.Char(
        compute="_compute_payer_key",
        store=True,
        index="btree_not_null",
        help="The name in the form in which it is compared with payers of bank transfers.",
    )

    @api.depends("name")
    def _compute_payer_key(self):
        for partner in self:
            partner.payer_key = normalise_name(partner.name or "") or False
