# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

KINDS = [("invoice", "Overdue Invoices"), ("prepayment", "Orders Waiting for Payment")]


class PaymentReminderLevel(models.Model):
    _name = "payment.reminder.level"
    _description = "Reminder Level"
    _order = "kind, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: the level holds for all companies."
    )
    kind = fields.Selection(KINDS, "For", required=True, default="invoice")
    days = fields.Integer(
        "Days After Due Date",
        required=True,
        default=7,
        help="For orders that wait for payment: days after the order.",
    )
    days_after_previous = fields.Integer(
        "Days After Previous Level",
        default=7,
        help="At least so many days lie between the previous reminder and this one.",
    )
    fee_amount = fields.Float(
        "Fee",
        digits="Account",
        help="Named in the e-mail and added to the amount it asks for, once a reminder. It is "
        "not booked: what a customer pays of it comes in as paid too much.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-Mail Template",
        required=True,
        domain=[("model", "=", "payment.reminder")],
        ondelete="restrict",
    )

    _days_not_negative = models.Constraint(
        "CHECK(days >= 0 AND days_after_previous >= 0)", "Days cannot be negative."
    )
    _fee_not_negative = models.Constraint("CHECK(fee_amount >= 0)", "A fee cannot be negative.")

    def _get_next(self, last, days_overdue, days_since_last):
        """The level of these (sorted) that comes after ``last`` and has been reached, if any."""
        following = self
        if last:
            following = self.filtered(
                lambda level: (level.sequence, level.id) > (last.sequence, last.id)
            )
        level = following[:1]
        waited = not last or days_since_last >= level.days_after_previous
        return level if level and waited and days_overdue >= level.days else self.browse()
