# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What only some entries have: currencies, cost centres, labels, VAT numbers, reversals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from ..extf.model import CostShare
from ..extf.text import clean_cost, clean_text, clean_vat
from .datev_ledger import SALE_TYPES

# The entry that `m` takes back as a whole: account by account, to the cent. A credit note for
# a part of an invoice is business, not a correction.
TAKEN_BACK = SQL(
    """
    CASE WHEN m.reversed_entry_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM account_move_line r
        WHERE r.move_id IN (m.id, m.reversed_entry_id)
        GROUP BY r.account_id, r.currency_id
        HAVING SUM(r.balance) != 0 OR SUM(r.amount_currency) != 0
    ) THEN m.reversed_entry_id END
    """
)


class LineDetails(NamedTuple):
    """Of a journal item: amount abroad in hundredths, label, analytic distribution."""

    currency: str
    foreign: int
    label: str
    distribution: dict | None


NO_DETAILS = LineDetails("", 0, "", None)


@dataclass
class Details:
    """Details of the entries of a piece, by the ids of entries and items."""

    # VAT number of the customer abroad, and whether the entry takes another one back.
    moves: Mapping[int, tuple[str, bool]] = field(default_factory=dict)
    lines: Mapping[int, LineDetails] = field(default_factory=dict)
    # Analytic account -> (dimension 0 or 1, cost centre).
    costs: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)

    def of_move(self, move_id: int) -> dict:
        """Values of the entry for the booking engine."""
        vat_id, reversal = self.moves.get(move_id, ("", False))
        return {"vat_id": vat_id, "reversal": reversal}

    def of_line(self, line_id: int) -> dict:
        """Values of the line for the booking engine."""
        line = self.lines.get(line_id, NO_DETAILS)
        if line is NO_DETAILS:
            return {}
        text, replaced = clean_text(line.label, 60)
        self.replaced.update(replaced)
        return {
            "text": text,
            "currency": line.currency,
            "foreign": Decimal(line.foreign) / 100,
            "shares": self._shares(line.distribution or {}),
        }

    def _shares(self, distribution: Mapping[str, float]) -> tuple[CostShare, ...]:
        """Cost centres of the plans that go to DATEV; "12,15" is one account of each plan."""
        shares = []
        for key, percent in distribution.items():
            names = {0: "", 1: ""}
            for number in key.split(","):
                # Other plans are not exported; an account may have been deleted since.
                dimension, name = self.costs.get(int(number) if number.isdigit() else 0, (0, ""))
                names[dimension] = name or names[dimension]
            if any(names.values()):
                shares.append(CostShare(Decimal(repr(percent)), names[0], names[1]))
        return tuple(shares)


class DatevLedger(models.AbstractModel):
    _inherit = "datev.ledger"

    def _share_documents(self) -> None:
        """A reversal carries the number of the entry it takes back."""
        super()._share_documents()
        self.env.cr.execute(
            SQL(
                """
                UPDATE datev_run r SET document = found.document
                FROM (
                    SELECT m.id, COALESCE(o.datev_document, i.document) AS document
                    FROM datev_run d
                    JOIN account_move m ON m.id = d.move_id AND m.datev_document IS NULL
                    JOIN account_move o ON o.id = %(taken_back)s
                    LEFT JOIN datev_run i ON i.move_id = o.id
                    WHERE d.position > 0 AND m.reversed_entry_id IS NOT NULL
                ) found
                WHERE r.move_id = found.id AND found.document != ''
                """,
                taken_back=TAKEN_BACK,
            )
        )

    def _read_details(self, company, move_ids: list[int]) -> Details:
        """Details of the entries and their items."""
        lines = self._read_line_details(move_ids)
        return Details(
            moves=self._read_move_details(company, move_ids),
            lines=lines,
            costs=self._read_costs(company, lines),
        )

    def _read_move_details(self, company, move_ids) -> dict[int, tuple[str, bool]]:
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id, CASE WHEN m.move_type IN %(sales)s THEN p.vat ELSE '' END,
                       %(taken_back)s IS NOT NULL
                FROM account_move m
                LEFT JOIN res_partner p ON p.id = m.commercial_partner_id
                WHERE m.id = ANY(%(ids)s)
                  AND (p.vat IS NOT NULL OR m.reversed_entry_id IS NOT NULL)
                """,
                sales=tuple(SALE_TYPES),
                taken_back=TAKEN_BACK,
                ids=move_ids,
            )
        )
        home = company.account_fiscal_country_id.code or "DE"
        found = {}
        for move_id, number, reversal in self.env.cr.fetchall():
            vat_id = clean_vat(number or "")
            found[move_id] = (
                "" if vat_id.startswith(home) else vat_id,
                reversal and company.datev_general_reversal,
            )
        return found

    def _read_line_details(self, move_ids: list[int]) -> dict[int, LineDetails]:
        """Of items in a currency, with cost centres, or with a label of their own.

        An amount the file cannot hold (it has two decimals) stays in EUR.
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT l.id, CASE WHEN x.abroad THEN c.name ELSE '' END,
                       CASE WHEN x.abroad THEN (l.amount_currency * 100)::bigint ELSE 0 END,
                       CASE WHEN m.move_type = 'entry' THEN COALESCE(l.name, '') ELSE '' END,
                       l.analytic_distribution
                FROM account_move_line l
                JOIN account_move m ON m.id = l.move_id
                JOIN res_currency c ON c.id = l.currency_id
                CROSS JOIN LATERAL (
                    VALUES (l.currency_id != l.company_currency_id
                            AND l.amount_currency = ROUND(l.amount_currency, 2))
                ) x (abroad)
                WHERE l.move_id = ANY(%s)
                  AND (x.abroad OR l.analytic_distribution IS NOT NULL OR m.move_type = 'entry')
                """,
                move_ids,
            )
        )
        return {line_id: LineDetails(*row) for line_id, *row in self.env.cr.fetchall()}

    def _read_costs(self, company, lines: Mapping[int, LineDetails]) -> dict[int, tuple[int, str]]:
        """Cost centre of each analytic account of the two plans the company exports."""
        plans = [company.datev_cost_plan_id, company.datev_second_cost_plan_id]
        keys = {key for line in lines.values() for key in line.distribution or ()}
        ids = {int(number) for key in keys for number in key.split(",") if number.isdigit()}
        if not ids or not any(plans):
            return {}
        # Names on bookings of the company; its bookkeeper need not have the analytic role.
        accounts = self.env["account.analytic.account"].sudo().with_context(active_test=False)
        return {
            account.id: (
                plans.index(account.root_plan_id),
                clean_cost(account.code or account.name),
            )
            for account in accounts.search([("id", "in", list(ids))])
            if account.root_plan_id in plans
        }

    def _tax_state(self, tax) -> str:
        """EU state whose tax it is: that of the one fiscal position it is meant for."""
        country = tax.fiscal_position_ids.country_id
        if len(country) != 1 or country == tax.company_id.account_fiscal_country_id:
            return ""
        return "EL" if country.code == "GR" else country.code
