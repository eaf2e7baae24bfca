# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.fields import Domain


class SaleOrder(models.Model):
    """Orders that customers are reminded to pay in advance."""

    _name = "sale.order"
    _inherit = ["sale.order", "payment.reminder.mixin"]

    reminder_line_ids = fields.One2many(
        "payment.reminder.line", "order_id", "Payment Reminders", readonly=True
    )
    no_reminder = fields.Boolean(
        "No Payment Reminder",
        copy=False,
        tracking=True,
        help="The customer is not reminded to pay this order.",
    )

    def _get_reminder_due_date(self):
        self.ensure_one()
        return fields.Date.context_today(self, self.payment_wait_since)

    def _prepare_reminder_item(self):
        self.ensure_one()
        return {
            "order_id": self.id,
            "date_due": self._get_reminder_due_date(),
            "amount_open": self.bank_open_amount,
            "currency_id": self.currency_id.id,
        }

    def _get_remindable_domain(self, company, today):
        return Domain(
            [
                ("company_id", "=", company.id),
                ("payment_wait_since", "<", today),
                ("no_reminder", "=", False),
                ("partner_invoice_id.commercial_partner_id.no_reminder", "=", False),
            ]
        )

    def _get_reminder_partner_domain(self, partner_ids):
        return Domain("partner_invoice_id.commercial_partner_id", "in", partner_ids)

    def _get_reminder_partner(self):
        self.ensure_one()
        return self.partner_invoice_id
