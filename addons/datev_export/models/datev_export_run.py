# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The way from posted entries to proven files: read, book, write, check, prove."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from odoo import Command, fields, models
from odoo.tools import SQL

from ..extf import booking
from ..extf.checker import check_name, check_stack
from ..extf.expand import NotExpandable, balances, expand
from ..extf.model import StackHeader
from ..extf.proof import prove
from ..extf.reader import UnreadableStack, read_stack
from ..extf.stacks import make_files
from ..extf.text import clean_word
from .datev_ledger import KIND_OF_TYPE
from .datev_run import Run
from .res_company import LONGEST_ACCOUNT, SHORTEST_ACCOUNT

# More of the same kind would only hide the others.
MOST_PROBLEMS = 50


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _run(self, keep: bool) -> Run:
        """All steps. With `keep` the entries are locked and personal accounts are assigned."""
        self.ensure_one()
        run = Run()
        self._check_settings(run)
        length = self.company_id.datev_account_length
        if not SHORTEST_ACCOUNT <= length <= LONGEST_ACCOUNT:
            return run
        reader = self.env["datev.ledger"].with_company(self.company_id)
        run.ledger = reader._read(self.company_id, self.date_from, self.date_to, lock=keep)
        self._check_accounts(run)
        self._book_entries(run)
        if not any(finding["severity"] == "blocking" for finding in run.findings):
            run.files = make_files(run.booked, self._stack_header(), self._year_end())
            self._check_files(run)
            self._prove_files(run)
        self._report_entries(run)
        if not run.ledger.moves:
            run.find(
                "warning", "nothing_new", self.env._("There is no new posted entry in the period.")
            )
        return run

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
        length = run.ledger.chart.account_length
        for account_id, code in run.ledger.accounts.items():
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
        for move in run.ledger.moves.values():
            lines = run.ledger.lines.get(move.id, ())
            if any(line.account_type in KIND_OF_TYPE and not line.partner_id for line in lines):
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

    # Booking

    def _book_entries(self, run: Run) -> None:
        for move in run.ledger.moves.values():
            if move.on_suspense:
                run.left_out.add(move.id)
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
                continue
            try:
                booked = booking.book(run.ledger.entry(move), run.ledger.chart)
            except ValueError as error:
                run.left_out.add(move.id)
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
                continue
            if booked.rows:
                run.booked.append(booked)
            else:
                run.left_out.add(move.id)
                run.find(
                    "left_out",
                    "no_amount",
                    self.env._("%(entry)s moves no amount: nothing to post.", entry=move.name),
                    move_id=move.id,
                )

    # Checking and proving

    def _check_files(self, run: Run) -> None:
        for file in run.files:
            problems = check_stack(file.content, run.ledger.chart)
            problems += check_name(self._file_name(file))
            for problem in problems[:MOST_PROBLEMS]:
                run.find(
                    "blocking",
                    f"format_{problem.code}",
                    self.env._(
                        "The file breaks the format in line %(line)s, column %(column)s: "
                        "%(message)s (%(value)s)",
                        line=problem.line,
                        column=problem.column,
                        message=problem.message,
                        value=problem.value,
                    ),
                    move_id=file.entry_of(problem.line) or False,
                )

    def _ledger_balances(self, run: Run) -> dict[tuple[int, str], Decimal]:
        """Balance per entry and account as the ledger has it, read anew."""
        sums: dict[tuple[int, str], int] = defaultdict(int)
        keys = [item.entry.key for item in run.booked]
        for move_id, account_id, kind, partner_id, cents in self.env["datev.ledger"]._balances(
            keys
        ):
            personal = run.ledger.personal.get((KIND_OF_TYPE.get(kind, ""), partner_id or 0))
            sums[move_id, personal or run.ledger.accounts[account_id]] += cents
        return {place: Decimal(cents) / 100 for place, cents in sums.items() if cents}

    def _prove_files(self, run: Run) -> None:
        in_files: dict[tuple[int, str], Decimal] = {}
        try:
            for file in run.files:
                stack = read_stack(file.content)
                in_files.update(balances(expand(stack, run.ledger.chart), file.entry_of))
        except (UnreadableStack, NotExpandable) as error:
            run.find(
                "blocking",
                "unreadable",
                self.env._("The file cannot be read back: %(error)s", error=str(error)),
            )
            return
        run.proof = prove(self._ledger_balances(run), in_files)
        for difference in run.proof.differences[:MOST_PROBLEMS]:
            run.find(
                "blocking",
                "proof",
                self.env._(
                    "Account %(account)s: the file posts %(file)s, the ledger has %(ledger)s.",
                    account=difference.account,
                    file=difference.file,
                    ledger=difference.ledger,
                ),
                move_id=difference.entry,
            )
        self._prove_completeness(run)

    def _prove_completeness(self, run: Run) -> None:
        """In the file + left out + in an earlier export = posted in the period."""
        period, earlier = self._count_period()
        if period != earlier + len(run.booked) + len(run.left_out):
            run.find(
                "blocking",
                "incomplete",
                self.env._("Not every posted entry is in the file or in the findings."),
            )

    def _count_period(self) -> tuple[int, int]:
        """Posted entries of the period, and how many of them an export holds."""
        self.env.cr.execute(
            SQL(
                """
                SELECT COUNT(*), COUNT(datev_export_id)
                FROM account_move
                WHERE company_id IN %s AND state = 'posted' AND date BETWEEN %s AND %s
                """,
                tuple(self.company_id._datev_branches().ids),
                self.date_from,
                self.date_to,
            )
        )
        return self.env.cr.fetchone()

    # Keeping the result

    def _store_result(self, run: Run) -> None:
        """Findings, proof and counts of the last pass."""
        modes = Counter(item.mode for item in run.booked)
        period, earlier = self._count_period()
        self.write(
            {
                "finding_ids": [Command.clear(), *map(Command.create, run.findings)],
                "proof_line_ids": [Command.clear(), *map(Command.create, self._proof_lines(run))],
                "proven": bool(run.proof and run.proof.holds),
                "move_count": len(run.booked),
                "row_count": sum(len(item.rows) for item in run.booked),
                "left_out_count": len(run.left_out),
                "earlier_count": earlier,
                "period_count": period,
                "gross_count": modes["gross"],
                "plain_count": modes["plain"],
                "fallback_count": modes["net"] + modes["mixed"],
                "repaired_count": sum(item.repaired for item in run.booked),
                "foreign_count": sum(
                    run.ledger.moves[item.entry.key].foreign for item in run.booked
                ),
            }
        )

    def _proof_lines(self, run: Run) -> Iterable[dict]:
        if not run.proof:
            return []
        names = self._account_names(run)
        return [
            {
                "account_number": account.account,
                "name": names.get(account.account, ""),
                "ledger_debit": float(account.ledger_debit),
                "ledger_credit": float(account.ledger_credit),
                "file_debit": float(account.file_debit),
                "file_credit": float(account.file_credit),
                "difference": float(account.difference),
            }
            for account in run.proof.accounts
        ]

    def _account_names(self, run: Run) -> dict[str, str]:
        """Name of each account and contact by its number in the file."""
        ledger = run.ledger
        shown = {account.account for account in run.proof.accounts}
        # Names of accounts and contacts that the entries of the user's own company use.
        accounts = self.env["account.account"].sudo().browse(ledger.accounts)
        names = {ledger.accounts[account.id]: account.name for account in accounts}
        carriers = {
            number: partner_id
            for (_kind, partner_id), number in ledger.personal.items()
            if number in shown
        }
        partners = self.env["res.partner"].sudo().browse(set(carriers.values()))
        partner_names = {partner.id: partner.name for partner in partners}
        names.update({number: partner_names[owner] for number, owner in carriers.items()})
        return names

    def _prepare_entries(self, run: Run) -> list[dict]:
        return [
            {
                "export_id": self.id,
                "move_id": item.entry.key,
                "mode": item.mode,
                "reason": "; ".join(map(self._reason_text, item.reasons)),
                "row_count": len(item.rows),
                "document": item.entry.document,
                "digest": hashlib.sha256(repr(item.rows).encode()).hexdigest(),
            }
            for item in run.booked
        ]
