# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read posted entries for the export: piece by piece, each in a constant number of queries.

The tables are read with SQL: a year may hold a million lines. The caller has checked that
the user may see the entries of the company. What is to be known of all entries at once (their
order, their document numbers) is in temporary tables, so that memory stays the same however
many there are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..extf.chart import Chart
from ..extf.documents import Match, cut_by_document, cut_foreign
from ..extf.model import OPENING, Entry, EntryLine, LineTax
from ..extf.text import clean_text

if TYPE_CHECKING:
    from .datev_details import Details

SALE_TYPES = frozenset({"out_invoice", "out_refund", "out_receipt"})
PURCHASE_TYPES = frozenset({"in_invoice", "in_refund", "in_receipt"})
INVOICE_TYPES = SALE_TYPES | PURCHASE_TYPES
REFUND_TYPES = frozenset({"out_refund", "in_refund"})
COUNTER_TYPES = frozenset(
    {"asset_receivable", "liability_payable", "asset_cash", "liability_credit_card"}
)
KIND_OF_TYPE = {"asset_receivable": "customer", "liability_payable": "supplier"}
# Entries read, booked and proven at a time.
PIECE = 1_000
# Matches of open items, seen from both sides. An exchange difference that is matched with the
# payment belongs, like that part of the payment, to the item that was paid.
MATCHES = SQL(
    """
    (
        SELECT debit_move_id, credit_move_id, (amount * 100)::bigint, id
        FROM account_partial_reconcile
        UNION ALL
        SELECT credit_move_id, debit_move_id, (amount * 100)::bigint, id
        FROM account_partial_reconcile
        UNION ALL
        SELECT part.line_id, paid.debit_move_id + paid.credit_move_id - payment.id,
               (rest.amount * 100)::bigint, rest.id
        FROM account_partial_reconcile paid
        JOIN account_move_line difference ON difference.move_id = paid.exchange_move_id
        JOIN account_partial_reconcile rest
          ON difference.id IN (rest.debit_move_id, rest.credit_move_id)
        JOIN account_move_line payment
          ON payment.id = rest.debit_move_id + rest.credit_move_id - difference.id
         AND payment.id IN (paid.debit_move_id, paid.credit_move_id)
        JOIN account_move m ON m.id = payment.move_id AND m.move_type = 'entry'
        CROSS JOIN LATERAL (VALUES (payment.id), (difference.id)) AS part (line_id)
        WHERE paid.exchange_move_id IS NOT NULL
    ) AS own (line_id, other_id, cents, id)
    """
)


class MoveRow(NamedTuple):
    """Head of a posted entry."""

    id: int
    name: str
    day: date
    move_type: str
    ref: str
    delivery_day: date | None
    partner: str
    foreign: bool
    on_suspense: bool
    from_advisor: bool
    stack: str
    document: str


class LineRow(NamedTuple):
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
class Frame:
    """What entries of the period have in common."""

    chart: Chart
    accounts: dict[int, str]
    taxes: dict[int, LineTax]
    personal: dict[tuple[str, int], str]
    count: int
    renamed: list[tuple[int, str, str]]
    company: models.Model
    replaced: dict[str, str] = field(default_factory=dict)
    lock: bool = False


@dataclass
class Piece:
    """Some entries with everything the booking engine needs about them."""

    frame: Frame
    moves: list[MoveRow]
    lines: dict[int, list[LineRow]]
    taxes_of: dict[int, list[int]]
    matches: dict[int, list[Match]]
    documents: dict[int, str]
    details: "Details"
    links: dict[int, str] = field(default_factory=dict)

    def number(self, line: LineRow) -> str:
        """Account of a line as the advisor sees it."""
        kind = KIND_OF_TYPE.get(line.account_type)
        if kind and line.partner_id:
            return self.frame.personal[kind, line.partner_id]
        return self.frame.accounts[line.account_id]

    def entry(self, move: MoveRow) -> Entry:
        """The entry in the terms of the booking engine."""
        partner = f"{move.partner} {move.ref}" if move.partner else move.ref or move.name
        if move.move_type in SALE_TYPES:
            partner = move.partner or move.name
        text, replaced = clean_text(partner, 60)
        self.frame.replaced.update(replaced)
        served = move.delivery_day
        same_period = not served or (served.year, served.month) == (move.day.year, move.day.month)
        return Entry(
            key=move.id,
            day=move.day,
            document=move.document,
            text=text,
            lines=tuple(
                part for line in self.lines.get(move.id, ()) for part in self._parts(move, line)
            ),
            service_day=None if same_period else served,
            stack=move.stack,
            **self.details.of_move(move.id),
            link=self.links.get(move.id, ""),
        )

    def _parts(self, move: MoveRow, line: LineRow) -> list[EntryLine]:
        invoice = move.move_type in INVOICE_TYPES
        values = {
            "account": self.number(line),
            "taxes": tuple(self.frame.taxes[tax] for tax in self.taxes_of.get(line.id, ())),
            "tax_id": line.tax_line_id,
            "counter": line.account_type in COUNTER_TYPES,
            "due": line.due if invoice and move.move_type not in REFUND_TYPES else None,
            **self.details.of_line(line.id),
        }
        balance = Decimal(line.cents) / 100
        if invoice or line.id not in self.matches:
            return [EntryLine(balance=balance, **values)]
        cuts = cut_by_document(balance, self.matches[line.id], self.documents)
        abroad = cut_foreign(values.pop("foreign", Decimal(0)), [part for part, _number in cuts])
        return [
            EntryLine(balance=part, document=number, foreign=foreign, **values)
            for (part, number), foreign in zip(cuts, abroad, strict=True)
        ]


