# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from .sale_order import NUMBER


class AccountMove(models.Model):
    _inherit = "account.move"

    reminder_line_ids = fields.One2many(
        "payment.reminder.line", "move_id", "Payment Reminders", readonly=True
    )
    reminder_level_id = fields.Many2one(
        "payment.reminder.level",
        compute="_compute_reminder_level",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    reminder_date = fields.Date(
        "Last Reminder", compute="_compute_reminder_level", store=True, compute_sudo=True
    )
    no_reminder = fields.Boolean(
        "No Payment Reminder",
        copy=False,
        tracking=True,
        help="The customer is not reminded of this invoice, for example while it is disputed.",
    )
    no_reminder_reason = fields.Char("Why No Reminder", copy=False, tracking=True)

    # Transfers name invoices in any spelling; the index has the form that is compared.
    _bank_name_index = models.Index(f"(({NUMBER.format('name')})) WHERE move_type = 'out_invoice'")
    _bank_reference_index = models.Index(
        f"(({NUMBER.format('payment_reference')})) WHERE move_type = 'out_invoice'"
    )
    _open_invoice_index = models.Index(
        "(commercial_partner_id)"
        " WHERE move_type = 'out_invoice' AND state = 'posted' AND amount_residual > 0"
    )

    @api.depends("reminder_line_ids.level_id", "reminder_line_ids.date")
    def _compute_reminder_level(self):
        for move in self:
            raised = move.reminder_line_ids.filtered("level_id").sorted(
                lambda line: (line.level_id.sequence, line.level_id.id)
            )
            move.reminder_level_id = raised[-1:].level_id
            move.reminder_date = raised[-1:].date

    def _get_open_receivable_lines(self):
        """What is open of this invoice on one account, the earliest due first."""
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).sorted(lambda line: (line.date_maturity or line.date, line.id))
        return lines.filtered(lambda line: line.account_id == lines[0].account_id)

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._use_prepayments()
        return posted

    def _use_prepayments(self):
        """Reconcile new invoices with what was paid by bank for their orders before."""
        invoices = self.filtered(
            lambda move: move.move_type == "out_invoice" and move.line_ids.sale_line_ids
        )
        if not invoices:
            return
        # sudo: who invoices an order need not be allowed to read the bank's entries
        invoices = invoices.sudo()
        prepaid = self.env["account.move.line"].sudo()
        prepaid = prepaid.search(
            [
                ("prepayment_order_id", "in", invoices.line_ids.sale_line_ids.order_id.ids),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
            ]
        )
        plan = []
        for invoice in invoices if prepaid else ():
            orders = invoice.line_ids.sale_line_ids.order_id
            owed = invoice._get_open_receivable_lines()
            paid = prepaid.filtered(
                lambda line, orders=orders, owed=owed: (
                    line.prepayment_order_id in orders and line.account_id in owed.account_id
                )
            )
            if paid and owed:
                plan.append(owed | paid)
        if plan:
            prepaid._reconcile_plan(plan)
