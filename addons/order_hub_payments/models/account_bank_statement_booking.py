# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import models


class AccountBankStatementLine(models.Model):
    """Books decided transfers, in sets."""

    _inherit = "account.bank.statement.line"

    def _apply_decisions(self, decisions):
        """Book the transfers that are decided, keep suggestions for the others.

        :return: the lines that are booked
        """
        # sudo: whoever imports statements need not be allowed to read orders
        claims = [key for row in decisions for key, _amount in row.parts]
        moves = self.env["account.move"].sudo()
        moves = moves.browse(record_id for kind, record_id in claims if kind == "invoice")
        orders = self.env["sale.order"].sudo()
        orders = orders.browse(record_id for kind, record_id in claims if kind == "order")
        decided = [row for row in decisions if row.parts]
        booked = self.browse(row.payment for row in decided)
        if decided:
            open_lines = {move.id: move._get_open_receivable_lines() for move in moves}
            values = [
                vals for row in decided for vals in self._prepare_counterparts(row, open_lines)
            ]
            pairs = booked._replace_suspense(values, open_lines)
            self.env["account.move.line"]._reconcile_plan(pairs)
            booked._write_matched(decided, moves, orders)
            orders._on_bank_payment()
        self._write_suggestions(decisions)
        return booked

    def _prepare_counterparts(self, decision, open_lines):
        """Values of the entries on the receivable account: one a claim, one for a surplus."""
        line = self.browse(decision.payment)
        values = []
        for (kind, record_id), amount in decision.parts:
            if kind == "order":
                order = self.env["sale.order"].sudo().browse(record_id)
                partner = order.partner_invoice_id.commercial_partner_id
                vals = {"prepayment_order_id": record_id}
                account = line._get_receivable_account(partner)
            else:
                partner = open_lines[record_id].partner_id[:1].commercial_partner_id
                account = open_lines[record_id].account_id[:1]
                vals = {"paid_move_id": record_id}
            values.append(line._prepare_counterpart(account, partner, amount, **vals))
        if decision.surplus:
            account = line._get_receivable_account(partner)
            values.append(line._prepare_counterpart(account, partner, decision.surplus))
        return values

    def _get_receivable_account(self, partner):
        return partner.with_company(self.company_id).property_account_receivable_id

    def _prepare_counterpart(self, account, partner, amount, **values):
        self.ensure_one()
        return {
            "move_id": self.move_id.id,
            "name": self.payment_ref,
            "account_id": account.id,
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
            "amount_currency": -float(amount),
            "balance": -float(amount),
            **values,
        }

    def _replace_suspense(self, values, open_lines):
        """Replace the entries on the suspense account.

        :return: the lines to reconcile with each other
        """
        Line = self.env["account.move.line"].with_context(
            skip_account_move_synchronization=True,
            skip_invoice_sync=True,
            skip_readonly_check=True,
            force_delete=True,
        )
        moves = self.move_id
        suspense = Line.union(*(line._seek_for_lines()[1] for line in self))
        partners = {vals["move_id"]: vals["partner_id"] for vals in values}
        paid = [vals.pop("paid_move_id", None) for vals in values]
        with moves._check_balanced({"records": moves, "self": moves}):
            unchecked = Line.with_context(check_move_validity=False)
            unchecked.browse(suspense.ids).unlink()
            lines = unchecked.create(values)
        self._write_partners(partners)
        plan = defaultdict(Line.browse)
        for line, move_id in zip(lines, paid, strict=True):
            if move_id:
                plan[move_id] |= line
        return [open_lines[move_id].sudo(False) | lines for move_id, lines in plan.items()]

    def _write_partners(self, partners):
        """The payer is the customer whose invoice or order was paid."""
        groups = defaultdict(self.browse)
        for line in self:
            if line.partner_id.id != partners[line.move_id.id]:
                groups[partners[line.move_id.id]] |= line
        for partner_id, lines in groups.items():
            lines.with_context(skip_account_move_synchronization=True).partner_id = partner_id
            liquidity = lines.move_id.line_ids.filtered(
                lambda row: row.account_id == row.journal_id.default_account_id
            )
            liquidity.with_context(
                skip_account_move_synchronization=True, skip_readonly_check=True
            ).partner_id = partner_id

    def _write_matched(self, decisions, moves, orders):
        """Note by which rule and how each transfer was matched."""
        still_open = {("invoice", move.id) for move in moves if move.amount_residual}
        still_open |= {("order", order.id) for order in orders if order.bank_open_amount}
        groups = defaultdict(self.browse)
        for decision in decisions:
            line = self.browse(decision.payment)
            is_part = any(key in still_open for key, _amount in decision.parts)
            state = "surplus" if decision.surplus else "partial" if is_part else "matched"
            groups[decision.rule, state, float(decision.surplus)] |= line
        for (rule_id, state, surplus), lines in groups.items():
            lines.write(
                {
                    "match_state": state,
                    "match_rule_id": rule_id,
                    "surplus_amount": surplus,
                    "reconcile_data": False,
                    "reconcile_mode": "edit",
                }
            )

    def _write_suggestions(self, decisions):
        """Keep what was found for transfers that a person has to assign."""
        self.match_suggestion_ids.unlink()
        undecided = [row for row in decisions if not row.parts]
        self.env["bank.match.suggestion"].create(
            [
                {
                    "statement_line_id": row.payment,
                    "rule_id": candidate.rule,
                    "order_id" if candidate.claim[0] == "order" else "move_id": candidate.claim[1],
                }
                for row in undecided
                for candidate in row.candidates
            ]
        )
        for state, has_candidates in (("choose", True), ("unknown", False)):
            lines = self.browse(
                row.payment for row in undecided if bool(row.candidates) == has_candidates
            )
            lines.filtered(lambda line, state=state: line.match_state != state).match_state = state
