# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..matching import Payment, decide_all, normalise_name
from .bank_matching import to_decimal

MATCH_BATCH = 200
# Money that nobody has assigned for so long is a person's work.
RETRY_DAYS = 90


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    remittance = fields.Text(
        "Remittance Information", readonly=True, copy=False, help="What the payer wrote."
    )
    match_state = fields.Selection(
        [
            ("matched", "Matched"),
            ("partial", "Part Payment"),
            ("surplus", "Paid Too Much"),
            ("choose", "To Be Chosen"),
            ("unknown", "Nothing Found"),
            ("undone", "Undone by Hand"),
            ("other", "Reconciled Otherwise"),
        ],
        "Matching",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    match_rule_id = fields.Many2one("bank.matching.rule", "Matched By", readonly=True, copy=False)
    surplus_amount = fields.Monetary(
        "Paid Too Much",
        readonly=True,
        copy=False,
        help="What the customer paid above what was open. It is booked as the customer's credit.",
    )
    match_suggestion_ids = fields.One2many(
        "bank.match.suggestion", "statement_line_id", "Suggestions", readonly=True
    )

    # ------------------------------------------------------------- when it runs
    def _auto_reconcile(self):
        """Match new transfers with orders and invoices; the rest goes by the other rules."""
        booked = self._match_open_items()
        return super(AccountBankStatementLine, self - booked)._auto_reconcile()

    def _do_auto_reconcile_invoices(self):
        """Our rules instead: the original takes the only open invoice whose number contains the
        text, whatever the amount; a transfer with the text "/" would pay any invoice."""
        return self, self.browse()

    def _retrieve_partner(self):
        """The owner of the account or the only one with exactly this name, else nobody.

        The original takes the first whose name contains the payer's.
        """
        if self.env.context.get("skip_retrieve_partner"):
            return
        unknown = self.filtered(lambda line: not line.partner_id and not line.is_reconciled)
        accounts = unknown._get_account_owners()
        names = unknown._get_partners_by_name()
        for line in unknown:
            owners = accounts.get(line.account_number) if line.account_number else None
            partners = owners or names.get(normalise_name(line.partner_name or ""), set())
            if len(partners) == 1:
                line.partner_id = next(iter(partners))

    def _get_account_owners(self):
        numbers = [number for number in self.mapped("account_number") if number]
        rows = self.env["res.partner.bank"]._read_group(
            [
                ("sanitized_acc_number", "in", numbers),
                ("company_id", "in", [False, *self.company_id.ids]),
            ],
            ["sanitized_acc_number"],
            ["partner_id:recordset"],
        )
        return {number: set(partners.commercial_partner_id.ids) for number, partners in rows}

    def _get_partners_by_name(self):
        keys = {normalise_name(name) for name in self.mapped("partner_name") if name}
        rows = self.env["res.partner"]._read_group(
            [("payer_key", "in", sorted(keys))], ["payer_key"], ["id:recordset"]
        )
        return {key: set(partners.commercial_partner_id.ids) for key, partners in rows}

    @api.model
    def _cron_match_open_items(self):
        """Try again what came in before its order or invoice was there."""
        since = fields.Date.subtract(fields.Date.today(), days=RETRY_DAYS)
        ids = self.search(
            [
                ("is_reconciled", "=", False),
                ("match_state", "in", (False, "choose", "unknown")),
                ("date", ">=", since),
                ("amount", ">", 0),
                ("move_id.state", "=", "posted"),
            ]
        ).ids
        for start in range(0, len(ids), MATCH_BATCH):
            batch = self.browse(ids[start : start + MATCH_BATCH])
            batch._match_open_items()
            self.env["ir.cron"]._commit_progress(
                len(batch), remaining=max(len(ids) - start - MATCH_BATCH, 0)
            )

    def action_match_open_items(self):
        """Match again, also what a person has undone."""
        self.filtered(lambda line: line.match_state == "undone").match_state = False
        self._match_open_items()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def reconcile_bank_line(self):
        """By a person in the bank reconciliation, or by a reconciliation model."""
        result = super().reconcile_bank_line()
        self.match_suggestion_ids.unlink()
        self.match_state = "other"
        return result

    def action_undo_reconciliation(self):
        """What a person undoes is not matched again by itself."""
        result = super().action_undo_reconciliation()
        self.write({"match_state": "undone", "match_rule_id": False, "surplus_amount": 0.0})
        return result

    # ------------------------------------------------------------------ matching
    def _match_open_items(self):
        """Book what leaves no choice, note suggestions for the rest.

        :return: the lines that are booked
        """
        booked = self.browse()
        lines = self.filtered(lambda line: line._can_be_matched())
        if not lines:
            return booked
        # Two runs at a time must not book a transfer twice; the other run has it then.
        for company, group in lines.try_lock_for_update().grouped("company_id").items():
            rules = self.env["bank.matching.rule"].search(
                [("company_id", "in", (False, company.id))]
            )
            payments = [line._to_payment() for line in group.sorted(lambda row: (row.date, row.id))]
            claims = self.env["bank.matching"]._load_claims(company, payments)
            booked |= group._apply_decisions(decide_all(payments, claims, rules._to_rules()))
        return booked

    def _can_be_matched(self):
        self.ensure_one()
        return (
            self.amount > 0
            and not self.is_reconciled
            and self.match_state != "undone"
            and not self.foreign_currency_id
            and self.currency_id == self.company_id.currency_id
            and len(self._seek_for_lines()[1]) == 1
        )

    def _to_payment(self):
        self.ensure_one()
        texts = (self.remittance, self.payment_ref, self.ref)
        return Payment(
            key=self.id,
            amount=to_decimal(self.amount, self.currency_id),
            texts=tuple(text for text in texts if text),
            partner=self.partner_id.commercial_partner_id.id or None,
            payer_name=self.partner_name or "",
        )
