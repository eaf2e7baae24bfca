# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an export does not hold, and the bookkeeper should know of: drafts and late postings."""

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .datev_run import Run


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _report_outside(self, run: Run) -> None:
        """Drafts of the period, and posted entries before it that no export holds."""
        drafts = self.env["account.move"].sudo().search_count(self._draft_domain())
        if drafts:
            run.find(
                "warning",
                "drafts",
                self.env._(
                    "%(count)s entries of the period are drafts. Once posted they follow as a "
                    "supplement.",
                    count=drafts,
                ),
            )
        count, first = self._count_late()
        if count:
            run.find(
                "warning",
                "late",
                self.env._(
                    "%(count)s entries before the period are in no export, the first of "
                    "%(day)s. Export their period once more: that gives a supplement.",
                    count=count,
                    day=format_date(self.env, first),
                ),
            )

    def _outside_domain(self, code: str) -> Domain:
        """The entries that a finding of `_report_outside` is about."""
        return self._draft_domain() if code == "drafts" else self._late_domain()

    def _draft_domain(self) -> Domain:
        return (
            Domain("company_id", "in", self.company_id._datev_branches().ids)
            & Domain("state", "=", "draft")
            & Domain("date", ">=", self.date_from)
            & Domain("date", "<=", self.date_to)
        )

    def _late_domain(self) -> Domain:
        """From the first export on: what came before was handed over in another way."""
        first = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("exported", "handed_over")),
                ("date_from", "<", self.date_from),
            ],
            order="date_from",
            limit=1,
        )
        if not first:
            return Domain.FALSE
        return (
            Domain("company_id", "in", self.company_id._datev_branches().ids)
            & Domain("state", "=", "posted")
            & Domain("date", ">=", first.date_from)
            & Domain("date", "<", self.date_from)
            & Domain("datev_export_id", "=", False)
            # Entries of nothing but zeros are in no file at all.
            & Domain("line_ids", "any", [("balance", "!=", 0)])
        )

    def _count_late(self):
        """How many late postings there are, and the first of their days."""
        # They count whoever checks; nothing but a number and a day is told.
        query = self.env["account.move"].sudo()._search(self._late_domain())
        self.env.cr.execute(
            query.select(SQL("COUNT(*)"), SQL("MIN(%s)", SQL.identifier("account_move", "date")))
        )
        return self.env.cr.fetchone()
