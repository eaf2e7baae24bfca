# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class PaymentReminderLine(models.Model):
    """An item in a reminder. With a level it has been raised to it, which happens once; without
    one it was only listed, because it was overdue as well."""

    _name = "payment.reminder.line"
    _description = "Item of a Payment Reminder"
    _order = "date desc, date_due, id"
    _check_company_auto = True

    reminder_id = fields.Many2one(
        "payment.reminder", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="reminder_id.company_id", store=True)
    date = fields.Date(related="reminder_id.date", store=True)
    partner_id = fields.Many2one(related="reminder_id.partner_id", store=True)
    level_id = fields.Many2one(
        "payment.reminder.level", "New Level", index=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index=True, ondelete="cascade", check_company=True
    )
    order_id = fields.Many2one("sale.order", index=True, ondelete="cascade", check_company=True)
    document = fields.Char(compute="_compute_document", compute_sudo=True)
    date_due = fields.Date("Due Date", required=True)
    amount_open = fields.Monetary("Open", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    overdue_days = fields.Integer("Days Overdue", compute="_compute_overdue_days")

    _once_an_invoice_and_level = models.Constraint(
        "UNIQUE(move_id, level_id)", "An invoice reaches each reminder level once."
    )
    _once_an_order_and_level = models.Constraint(
        "UNIQUE(order_id, level_id)", "An order reaches each reminder level once."
    )
    _one_document = models.Constraint(
        "CHECK((move_id IS NULL) != (order_id IS NULL))",
        "A reminder names an invoice or an order.",
    )

    # sudo: an accountant need not be allowed to read orders
    @api.depends("move_id.name", "order_id.name")
    def _compute_document(self):
        for line in self:
            line.document = line.move_id.name or line.order_id.name

    @api.depends("date", "date_due")
    def _compute_overdue_days(self):
        for line in self:
            line.overdue_days = (line.date - line.date_due).days
