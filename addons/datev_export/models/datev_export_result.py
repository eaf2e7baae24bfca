# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a pass leaves behind: findings, proof and counts; and of an export its files and marks."""

from collections.abc import Iterable

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..extf.model import BookedEntry
from .datev_run import Run

# Not as text: of that, Odoo would keep a second copy to search in.
MIMETYPE = "application/octet-stream"


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _forget_last_run(self) -> None:
        # Findings and proof are nobody's to edit; this is the code that keeps them.
        self.sudo().finding_ids.unlink()
        self.sudo().proof_line_ids.unlink()
        self.env.cr.execute(
            """
            DROP TABLE IF EXISTS datev_run_entry;
            CREATE TEMPORARY TABLE datev_run_entry (
                move_id integer PRIMARY KEY, mode text, reason text, row_count integer
            ) ON COMMIT DROP
            """
        )

    def _note_entries(self, booked: list[BookedEntry]) -> None:
        """Keep how entries were booked, for the list of the export."""
        rows = [
            (
                item.entry.key,
                item.mode,
                "; ".join(map(self._reason_text, item.reasons)) or None,
                len(item.rows),
            )
            for item in booked
        ]
        if rows:
            ids, modes, reasons, counts = map(list, zip(*rows, strict=True))
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO datev_run_entry
                    SELECT * FROM UNNEST(%s::integer[], %s::text[], %s::text[], %s::integer[])
                    """,
                    ids,
                    modes,
                    reasons,
                    counts,
                )
            )

    def _store_findings(self, run: Run) -> None:
        """Keep the findings so far; there may be many."""
        # Findings are nobody's to edit; this is the code that keeps them.
        findings = self.env["datev.finding"].sudo()
        findings.create([{"export_id": self.id, **finding} for finding in run.findings])
        run.findings.clear()
        self.env.flush_all()
        self.env.invalidate_all(flush=False)

    def _store_result(self, run: Run, **values) -> None:
        """Proof and counts of the last pass."""
        # As with the findings.
        self.env["datev.proof.line"].sudo().create(list(self._proof_lines(run)))
        self._store(
            {
                "proven": run.proven and not run.blocked,
                "move_count": run.booked,
                "row_count": run.rows,
                "left_out_count": run.left_out,
                "earlier_count": run.earlier,
                "period_count": run.period,
                "gross_count": run.modes["gross"],
                "plain_count": run.modes["plain"],
                "fallback_count": run.modes["net"] + run.modes["mixed"],
                "repaired_count": run.repaired,
                "foreign_count": run.foreign,
                **values,
            }
        )

    def _proof_lines(self, run: Run) -> Iterable[dict]:
        names = self._account_names(run) if run.accounts else {}
        for number in sorted(run.accounts):
            account = run.accounts[number]
            yield {
                "export_id": self.id,
                "account_number": number,
                "name": names.get(number, ""),
                "ledger_debit": float(account.ledger_debit),
                "ledger_credit": float(account.ledger_credit),
                "file_debit": float(account.file_debit),
                "file_credit": float(account.file_credit),
                "difference": float(account.difference),
            }

    def _account_names(self, run: Run) -> dict[str, str]:
        """Name of each account and contact by its number in the file."""
        frame = run.frame
        # Names of accounts and contacts that the entries of the user's own company use.
        accounts = self.env["account.account"].sudo().browse(frame.accounts)
        names = {frame.accounts[account.id]: account.name for account in accounts}
        carriers = {
            number: partner_id
            for (_kind, partner_id), number in frame.personal.items()
            if number in run.accounts
        }
        partners = self.env["res.partner"].sudo().browse(set(carriers.values()))
        partner_names = {partner.id: partner.name for partner in partners}
        names.update({number: partner_names[owner] for number, owner in carriers.items()})
        return names

    def _store_files(self, run: Run) -> list[int]:
        """Keep the files; one at a time, for each is large. Returns the attachments."""
        ids = []
        for file in run.files.files:
            attachment = self.env["ir.attachment"].create(
                {
                    "name": self._file_name(file),
                    "raw": file.content(),
                    "mimetype": MIMETYPE,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            ids.append(attachment.id)
            self.env.flush_all()
            self.env.invalidate_all(flush=False)
        return ids

    def _mark_entries(self, run: Run) -> None:
        """Link the entries to this export. The rows were locked when they were read."""
        # Thousands of entries change in one statement, beside the guard on write(): nobody
        # else may mark an entry. None of the values is computed from.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move m
                SET datev_export_id = %s, datev_document = NULLIF(r.document, '')
                FROM datev_run_entry e
                JOIN datev_run r ON r.move_id = e.move_id
                WHERE m.id = e.move_id AND m.datev_export_id IS NULL
                """,
                self.id,
            )
        )
        if self.env.cr.rowcount != run.booked:
            raise UserError(self.env._("Another export took some of these entries. Check again."))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO datev_export_entry (
                    export_id, company_id, active, move_id, mode, reason, row_count, document,
                    digest, create_uid, create_date, write_uid, write_date
                )
                SELECT %(export)s, %(company)s, TRUE, e.move_id, e.mode, e.reason, e.row_count,
                       NULLIF(r.document, ''), d.digest, %(user)s, NOW() AT TIME ZONE 'UTC',
                       %(user)s, NOW() AT TIME ZONE 'UTC'
                FROM datev_run_entry e
                JOIN datev_run r ON r.move_id = e.move_id
                JOIN (%(digests)s) d ON d.move_id = e.move_id
                ORDER BY r.position
                """,
                export=self.id,
                company=self.company_id.id,
                user=self.env.uid,
                digests=self._sql_digests(SQL("SELECT move_id FROM datev_run_entry")),
            )
        )
        self.env["account.move"].invalidate_model(["datev_export_id", "datev_document"])
        self.invalidate_recordset(["entry_ids"])
