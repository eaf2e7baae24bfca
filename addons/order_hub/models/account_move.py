# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _compute_reconciled_payment_ids(self):
        # sudo: sales staff open the invoices of their orders. How many payments there are is shown
        # with it; the payments themselves they may still not read.
        return super(AccountMove, self.sudo())._compute_reconciled_payment_ids()
