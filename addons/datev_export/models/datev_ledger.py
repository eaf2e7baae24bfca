# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read posted entries for the export, in a constant number of queries.

The tables are read with SQL: a month may hold 100,000 lines. The caller has checked that
the user may see the entries of the company.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..extf.chart import Chart
from ..extf.documents import Match, credit_note_documents, cut_by_document
from ..extf.model import Entry, EntryLine, LineTax
from ..extf.text import clean_document, clean_text, distinct_documents

SALE_TYPES = frozenset({"out_invoice", "out_refund", "out_receipt"})
PURCHASE_TYPES = frozenset({"in_invoice", "in_refund", "in_receipt"})
INVOICE_TYPES = SALE_TYPES | PURCHASE_TYPES
REFUND_TYPES = frozenset({"out_refund", "in_refund"})
COUNTER_TYPES = frozenset(
    {"asset_receivable", "liability_payable", "asset_cash", "liability_credit_card"}
)
KIND_OF_TYPE = {"asset_receivable": "customer", "liability_payable": "supplier"}


@dataclass(frozen=True)
class MoveRow:
    """Head of a posted entry."""

    id: int
    name: str
    day: date
    move_type: str
    ref: str
    delivery_day: date | None
    partner: str
    partner_id: int | None
    document: str
    foreign: bool
    on_suspense: bool


@dataclass(frozen=True)
class LineRow:
    """A journal item; the amount in cents, as the database has it."""

    id: int
    move_id: int
    account_id: int
    account_type: str
    partner_id: int | None
    tax_line_id: int | None
    cents: int
    due: date | None


