# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The finished files, read back from the disk: their format, and the proof."""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..extf.checker import check_name, check_stack
from ..extf.expand import NotExpandable, balances, expand
from ..extf.model import OPENING, YEAR_END
from ..extf.proof import fold_carried, prove
from ..extf.reader import UnreadableStack, read_stack
from .datev_files import HEAD_LINES, FileOnDisk
from .datev_ledger import KIND_OF_TYPE
from .datev_run import Run

FILE_KINDS = {
    "": "Buchungsstapel",
    OPENING: "EB-Werte",
    YEAR_END: "Jahresabschluss",
    "partners": "Debitoren_Kreditoren",
    "accounts": "Kontenbeschriftungen",
    "terms": "Zahlungsbedingungen",
}
# More of the same kind would only hide the others.
MOST_PROBLEMS = 50


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _prove_files(self, run: Run) -> None:
        """Check and prove each file; `run.proven` tells whether all holds."""
        run.proven = True
        for file in run.files.files:
            self._find_problems(run, check_name(self._file_name(file)), 0, [])
            for before, entries, content in file.segments():
                problems = check_stack(content, run.frame.chart)
                self._find_problems(run, problems, before, entries)
                if not self._prove_segment(run, before, entries, content):
                    run.proven = False
        if any(not account.equal for account in run.accounts.values()):
            run.proven = False
        self._prove_completeness(run)

    def _find_problems(self, run: Run, problems, before: int, entries: list[int]) -> None:
        for problem in problems:
            if run.severities["blocking"] >= MOST_PROBLEMS:
                return
            row = problem.line - HEAD_LINES - 1
            run.find(
                "blocking",
                f"format_{problem.code}",
                self.env._(
                    "The file breaks the format in line %(line)s, column %(column)s: "
                    "%(message)s (%(value)s)",
                    line=problem.line + before * (row >= 0),
                    column=problem.column,
                    message=problem.message,
                    value=problem.value,
                ),
                move_id=entries[row] if 0 <= row < len(entries) else False,
            )

    def _prove_segment(self, run: Run, before: int, entries: list[int], content: bytes) -> bool:
        try:
            stack = read_stack(content)
            if len(stack.rows) != len(entries):
                raise UnreadableStack(f"{len(stack.rows)} rows, {len(entries)} were written")
            in_file = balances(
                expand(stack, run.frame.chart), lambda line: entries[line - HEAD_LINES - 1]
            )
        except (UnreadableStack, NotExpandable) as error:
            run.find(
                "blocking",
                "unreadable",
                self.env._(
                    "The file cannot be read back, after line %(line)s: %(error)s",
                    line=before + HEAD_LINES,
                    error=str(error),
                ),
            )
            return False
        keys = list(dict.fromkeys(entries))
        run.in_files += len(keys)
        carriers = run.frame.chart.carriers
        proof = prove(
            fold_carried(self._ledger_balances(run, keys), carriers),
            fold_carried(in_file, carriers),
        )
        run.add_proof(proof)
        for difference in proof.differences:
            if run.severities["blocking"] >= MOST_PROBLEMS:
                break
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
        return proof.holds

    def _ledger_balances(self, run: Run, keys: list[int]) -> dict[tuple[int, str], Decimal]:
        """Balance per entry and account as the ledger has it, read anew."""
        sums: dict[tuple[int, str], int] = defaultdict(int)
        for move_id, account_id, kind, partner_id, cents in self.env["datev.ledger"]._balances(
            keys
        ):
            personal = run.frame.personal.get((KIND_OF_TYPE.get(kind, ""), partner_id or 0))
            sums[move_id, personal or run.frame.accounts[account_id]] += cents
        return {place: Decimal(cents) / 100 for place, cents in sums.items() if cents}

    def _prove_completeness(self, run: Run) -> None:
        """In the file + left out + in an earlier export = posted in the period."""
        if run.period != run.earlier + run.in_files + run.left_out:
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

    def _file_name(self, file: FileOnDisk) -> str:
        part = f"_{file.part}" if file.part > 1 else ""
        kind = FILE_KINDS[file.first.stack]
        return f"EXTF_{kind}_{file.first.first_day:%Y%m}_{self.id:05d}{part}.csv"
