# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..matching import Decision
from .bank_matching import to_decimal


class BankMatchSuggestion(models.Model):
    _name = "bank.match.suggestion"
    _description = "Suggestion for a Bank Transfer"
    _order = "statement_line_id, id"
    _check_company_auto = True

    statement_line_id = fields.Many2one(
        "account.bank.statement.line", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="statement_line_id.company_id", store=True)
    move_id = fields.Many2one("account.move", "Invoice", ondelete="cascade", index=True)
    order_id = fields.Many2one("sale.order", ondelete="cascade", index=True)
    rule_id = fields.Many2one("bank.matching.rule", "Found By", ondelete="set null")
    # Related through sudo: an accountant need not be allowed to read orders.
    document = fields.Char(compute="_compute_document", compute_sudo=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", compute="_compute_document", compute_sudo=True
    )
    amount_open = fields.Monetary(compute="_compute_document", compute_sudo=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    _one_document = models.Constraint(
        "CHECK((move_id IS NULL) != (order_id IS NULL))",
        "A suggestion is for an invoice or for an order.",
    )

    @api.depends("move_id.amount_residual", "order_id.bank_open_amount")
    def _compute_document(self):
        for suggestion in self:
            move, order = suggestion.move_id, suggestion.order_id
            suggestion.document = move.name or order.name
            suggestion.partner_id = (move.partner_id or order.partner_invoice_id).id
            suggestion.amount_open = move.amount_residual if move else order.bank_open_amount

    def action_match(self):
        """Book the transfer for this invoice or order, as much of it as is open."""
        decisions = []
        for suggestion in self:
            line = suggestion.statement_line_id
            if line.is_reconciled:
                raise UserError(self.env._("This transfer is already matched."))
            amount = to_decimal(line.amount, line.currency_id)
            open_amount = to_decimal(suggestion.amount_open, line.currency_id)
            if open_amount <= 0:
                raise UserError(self.env._("%s is already paid.", suggestion.document))
            used = min(amount, open_amount)
            key = ("invoice", suggestion.move_id.id)
            if suggestion.order_id:
                key = ("order", suggestion.order_id.id)
            decisions.append(
                Decision(line.id, parts=((key, used),), surplus=amount - used),
            )
        self.statement_line_id._apply_decisions(decisions)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
