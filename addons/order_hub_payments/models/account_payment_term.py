# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    is_prepayment = fields.Boolean(
        "Payment in Advance",
        help="Orders with these terms wait for the customer's money before they go on.",
    )
