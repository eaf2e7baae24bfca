# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Draft entries of a Buchungsstapel of the advisor; they never go back to DATEV."""

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..extf.drafts import DraftEntry, DraftLine
from ..extf.incoming import IncomingStack
from .datev_import_preview import Mapped


class DatevImport(models.Model):
    _inherit = "datev.import"

    def _make_entries(self, stack: IncomingStack) -> None:
        """Entries of all rows that are not skipped; nothing is made if one cannot be mapped."""
        self._lock_out_others()
        self._show(stack)
        mapped = self._map(stack)
        if mapped.blocked:
            raise UserError(
                self.env._(
                    "%(file)s cannot be taken over yet:\n%(findings)s",
                    file=self.file_name,
                    findings="\n".join(self.finding_ids.filtered("blocking").mapped("message")),
                )
            )
        if not mapped.entries:
            raise UserError(self.env._("All rows of %s are skipped.", self.file_name))
        moves = self.env["account.move"].with_company(self.company_id)
        moves.create([self._prepare_move(mapped, entry) for entry in mapped.entries])
        self._store({"state": "imported"})
        skipped = len(stack.rows) - len(mapped.stack.rows)
        self.message_post(
            body=self.env._(
                "%(entries)s draft entries from %(rows)s rows; %(skipped)s rows were skipped.",
                entries=len(mapped.entries),
                rows=len(mapped.stack.rows),
                skipped=skipped,
            )
        )

    def _lock_out_others(self) -> None:
        """One at a time; whoever waited finds the state changed, and fails."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("UPDATE datev_import SET state = state WHERE id = %s RETURNING state", self.id)
        )

    def _prepare_move(self, mapped: Mapped, entry: DraftEntry) -> dict:
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "date": entry.day,
            "ref": entry.document or entry.lines[0].text,
            "datev_import_id": self.id,
            "line_ids": [
                Command.create(self._prepare_line(mapped, entry, line)) for line in entry.lines
            ],
        }

    def _prepare_line(self, mapped: Mapped, entry: DraftEntry, line: DraftLine) -> dict:
        place = mapped.places[line.account]
        vals = {
            "account_id": place.account.id,
            "partner_id": place.partner.id,
            "name": line.text or entry.document,
            "balance": float(line.balance),
            # Taxes are in the amounts already.
            "tax_ids": [Command.clear()],
        }
        if line.due:
            vals["date_maturity"] = line.due
        if line.foreign:
            vals["currency_id"] = mapped.currencies[line.currency].id
            vals["amount_currency"] = float(line.foreign)
        costs = zip((line.cost, line.second_cost), mapped.costs, strict=True)
        ids = [str(known[name]) for name, known in costs if name in known]
        # Cost centres are for costs and revenue, not for the account that pays them.
        if ids and place.account.internal_group in ("income", "expense"):
            vals["analytic_distribution"] = {",".join(ids): 100.0}
        return vals


class AccountMove(models.Model):
    _inherit = "account.move"

    datev_import_id = fields.Many2one(
        "datev.import",
        string="Bookings of the Tax Advisor",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The tax advisor has this entry: it is not exported to DATEV again.",
    )
