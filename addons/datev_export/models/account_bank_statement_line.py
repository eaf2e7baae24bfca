# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

# What the bank told; the entry behind it has the rest and guards it.
EXPORTED_FIELDS = frozenset(
    {
        "move_id",
        "amount",
        "amount_currency",
        "foreign_currency_id",
        "payment_ref",
        "partner_id",
        "partner_name",
        "account_number",
        "transaction_type",
        "transaction_details",
    }
)


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def write(self, vals):
        self.env["account.move"]._datev_guard_write(self, vals, EXPORTED_FIELDS)
        return super().write(vals)

    def unlink(self):
        # Here, for what belongs to the line goes before its entry is asked.
        self.move_id._datev_refuse_change()
        return super().unlink()

    def action_undo_reconciliation(self):
        # It would write the entry anew, with the suspense account.
        self.move_id._datev_refuse_change()
        return super().action_undo_reconciliation()
