# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A digest of everything exported of an entry: made at the export, compared every night."""

import hashlib
import logging

from odoo import api, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# What a digest is made of never changes under its number; more values get the next number.
VERSION = "1"
COMPARED_AT_ONCE = 20_000
# States of an export with files that must stay as they are.
VERIFIED = ("exported", "handed_over", "withdrawn")


class DatevExport(models.Model):
    _inherit = "datev.export"

    @api.model
    def _sql_digests(self, entries: SQL) -> SQL:
        """SELECT of (move_id, digest) of the entries in `entries`, a SELECT of move ids."""
        return SQL(
            """
            SELECT m.id AS move_id,
                   %(version)s || ':' || ENCODE(SHA256(CONVERT_TO(JSONB_BUILD_ARRAY(
                       m.state, m.name, m.move_type, m.date, m.ref, m.invoice_date,
                       m.invoice_date_due, m.delivery_date, m.payment_reference, m.partner_id,
                       m.journal_id, m.company_id, m.currency_id, m.reversed_entry_id,
                       m.datev_document, s.amount, s.amount_currency, s.foreign_currency_id,
                       s.payment_ref, l.digest
                   )::text, 'UTF8')), 'hex') AS digest
            FROM account_move m
            LEFT JOIN account_bank_statement_line s ON s.id = m.statement_line_id
            JOIN res_company c ON c.id = m.company_id
            JOIN LATERAL (
                SELECT STRING_AGG(JSONB_BUILD_ARRAY(
                    l.id, l.account_id,
                    a.code_store ->> SPLIT_PART(c.parent_path, '/', 1),
                    l.partner_id, l.name, l.date_maturity, l.balance, l.amount_currency,
                    l.currency_id, l.tax_line_id, l.analytic_distribution,
                    ARRAY(
                        SELECT t.account_tax_id FROM account_move_line_account_tax_rel t
                        WHERE t.account_move_line_id = l.id ORDER BY 1
                    )
                )::text, ',' ORDER BY l.id) AS digest
                FROM account_move_line l
                JOIN account_account a ON a.id = l.account_id
                WHERE l.move_id = m.id
            ) l ON TRUE
            WHERE m.id IN (%(entries)s)
            """,
            version=VERSION,
            entries=entries,
        )

    @api.model
    def _cron_verify(self):
        """Every night: is what was exported still what the advisor has?"""
        self.search([("state", "in", VERIFIED)])._verify()

    def action_verify(self):
        """The nightly comparison, now."""
        self._require_state(*VERIFIED)
        self._verify()
        return True

    def _verify(self) -> None:
        """Compare entries and files with the export; of a withdrawn one the files alone.

        A withdrawn export has set its entries free, but its files must be kept: they may have
        been handed over, and prove what had to be withdrawn.
        """
        self.env.flush_all()
        for export in self:
            export = export.with_context(lang=export.company_id.partner_id.lang)
            changed, files = export._changed_entries(), not export._files_unchanged()
            if changed or files:
                _logger.warning("%s: %s entries changed after the export", export, len(changed))
            export._report_changed(changed, files)

    def _changed_entries(self) -> list[int]:
        """Entries of this export that are no longer what was exported, or gone."""
        self.ensure_one()
        changed: list[int] = []
        last = 0
        while True:
            self.env.cr.execute(
                SQL(
                    """
                    SELECT move_id FROM datev_export_entry
                    WHERE export_id = %s AND active AND move_id > %s
                    ORDER BY move_id LIMIT %s
                    """,
                    self.id,
                    last,
                    COMPARED_AT_ONCE,
                )
            )
            ids = [row[0] for row in self.env.cr.fetchall()]
            if not ids:
                return changed
            last = ids[-1]
            changed += self._compare(ids)

    def _compare(self, ids: list[int]) -> list[int]:
        self.env.cr.execute(
            SQL(
                """
                SELECT e.move_id
                FROM datev_export_entry e
                LEFT JOIN account_move m
                  ON m.id = e.move_id AND m.datev_export_id = e.export_id
                LEFT JOIN (%(digests)s) d ON d.move_id = m.id
                WHERE e.export_id = %(export)s AND e.active AND e.move_id = ANY(%(ids)s)
                  AND e.digest LIKE %(version)s
                  AND d.digest IS DISTINCT FROM e.digest
                ORDER BY e.move_id
                """,
                digests=self._sql_digests(SQL("SELECT UNNEST(%s)", ids)),
                export=self.id,
                ids=ids,
                version=f"{VERSION}:%",
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _files_unchanged(self) -> bool:
        """Whether the stored files still have the fingerprint of the export."""
        digest = hashlib.sha256()
        for content in self._files()._datev_contents():
            digest.update(content)
        return digest.hexdigest() == self.sha256

    def _report_changed(self, move_ids: list[int], files: bool) -> None:
        """Replace what the last comparison found, and tell the accountant what is new."""
        # Findings are nobody's to edit; this is the code that keeps them.
        findings = self.env["datev.finding"].sudo()
        old = findings.search([("export_id", "=", self.id), ("severity", "=", "changed")])
        known = set(old.move_id.ids) | ({False} if "files_changed" in old.mapped("code") else set())
        old.unlink()
        moves = self.env["account.move"].browse(move_ids)
        values = [
            self._prepare_changed(
                "entry_changed",
                self.env._(
                    "%(entry)s differs from what the tax advisor has. Somebody changed it past "
                    "the accounting, in the database say.",
                    entry=move.display_name,
                ),
                move_id=move.id,
            )
            for move in moves
        ]
        if files:
            values.append(
                self._prepare_changed(
                    "files_changed",
                    self.env._("The stored files are not those that were exported."),
                )
            )
        findings.create(values)
        if set(move_ids) | ({False} if files else set()) > known:
            self._tell_accountant()

    def _prepare_changed(self, code: str, message: str, **records) -> dict:
        return {
            "export_id": self.id,
            "severity": "changed",
            "sequence": 0,
            "code": code,
            "message": message,
            **records,
        }

    def _tell_accountant(self) -> None:
        summary = self.env._("Changed after the export")
        note = self.env._(
            "What was exported to DATEV is no longer what the ledger has. See the findings."
        )
        for export in self:
            export.message_post(body=note)
            if not export.activity_ids.filtered(lambda activity: activity.summary == summary):
                export.activity_schedule(
                    "mail.mail_activity_data_warning",
                    summary=summary,
                    note=note,
                    user_id=export.exported_by_id.id or self.env.uid,
                )
