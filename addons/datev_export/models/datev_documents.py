# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Belegfeld 1 of each entry of a run, in the temporary table of the run.

A customer number is unique in the company, a supplier's own number per supplier (`scope`).
"""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..extf.text import clean_document, distinct_documents
from .datev_ledger import INVOICE_TYPES, KIND_OF_TYPE, MATCHES, PURCHASE_TYPES, REFUND_TYPES

CLEANED_AT_ONCE = 5_000
# Numbers looked up for those that share one, beyond as many as there are of them.
SPARE = 8


class DatevLedger(models.AbstractModel):
    _inherit = "datev.ledger"

    def _number_documents(self, company) -> list[tuple[int, str, str]]:
        """Fill in the documents. Returns (entry, its name, document) of those renamed."""
        self._add_neighbours()
        self._clean_documents()
        self.env.cr.execute(
            "CREATE INDEX ON datev_run (position); CREATE INDEX ON datev_run (document); "
            "ANALYZE datev_run"
        )
        renamed = self._tell_apart(company)
        self._share_documents()
        return renamed

    def _add_neighbours(self) -> None:
        """Invoices that entries of the run are matched with, and that are not in it."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO datev_run (move_id, position)
                SELECT id, -ROW_NUMBER() OVER (ORDER BY id)
                FROM (
                    SELECT DISTINCT m.id
                    FROM datev_run r
                    JOIN account_move_line l ON l.move_id = r.move_id
                    JOIN account_account a ON a.id = l.account_id AND a.account_type IN %(kinds)s
                    JOIN %(matches)s ON own.line_id = l.id
                    JOIN account_move_line o ON o.id = own.other_id
                    JOIN account_move m ON m.id = o.move_id AND m.move_type IN %(invoices)s
                ) found
                WHERE NOT EXISTS (SELECT 1 FROM datev_run r WHERE r.move_id = found.id)
                """,
                kinds=tuple(KIND_OF_TYPE),
                matches=MATCHES,
                invoices=tuple(INVOICE_TYPES),
            )
        )

    def _clean_documents(self) -> None:
        """The own number of each entry, as far as the column can hold it."""
        self.env.cr.execute("SELECT MIN(position), MAX(position) FROM datev_run")
        least, most = self.env.cr.fetchone()
        for first in range(least or 0, (most or 0) + 1, CLEANED_AT_ONCE):
            self.env.cr.execute(
                SQL(
                    """
                    SELECT m.id,
                           CASE WHEN x.supplier THEN m.ref ELSE COALESCE(m.name, '') END,
                           CASE WHEN x.supplier THEN p.commercial_partner_id END
                    FROM datev_run r
                    JOIN account_move m ON m.id = r.move_id
                    LEFT JOIN res_partner p ON p.id = m.partner_id
                    CROSS JOIN LATERAL (
                        VALUES (m.move_type IN %s AND COALESCE(m.ref, '') != '')
                    ) x (supplier)
                    WHERE r.position >= %s AND r.position < %s
                    """,
                    tuple(PURCHASE_TYPES),
                    first,
                    first + CLEANED_AT_ONCE,
                )
            )
            rows = self.env.cr.fetchall()
            self._set_documents(
                [(move_id, clean_document(number), scope) for move_id, number, scope in rows]
            )

    def _set_documents(self, rows: list[tuple[int, str, int | None]]) -> None:
        ids, documents, scopes = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
        self.env.cr.execute(
            SQL(
                """
                UPDATE datev_run r SET document = d.document, scope = d.scope
                FROM UNNEST(%s::integer[], %s::text[], %s::integer[]) AS d (id, document, scope)
                WHERE r.move_id = d.id
                """,
                ids,
                documents,
                scopes,
            )
        )

    def _tell_apart(self, company) -> list[tuple[int, str, str]]:
        """Suffixes for numbers that collide, with each other or with exported ones."""
        self.env.cr.execute(
            SQL(
                """
                WITH own AS (
                    SELECT r.move_id, r.position, r.scope, r.document, m.name,
                           COUNT(*) OVER (PARTITION BY r.scope, r.document) AS owners
                    FROM datev_run r
                    JOIN account_move m ON m.id = r.move_id
                    WHERE r.position > 0 AND r.document != '' AND m.datev_document IS NULL
                )
                SELECT move_id, name, scope, document FROM own
                WHERE owners > 1 OR EXISTS (%(taken)s)
                ORDER BY position
                """,
                taken=self._sql_exported(company, SQL("own.document"), SQL("own.scope")),
            )
        )
        rows = self.env.cr.fetchall()
        if not rows:
            return []
        distinct = self._distinct(company, rows)
        renamed = [row for row in rows if distinct[row[0]] != row[3]]
        self._set_documents(
            [(move_id, distinct[move_id], scope) for move_id, _name, scope, _old in renamed]
        )
        return [(move_id, name, distinct[move_id]) for move_id, name, *_rest in renamed]

    def _sql_exported(self, company, document: SQL, scope: SQL) -> SQL:
        """Entries the advisor has under a document number, in a scope."""
        return SQL(
            """
            SELECT 1 FROM account_move e
            LEFT JOIN res_partner ep ON ep.id = e.partner_id
            WHERE e.datev_export_id IS NOT NULL AND e.datev_document = %(document)s
              AND e.company_id IN %(companies)s
              AND %(scope)s IS NOT DISTINCT FROM CASE
                  WHEN e.move_type IN %(purchases)s AND COALESCE(e.ref, '') != ''
                  THEN ep.commercial_partner_id END
            """,
            document=document,
            scope=scope,
            companies=tuple(company._datev_branches().ids),
            purchases=tuple(PURCHASE_TYPES),
        )

    def _distinct(self, company, rows) -> dict[int, str]:
        """Document of each of `rows`; more spare numbers are looked up until they suffice."""
        groups: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
        for move_id, _name, scope, document in rows:
            groups[scope].append((move_id, document))
        spare = SPARE
        while True:
            looked_up: set[tuple[int | None, str]] = set()
            for scope, numbers in groups.items():
                bases = {document for _move_id, document in numbers}
                last = len(numbers) - len(bases) + 2 + spare
                looked_up |= {(scope, base) for base in bases}
                looked_up |= {
                    (scope, base[-(36 - len(suffix)) :] + suffix)
                    for base in bases
                    for suffix in (f"-{count}" for count in range(2, last))
                }
            taken = self._taken(company, looked_up, rows)
            found: dict[int, str] = {}
            for scope, numbers in groups.items():
                found.update(distinct_documents(numbers, taken.get(scope, ())))
            if all((scope, found[move_id]) in looked_up for move_id, _name, scope, _old in rows):
                return found
            spare *= 4

    def _taken(self, company, looked_up, rows) -> dict[int | None, set[str]]:
        """Those of (scope, document) that exported entries have, or others of the run."""
        scopes, documents = zip(*looked_up, strict=True)
        self.env.cr.execute(
            SQL(
                """
                SELECT d.scope, d.document
                FROM UNNEST(%(scopes)s::integer[], %(documents)s::text[]) AS d (scope, document)
                WHERE EXISTS (%(exported)s)
                   OR EXISTS (
                       SELECT 1 FROM datev_run r
                       WHERE r.document = d.document AND r.scope IS NOT DISTINCT FROM d.scope
                         AND r.position > 0 AND r.move_id != ALL(%(own)s)
                   )
                """,
                scopes=list(scopes),
                documents=list(documents),
                own=[row[0] for row in rows],
                exported=self._sql_exported(company, SQL("d.document"), SQL("d.scope")),
            )
        )
        taken: dict[int | None, set[str]] = defaultdict(set)
        for scope, document in self.env.cr.fetchall():
            taken[scope].add(document)
        return taken

    def _share_documents(self) -> None:
        """A number once given stays; a credit note has that of the one invoice it is matched
        with."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE datev_run r SET document = m.datev_document
                FROM account_move m
                WHERE m.id = r.move_id AND m.datev_document IS NOT NULL;
                WITH matched AS (
                    SELECT r.move_id, MIN(m.id) AS invoice
                    FROM datev_run r
                    JOIN account_move n ON n.id = r.move_id AND n.datev_document IS NULL
                     AND n.move_type IN %(refunds)s
                    JOIN account_move_line l ON l.move_id = n.id
                    JOIN account_account a ON a.id = l.account_id AND a.account_type IN %(kinds)s
                    JOIN %(matches)s ON own.line_id = l.id
                    JOIN account_move_line o ON o.id = own.other_id
                    JOIN account_move m ON m.id = o.move_id AND m.move_type IN %(invoices)s
                    WHERE r.position > 0
                    GROUP BY r.move_id
                    HAVING COUNT(DISTINCT m.id) = 1
                )
                UPDATE datev_run r SET document = i.document
                FROM matched
                JOIN datev_run i ON i.move_id = matched.invoice
                WHERE r.move_id = matched.move_id AND i.document != ''
                """,
                refunds=tuple(REFUND_TYPES),
                kinds=tuple(KIND_OF_TYPE),
                matches=MATCHES,
                invoices=tuple(INVOICE_TYPES - REFUND_TYPES),
            )
        )
