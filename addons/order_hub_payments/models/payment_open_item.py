# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

AGING = [
    ("0", "Not Due"),
    ("1", "1 to 30 Days Overdue"),
    ("2", "31 to 60 Days Overdue"),
    ("3", "61 to 90 Days Overdue"),
    ("4", "More Than 90 Days Overdue"),
    ("9", "Customer's Credit"),
]


class PaymentOpenItem(models.Model):
    """What customers owe, and what they have paid too much or in advance."""

    _name = "payment.open.item"
    _description = "Open Item"
    _auto = False
    _order = "date_due, id"
    _rec_name = "move_id"
    # What must be written before the view is read.
    _depends = {
        "account.account": ["account_type"],
        "account.move": ["no_reminder", "no_reminder_reason", "reminder_date", "reminder_level_id"],
        "account.move.line": [
            "account_id",
            "amount_residual",
            "balance",
            "company_id",
            "date",
            "date_maturity",
            "parent_state",
            "partner_id",
            "prepayment_order_id",
            "reconciled",
            "sale_line_ids",
        ],
        "res.partner": ["commercial_partner_id", "no_reminder", "no_reminder_reason"],
        "sale.order": ["channel_id"],
    }

    move_id = fields.Many2one("account.move", "Document", readonly=True)
    move_line_id = fields.Many2one("account.move.line", "Entry", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    channel_id = fields.Many2one("sales.channel", "Sales Channel", readonly=True)
    date = fields.Date(readonly=True)
    date_due = fields.Date("Due Date", readonly=True)
    overdue_days = fields.Integer("Days Overdue", readonly=True, aggregator="max")
    aging = fields.Selection(AGING, "Age", readonly=True)
    amount = fields.Monetary(readonly=True, currency_field="company_currency_id")
    amount_open = fields.Monetary("Open", readonly=True, currency_field="company_currency_id")
    reminder_level_id = fields.Many2one("payment.reminder.level", readonly=True)
    reminder_date = fields.Date("Last Reminder", readonly=True)
    no_reminder = fields.Boolean(readonly=True)
    no_reminder_reason = fields.Char("Why No Reminder", readonly=True)
    reminder_error = fields.Char(related="partner_id.reminder_error")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, line.id AS move_line_id, line.move_id, line.company_id,
                   line.partner_id, line.date,
                   COALESCE(line.date_maturity, line.date) AS date_due,
                   line.balance AS amount, line.amount_residual AS amount_open,
                   CASE WHEN line.amount_residual > 0 THEN age.days ELSE 0 END AS overdue_days,
                   CASE WHEN line.amount_residual < 0 THEN '9'
                        WHEN age.days <= 0 THEN '0'
                        WHEN age.days <= 30 THEN '1'
                        WHEN age.days <= 60 THEN '2'
                        WHEN age.days <= 90 THEN '3'
                        ELSE '4' END AS aging,
                   move.reminder_level_id, move.reminder_date,
                   COALESCE(move.no_reminder, FALSE) OR COALESCE(owner.no_reminder, FALSE)
                       AS no_reminder,
                   COALESCE(move.no_reminder_reason, owner.no_reminder_reason)
                       AS no_reminder_reason,
                   sold.order_id, sales.channel_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
                   AND account.account_type = 'asset_receivable'
         LEFT JOIN res_partner partner ON partner.id = line.partner_id
         LEFT JOIN res_partner owner ON owner.id = partner.commercial_partner_id
        CROSS JOIN LATERAL (
                       SELECT GREATEST(
                           CURRENT_DATE - COALESCE(line.date_maturity, line.date), 0) AS days) age
         LEFT JOIN LATERAL (
                       SELECT COALESCE(line.prepayment_order_id, MIN(sale_line.order_id))
                              AS order_id
                         FROM account_move_line invoiced
                         JOIN sale_order_line_invoice_rel rel ON rel.invoice_line_id = invoiced.id
                         JOIN sale_order_line sale_line ON sale_line.id = rel.order_line_id
                        WHERE invoiced.move_id = line.move_id) sold ON TRUE
         LEFT JOIN sale_order sales ON sales.id = sold.order_id
             WHERE line.parent_state = 'posted' AND line.reconciled IS NOT TRUE
               AND line.amount_residual != 0
            """
        )

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
        }