@dataclass
class Ledger:
    """Everything the booking engine needs about the entries of a period."""

    moves: dict[int, MoveRow]
    lines: dict[int, list[LineRow]]
    taxes_of: dict[int, list[int]]
    chart: Chart
    accounts: dict[int, str]
    taxes: dict[int, LineTax]
    personal: dict[tuple[str, int], str]
    documents: dict[int, str] = field(default_factory=dict)
    renamed: dict[int, str] = field(default_factory=dict)
    matches: dict[int, list[Match]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    receipts: dict[int, str] = field(default_factory=dict)

    def number(self, line: LineRow) -> str:
        """Account of a line as the advisor sees it."""
        kind = KIND_OF_TYPE.get(line.account_type)
        if kind and line.partner_id:
            return self.personal[kind, line.partner_id]
        return self.accounts[line.account_id]

    def entry(self, move: MoveRow) -> Entry:
        """The entry in the terms of the booking engine."""
        partner = f"{move.partner} {move.ref}" if move.partner else move.ref or move.name
        if move.move_type in SALE_TYPES:
            partner = move.partner or move.name
        text, replaced = clean_text(partner, 60)
        self.replaced.update(replaced)
        served = move.delivery_day
        same_period = not served or (served.year, served.month) == (move.day.year, move.day.month)
        return Entry(
            key=move.id,
            day=move.day,
            document=self.documents.get(move.id, ""),
            text=text,
            lines=tuple(
                part for line in self.lines.get(move.id, ()) for part in self._parts(move, line)
            ),
            service_day=None if same_period else served,
            receipt=self.receipts.get(move.id, ""),
        )

    def _parts(self, move: MoveRow, line: LineRow) -> list[EntryLine]:
        invoice = move.move_type in INVOICE_TYPES
        values = {
            "account": self.number(line),
            "taxes": tuple(self.taxes[tax] for tax in self.taxes_of.get(line.id, ())),
            "tax_id": line.tax_line_id,
            "counter": line.account_type in COUNTER_TYPES,
            "due": line.due if invoice and move.move_type not in REFUND_TYPES else None,
        }
        balance = Decimal(line.cents) / 100
        if invoice or line.id not in self.matches:
            return [EntryLine(balance=balance, **values)]
        cuts = cut_by_document(balance, self.matches[line.id], self.documents)
        return [EntryLine(balance=part, document=number, **values) for part, number in cuts]


class DatevLedger(models.AbstractModel):
    _name = "datev.ledger"
    _description = "Posted Entries for DATEV"

    @api.model
    def _read(self, company, date_from: date, date_to: date, lock: bool = False) -> Ledger:
        """Posted entries of the period that no export holds. `lock` reserves them."""
        self.env.flush_all()
        moves = self._read_moves(company, date_from, date_to, lock)
        lines = self._read_lines(tuple(moves))
        rows = [line for group in lines.values() for line in group]
        accounts = self.env["account.account"].browse({line.account_id for line in rows})
        # Ledger accounts are shared data of the company; the reader may lack the role.
        accounts = accounts.sudo().with_company(company)
        taxes_of = self._read_line_taxes(tuple(moves))
        ledger = Ledger(
            moves=moves,
            lines=lines,
            taxes_of=taxes_of,
            chart=accounts._datev_chart(company),
            accounts={account.id: account.code or "" for account in accounts},
            taxes=self._read_taxes(rows, taxes_of),
            personal=self._personal_accounts(company, rows, lock),
        )
        self._resolve_documents(ledger, company)
        return ledger

    def _read_moves(self, company, date_from, date_to, lock) -> dict[int, MoveRow]:
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id, COALESCE(m.name, ''), m.date, m.move_type, COALESCE(m.ref, ''),
                       m.delivery_date, COALESCE(p.complete_name, p.name, ''),
                       p.commercial_partner_id, COALESCE(m.datev_document, ''),
                       m.currency_id != c.currency_id,
                       EXISTS (
                           SELECT 1 FROM account_move_line s
                           WHERE s.move_id = m.id AND s.account_id = j.suspense_account_id
                             AND m.statement_line_id IS NOT NULL
                       )
                FROM account_move m
                JOIN res_company c ON c.id = m.company_id
                JOIN account_journal j ON j.id = m.journal_id
                LEFT JOIN res_partner p ON p.id = m.partner_id
                WHERE m.company_id IN %(companies)s AND m.state = 'posted'
                  AND m.date BETWEEN %(date_from)s AND %(date_to)s
                  AND m.datev_export_id IS NULL
                ORDER BY m.date, m.id
                %(lock)s
                """,
                companies=tuple(company._datev_branches().ids),
                date_from=date_from,
                date_to=date_to,
                lock=SQL("FOR UPDATE OF m") if lock else SQL(),
            )
        )
        return {row[0]: MoveRow(*row) for row in self.env.cr.fetchall()}

    def _read_lines(self, move_ids: tuple[int, ...]) -> dict[int, list[LineRow]]:
        lines: dict[int, list[LineRow]] = defaultdict(list)
        if not move_ids:
            return lines
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id, l.move_id, l.account_id, a.account_type, p.commercial_partner_id,
                       l.tax_line_id, (l.balance * 100)::bigint, l.date_maturity
                FROM account_move_line l
                JOIN account_account a ON a.id = l.account_id
                LEFT JOIN res_partner p ON p.id = l.partner_id
                WHERE l.move_id = ANY(%s)
                ORDER BY l.move_id, l.date_maturity NULLS LAST, l.id
                """,
                list(move_ids),
            )
        )
        for row in self.env.cr.fetchall():
            lines[row[1]].append(LineRow(*row))
        return lines

    def _read_line_taxes(self, move_ids: tuple[int, ...]) -> dict[int, list[int]]:
        taxes_of: dict[int, list[int]] = defaultdict(list)
        if not move_ids:
            return taxes_of
        self.env.cr.execute(
            SQL(
                """
                SELECT r.account_move_line_id, r.account_tax_id
                FROM account_move_line_account_tax_rel r
                JOIN account_move_line l ON l.id = r.account_move_line_id
                WHERE l.move_id = ANY(%s)
                ORDER BY r.account_move_line_id, r.account_tax_id
                """,
                list(move_ids),
            )
        )
        for line_id, tax_id in self.env.cr.fetchall():
            taxes_of[line_id].append(tax_id)
        return taxes_of

    def _read_taxes(self, rows: list[LineRow], taxes_of) -> dict[int, LineTax]:
        ids = {tax for taxes in taxes_of.values() for tax in taxes}
        ids |= {line.tax_line_id for line in rows if line.tax_line_id}
        # As with accounts: shared data of the company.
        taxes = self.env["account.tax"].sudo().with_context(active_test=False).browse(ids)
        return {
            tax.id: LineTax(
                tax.id,
                tax.name,
                # Rates have at most four decimals; repr keeps them exact.
                Decimal(repr(tax.amount)) if tax.amount_type == "percent" else None,
                tax.datev_tax_key or "",
            )
            for tax in taxes
        }

    def _personal_accounts(self, company, rows, create) -> dict[tuple[str, int], str]:
        wanted: dict[str, set[int]] = {"customer": set(), "supplier": set()}
        for line in rows:
            kind = KIND_OF_TYPE.get(line.account_type)
            if kind and line.partner_id:
                wanted[kind].add(line.partner_id)
        return self.env["datev.personal.account"]._numbers(company, wanted, create)

    def _read_matches(self, line_ids: list[int]) -> list[tuple]:
        """(line, other entry, its type, name, ref, document, cents) of each match."""
        if not line_ids:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT own.line_id, other.move_id, m.move_type, COALESCE(m.name, ''),
                       COALESCE(m.ref, ''), COALESCE(m.datev_document, ''),
                       (r.amount * 100)::bigint
                FROM account_partial_reconcile r
                CROSS JOIN LATERAL (
                    VALUES (r.debit_move_id, r.credit_move_id),
                           (r.credit_move_id, r.debit_move_id)
                ) own (line_id, other_id)
                JOIN account_move_line other ON other.id = own.other_id
                JOIN account_move m ON m.id = other.move_id
                WHERE own.line_id = ANY(%(ids)s)
                  AND (r.debit_move_id = ANY(%(ids)s) OR r.credit_move_id = ANY(%(ids)s))
                ORDER BY own.line_id, r.id
                """,
                ids=line_ids,
            )
        )
        return self.env.cr.fetchall()

    def _resolve_documents(self, ledger: Ledger, company) -> None:
        """Fill in the document number of each entry and what its lines are matched with."""
        own = self._own_documents(ledger, company)
        rows = [line for group in ledger.lines.values() for line in group]
        move_of = {line.id: line.move_id for line in rows if line.account_type in KIND_OF_TYPE}
        invoices_of: dict[int, set[int]] = defaultdict(set)
        numbers = dict(own)
        for line_id, other, other_type, name, ref, document, cents in self._read_matches(
            list(move_of)
        ):
            if other not in ledger.moves and other_type in INVOICE_TYPES:
                supplier = other_type in PURCHASE_TYPES
                numbers[other] = document or clean_document((supplier and ref) or name)
            match = Match(line_id, other, Decimal(cents) / 100)
            ledger.matches.setdefault(line_id, []).append(match)
            move = ledger.moves[move_of[line_id]]
            if move.move_type in REFUND_TYPES and other_type in INVOICE_TYPES - REFUND_TYPES:
                invoices_of[move.id].add(other)
        numbers.update(credit_note_documents(invoices_of, numbers))
        numbers.update({move.id: move.document for move in ledger.moves.values() if move.document})
        ledger.documents = numbers
        # Payments matched with each other name no document.
        self._forget_other_entries(ledger)

    def _forget_other_entries(self, ledger: Ledger) -> None:
        documents = {
            move_id for move_id, move in ledger.moves.items() if move.move_type not in INVOICE_TYPES
        }
        for line_id, matches in list(ledger.matches.items()):
            ledger.matches[line_id] = [
                match for match in matches if match.other_entry not in documents
            ]

    def _own_documents(self, ledger: Ledger, company) -> dict[int, str]:
        """Cleaned own number of each entry; numbers that collide are told apart.

        A customer number is unique in the company, a supplier's own number per supplier.
        """
        scopes: dict[int | None, list[tuple[int, str]]] = defaultdict(list)
        for move in ledger.moves.values():
            supplier = move.move_type in PURCHASE_TYPES and bool(move.ref)
            number = move.ref if supplier else move.name
            scopes[move.partner_id if supplier else None].append((move.id, number))
        taken = self._taken_documents(ledger, company)
        own: dict[int, str] = {}
        for scope, numbers in scopes.items():
            own.update(distinct_documents(numbers, taken.get(scope, ())))
            for move_id, number in numbers:
                if own[move_id] != clean_document(number):
                    ledger.renamed[move_id] = own[move_id]
        return own

    def _taken_documents(self, ledger: Ledger, company) -> dict[int | None, set[str]]:
        """Numbers of exported entries that entries of this ledger would clash with."""
        taken: dict[int | None, set[str]] = defaultdict(set)
        candidates = {
            clean_document(text) for move in ledger.moves.values() for text in (move.name, move.ref)
        }
        self.env.cr.execute(
            SQL(
                """
                SELECT datev_document, move_type, commercial_partner_id, COALESCE(ref, '')
                FROM account_move
                WHERE datev_export_id IS NOT NULL AND datev_document = ANY(%s)
                  AND company_id IN %s
                """,
                list(candidates),
                tuple(company._datev_branches().ids),
            )
        )
        for document, move_type, partner_id, ref in self.env.cr.fetchall():
            supplier = move_type in PURCHASE_TYPES and ref
            taken[partner_id if supplier else None].add(document)
        return taken

    @api.model
    def _balances(self, move_ids: list[int]) -> list[tuple[int, int, str, int | None, int]]:
        """(entry, account, account type, partner, cents): the ledger side of the proof."""
        if not move_ids:
            return []
        self.env.cr.execute(
            SQL(
                """
                SELECT l.move_id, l.account_id, a.account_type, p.commercial_partner_id,
                       (SUM(l.balance) * 100)::bigint
                FROM account_move_line l
                JOIN account_account a ON a.id = l.account_id
                LEFT JOIN res_partner p ON p.id = l.partner_id
                WHERE l.move_id = ANY(%s)
                GROUP BY l.move_id, l.account_id, a.account_type, p.commercial_partner_id
                """,
                move_ids,
            )
        )
        return self.env.cr.fetchall()
