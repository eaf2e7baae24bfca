# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.fields import Domain


class AccountMove(models.Model):
    """Invoices that customers are reminded of."""

    _name = "account.move"
    _inherit = ["account.move", "payment.reminder.mixin"]

    def _get_reminder_due_date(self):
        self.ensure_one()
        return self.invoice_date_due or self.date

    def _prepare_reminder_item(self):
        self.ensure_one()
        return {
            "move_id": self.id,
            "date_due": self._get_reminder_due_date(),
            "amount_open": self.amount_residual,
            "currency_id": self.currency_id.id,
        }

    def _get_remindable_domain(self, company, today):
        return Domain(
            [
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("amount_residual", ">", 0),
                ("invoice_date_due", "<", today),
                ("no_reminder", "=", False),
                ("commercial_partner_id.no_reminder", "=", False),
            ]
        )

    def _get_reminder_partner_domain(self, partner_ids):
        return Domain("commercial_partner_id", "in", partner_ids)

    def _get_reminder_partner(self):
        self.ensure_one()
        return self.partner_id
