# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The file of payment terms beside those of contacts and accounts."""

from collections.abc import Iterator

from odoo import models

from ..extf.master import term_values
from ..extf.spec_master import PAYMENT_TERMS
from .datev_master import MasterFile
from .datev_payment_term import term_of
from .datev_run import Run


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _master_files(self, run: Run) -> Iterator[MasterFile | None]:
        """Terms come before the contacts that name them."""
        if self.company_id.datev_payment_terms:
            terms = self._used_terms(run)
            numbers = self.env["datev.payment.term"]
            run.terms = numbers._numbers(self.company_id, terms, run.frame.lock)
            rows = [
                term_values(term_of(term, run.terms[term.id]), run.frame.replaced)
                for term in terms.sorted(lambda term: run.terms[term.id])
            ]
            yield self._changed_masters(PAYMENT_TERMS, rows)
        yield from super()._master_files(run)

    def _used_terms(self, run: Run):
        """Terms of the contacts in the file that the format has words for."""
        terms = self.env["account.payment.term"].sudo().with_context(lang="de_DE")
        used = {self._term_of_partner(*place).id for place in self._master_contacts(run)} - {False}
        terms = terms.browse(used)
        told = terms.filtered(term_of)
        untold = (terms - told).with_env(self.env)
        if untold:
            run.find(
                "warning",
                "payment_terms",
                self.env._(
                    "DATEV has no words for these payment terms, so their contacts go without: "
                    "%(terms)s. It knows one payment within up to 999 days.",
                    terms=", ".join(untold.sudo().mapped("name")),
                ),
            )
        return told
