# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The way from posted entries to files: read and book piece by piece, write, prove.

What concerns single entries is kept in the database, piece by piece, so that a year with a
million lines needs no more memory than a day.
"""

from odoo import fields, models
from odoo.tools import SQL

from ..extf import booking
from ..extf.model import StackHeader
from ..extf.stacks import make_files
from ..extf.text import clean_word
from .datev_ledger import KIND_OF_TYPE, Piece
from .datev_run import Run
from .res_company import LONGEST_ACCOUNT, SHORTEST_ACCOUNT


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _run(self, keep: bool) -> Run:
        """All steps. With `keep` the entries are locked and personal accounts are assigned."""
        self.ensure_one()
        run = Run()
        self._forget_last_run()
        if keep:
            self._wait_for_others()
        self._check_settings(run)
        length = self.company_id.datev_account_length
        if SHORTEST_ACCOUNT <= length <= LONGEST_ACCOUNT:
            reader = self.env["datev.ledger"].with_company(self.company_id)
            run.frame = reader._open(self.company_id, self.date_from, self.date_to, lock=keep)
            self._check_accounts(run)
            header = None if run.blocked else self._stack_header()
            for piece in reader._pieces(run.frame):
                booked = self._book_entries(run, piece)
                if header:
                    run.files.add(make_files(booked, header, self._year_end()))
                self._store_findings(run)
            run.period, run.earlier = self._count_period()
            if not run.blocked:
                self._prove_files(run)
            self._report_entries(run)
            self._report_outside(run)
        self._store_findings(run)
        return run

    def _wait_for_others(self) -> None:
        """One export of a company at a time.

        The row changes, so that a transaction that began before another export ended fails
        here and is repeated, then with what that export left.
        """
        self.env.cr.execute(
            SQL("UPDATE res_company SET name = name WHERE id = %s", self.company_id.id)
        )

    def _year_end(self) -> tuple[int, int]:
        company = self.company_id
        return company.fiscalyear_last_day, int(company.fiscalyear_last_month)

    def _stack_header(self) -> StackHeader:
        company = self.company_id
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        return StackHeader(
            consultant=int(company.datev_consultant_number),
            client=int(company.datev_client_number),
            fiscal_year_start=self.date_from,
            account_length=company.datev_account_length,
            first_day=self.date_from,
            last_day=self.date_to,
            locked=company.datev_lock,
            chart=company.datev_chart or "",
            exported_by=clean_word(self.env.user.name, 25),
            stamp=f"{now:%Y%m%d%H%M%S}000",
            application=f"Export {self.id}"[:16],
        )

    # Findings before booking

    def _check_settings(self, run: Run) -> None:
        company = self.company_id
        if not company.datev_consultant_number:
            run.find(
                "blocking",
                "consultant_number",
                self.env._("The consultant number of the tax advisor is missing in the settings."),
                settings=True,
            )
        if not company.datev_client_number:
            run.find(
                "blocking",
                "client_number",
                self.env._("The client number at the tax advisor is missing in the settings."),
                settings=True,
            )
        if company.currency_id.name != "EUR":
            run.find(
                "blocking", "currency", self.env._("Only books in EUR can be exported to DATEV.")
            )
        length = company.datev_account_length
        if not SHORTEST_ACCOUNT <= length <= LONGEST_ACCOUNT:
            run.find(
                "blocking",
                "account_length",
                self.env._("Ledger accounts must have 4 to 8 digits, they have %(n)s.", n=length),
            )
        if not company._datev_preset():
            run.find(
                "warning",
                "chart",
                self.env._("The chart of accounts is neither SKR03 nor SKR04: no tax keys known."),
            )

    def _check_accounts(self, run: Run) -> None:
        length = run.frame.chart.account_length
        for account_id, code in run.frame.accounts.items():
            if not code.isdecimal() or len(code) != length or not code.strip("0"):
                run.find(
                    "blocking",
                    "account_number",
                    self.env._(
                        "The account number “%(code)s” is not a number of %(length)s digits.",
                        code=code,
                        length=length,
                    ),
                    account_id=account_id,
                )

    # Booking

    def _book_entries(self, run: Run, piece: Piece) -> list[booking.BookedEntry]:
        """Rows for the entries of a piece; those without are left out, with a finding."""
        found = []
        for move in piece.moves:
            if move.from_advisor:
                self._leave_out_returned(run, move)
                continue
            lines = piece.lines.get(move.id, ())
            if any(line.account_type in KIND_OF_TYPE and not line.partner_id for line in lines):
                self._find_missing_contact(run, move)
            if move.on_suspense:
                self._leave_out_suspense(run, move)
                continue
            try:
                booked = booking.book(piece.entry(move), run.frame.chart)
            except ValueError as error:
                self._find_not_bookable(run, move, error)
                continue
            if not booked.rows:
                self._leave_out_empty(run, move)
                continue
            run.count(booked, move.foreign)
            found.append(booked)
        self._note_entries(found)
        return found

    def _find_missing_contact(self, run: Run, move) -> None:
        run.find(
            "warning",
            "no_partner",
            self.env._(
                "%(entry)s has a receivable or payable without a contact; it goes to the "
                "collective account.",
                entry=move.name,
            ),
            move_id=move.id,
        )

    def _leave_out_returned(self, run: Run, move) -> None:
        run.left_out += 1
        run.find(
            "left_out",
            "from_advisor",
            self.env._(
                "%(entry)s came from the tax advisor and is in DATEV already.",
                entry=move.name,
            ),
            move_id=move.id,
        )

    def _leave_out_suspense(self, run: Run, move) -> None:
        run.left_out += 1
        run.find(
            "left_out",
            "suspense",
            self.env._(
                "%(entry)s is a bank line that is not assigned yet; it follows with a "
                "later export.",
                entry=move.name,
            ),
            move_id=move.id,
        )

    def _find_not_bookable(self, run: Run, move, error: ValueError) -> None:
        run.left_out += 1
        run.find(
            "blocking",
            "not_bookable",
            self.env._(
                "%(entry)s cannot be expressed in DATEV rows: %(error)s",
                entry=move.name,
                error=str(error),
            ),
            move_id=move.id,
        )

    def _leave_out_empty(self, run: Run, move) -> None:
        run.left_out += 1
        run.find(
            "left_out",
            "no_amount",
            self.env._("%(entry)s moves no amount: nothing to post.", entry=move.name),
            move_id=move.id,
        )