class DatevLedger(models.AbstractModel):
    _name = "datev.ledger"
    _description = "Posted Entries for DATEV"

    @api.model
    def _open(self, company, date_from: date, date_to: date, lock: bool = False) -> Frame:
        """Find the posted entries of the period that no export holds. `lock` reserves them."""
        self.env.flush_all()
        count = self._select_moves(company, date_from, date_to, lock)
        renamed = self._number_documents(company)
        used = self._used()
        # Ledger accounts and taxes are shared data of the company; the reader may lack the role.
        accounts = self.env["account.account"].sudo().with_company(company)
        accounts = accounts.browse({account_id for account_id, *_rest in used})
        partners: dict[str, set[int]] = {"customer": set(), "supplier": set()}
        for _account_id, account_type, partner_id, _tax_id in used:
            kind = KIND_OF_TYPE.get(account_type)
            if kind and partner_id:
                partners[kind].add(partner_id)
        return Frame(
            chart=accounts._datev_chart(company),
            accounts={account.id: account.code or "" for account in accounts},
            taxes=self._read_taxes({tax_id for *_rest, tax_id in used if tax_id}),
            personal=self.env["datev.personal.account"]._numbers(company, partners, lock),
            count=count,
            renamed=renamed,
            company=company,
            lock=lock,
        )

    @api.model
    def _pieces(self, frame: Frame) -> Iterator[Piece]:
        """The entries found, in the order of their days."""
        for first in range(1, frame.count + 1, PIECE):
            moves = self._read_moves(first, first + PIECE)
            ids = [move.id for move in moves]
            lines = self._read_lines(ids)
            open_items = [
                line.id
                for group in lines.values()
                for line in group
                if line.account_type in KIND_OF_TYPE
            ]
            matches, documents = self._read_matches(open_items)
            details = self._read_details(frame.company, ids)
            yield Piece(
                frame, moves, lines, self._read_line_taxes(ids), matches, documents, details
            )
            frame.replaced.update(details.replaced)

    def _select_moves(self, company, date_from, date_to, lock) -> int:
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS datev_run;
                CREATE TEMPORARY TABLE datev_run (
                    move_id integer PRIMARY KEY,
                    position integer NOT NULL, -- negative: only named by entries of the run
                    stack text,
                    scope integer,
                    document text
                ) ON COMMIT DROP;
                INSERT INTO datev_run (move_id, position, stack)
                SELECT m.id, ROW_NUMBER() OVER (ORDER BY m.date, m.id),
                       CASE WHEN m.id = c.account_opening_move_id THEN %(opening)s
                            ELSE COALESCE(j.datev_stack, '') END
                FROM (
                    SELECT id, date, journal_id, company_id
                    FROM account_move
                    WHERE company_id IN %(companies)s AND state = 'posted'
                      AND date BETWEEN %(date_from)s AND %(date_to)s
                      AND datev_export_id IS NULL
                    %(lock)s
                ) m
                JOIN res_company c ON c.id = m.company_id
                JOIN account_journal j ON j.id = m.journal_id
                """,
                opening=OPENING,
                companies=tuple(company._datev_branches().ids),
                date_from=date_from,
                date_to=date_to,
                lock=SQL("FOR UPDATE") if lock else SQL(),
            )
        )
        return self.env.cr.rowcount

    def _used(self) -> list[tuple[int, str, int | None, int | None]]:
        """(account, its type, contact of an open item, tax) that the entries use."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT l.account_id, a.account_type,
                       CASE WHEN a.account_type IN %(kinds)s THEN p.commercial_partner_id END,
                       COALESCE(l.tax_line_id, t.account_tax_id)
                FROM datev_run r
                JOIN account_move_line l ON l.move_id = r.move_id
                JOIN account_account a ON a.id = l.account_id
                LEFT JOIN res_partner p ON p.id = l.partner_id
                LEFT JOIN account_move_line_account_tax_rel t ON t.account_move_line_id = l.id
                WHERE r.position > 0
                UNION
                SELECT DISTINCT l.account_id, a.account_type, NULL::integer, t.account_tax_id
                FROM datev_run r
                JOIN account_move_line l ON l.move_id = r.move_id AND l.tax_line_id IS NOT NULL
                JOIN account_account a ON a.id = l.account_id
                JOIN account_move_line_account_tax_rel t ON t.account_move_line_id = l.id
                WHERE r.position > 0
                """,
                kinds=tuple(KIND_OF_TYPE),
            )
        )
        return self.env.cr.fetchall()

    def _read_moves(self, first: int, end: int) -> list[MoveRow]:
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id, COALESCE(m.name, ''), m.date, m.move_type, COALESCE(m.ref, ''),
                       m.delivery_date, COALESCE(p.complete_name, p.name, ''),
                       m.currency_id != c.currency_id,
                       m.statement_line_id IS NOT NULL AND EXISTS (
                           SELECT 1 FROM account_move_line s
                           WHERE s.move_id = m.id AND s.account_id = j.suspense_account_id
                       ),
                       m.datev_import_id IS NOT NULL, r.stack, COALESCE(r.document, '')
                FROM datev_run r
                JOIN account_move m ON m.id = r.move_id
                JOIN res_company c ON c.id = m.company_id
                JOIN account_journal j ON j.id = m.journal_id
                LEFT JOIN res_partner p ON p.id = m.partner_id
                WHERE r.position >= %s AND r.position < %s
                ORDER BY r.position
                """,
                first,
                end,
            )
        )
        return [MoveRow(*row) for row in self.env.cr.fetchall()]

    def _read_lines(self, move_ids: list[int]) -> dict[int, list[LineRow]]:
        lines: dict[int, list[LineRow]] = defaultdict(list)
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
                move_ids,
            )
        )
        for row in self.env.cr.fetchall():
            lines[row[1]].append(LineRow(*row))
        return lines

    def _read_line_taxes(self, move_ids: list[int]) -> dict[int, list[int]]:
        taxes_of: dict[int, list[int]] = defaultdict(list)
        self.env.cr.execute(
            SQL(
                """
                SELECT r.account_move_line_id, r.account_tax_id
                FROM account_move_line l
                JOIN account_move_line_account_tax_rel r ON r.account_move_line_id = l.id
                WHERE l.move_id = ANY(%s)
                ORDER BY r.account_move_line_id, r.account_tax_id
                """,
                move_ids,
            )
        )
        for line_id, tax_id in self.env.cr.fetchall():
            taxes_of[line_id].append(tax_id)
        return taxes_of

    def _read_taxes(self, ids: set[int]) -> dict[int, LineTax]:
        # As with accounts: shared data of the company.
        taxes = self.env["account.tax"].sudo().with_context(active_test=False).browse(ids)
        return {
            tax.id: LineTax(
                tax.id,
                tax.name,
                # Rates have at most four decimals; repr keeps them exact.
                Decimal(repr(tax.amount)) if tax.amount_type == "percent" else None,
                tax.datev_tax_key or "",
                self._tax_state(tax),
            )
            for tax in taxes
        }

    def _read_matches(self, line_ids: list[int]) -> tuple[dict[int, list[Match]], dict[int, str]]:
        """What the open items are matched with: parts by line, and the numbers of the others.

        Payments matched with each other name no document, so only invoices count.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT own.line_id, r.move_id, own.cents, r.document
                FROM %(matches)s
                JOIN account_move_line other ON other.id = own.other_id
                JOIN account_move m ON m.id = other.move_id AND m.move_type IN %(invoices)s
                JOIN datev_run r ON r.move_id = other.move_id
                WHERE own.line_id = ANY(%(ids)s)
                ORDER BY own.line_id, own.id
                """,
                matches=MATCHES,
                ids=line_ids,
                invoices=tuple(INVOICE_TYPES),
            )
        )
        matches: dict[int, list[Match]] = defaultdict(list)
        documents: dict[int, str] = {}
        for line_id, other, cents, document in self.env.cr.fetchall():
            matches[line_id].append(Match(line_id, other, Decimal(cents) / 100))
            documents[other] = document or ""
        return matches, documents

    @api.model
    def _balances(self, move_ids: list[int]) -> list[tuple[int, int, str, int | None, int]]:
        """(entry, account, account type, partner, cents): the ledger side of the proof."""
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
