# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Numbers under which the tax advisor knows the payment terms of a company."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..extf.master import TermRecord, is_term

FIRST_NUMBER, LAST_NUMBER = 1, 999


def term_of(term, number: int = 0) -> TermRecord | None:
    """The term in the words of the format; None if they do not suffice for it.

    They have one date of payment, so many days after the invoice. Instalments and ends of
    months are not told: the periods of the format start with the day of the invoice.
    """
    line = term.line_ids
    if len(line) != 1 or line.delay_type != "days_after" or line.value != "percent":
        return None
    discount = term.early_discount
    record = TermRecord(
        number,
        term.name,
        line.nb_days,
        Decimal(repr(term.discount_percentage)) if discount else Decimal(0),
        term.discount_days if discount else 0,
    )
    return record if is_term(record) else None


class DatevPaymentTerm(models.Model):
    _name = "datev.payment.term"
    _inherit = ["datev.told"]
    _description = "DATEV Payment Term"
    _order = "company_id, number"
    _rec_name = "number"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    number = fields.Integer(required=True, aggregator=None)

    _number_unique = models.Constraint(
        "UNIQUE(company_id, number)", "This number belongs to other payment terms."
    )
    _term_unique = models.Constraint(
        "UNIQUE(company_id, term_id)", "These payment terms have a number already."
    )
    _number_range = models.Constraint(
        f"CHECK(number BETWEEN {FIRST_NUMBER} AND {LAST_NUMBER})",
        "Payment terms have numbers from 1 to 999.",
    )

    @api.depends("number")
    def _compute_display_name(self):
        for term in self:
            term.display_name = str(term.number)

    def write(self, vals):
        if {"company_id", "term_id", "number"} & vals.keys():
            self._datev_refuse_told()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        self._datev_refuse_told()

    def _datev_refuse_told(self):
        """Raise if the tax advisor knows one of these terms by its number."""
        for term in self:
            if term.exported_digest:
                raise UserError(
                    self.env._(
                        "The tax advisor knows the payment terms “%(term)s” as number "
                        "%(number)s; it stays.",
                        term=term.term_id.name,
                        number=term.number,
                    )
                )

    @api.model
    def _numbers(self, company, terms, create: bool) -> dict[int, int]:
        """Id of each of `terms` -> its number; new ones get the next, in the order of their ids.

        With `create` the numbers are kept; otherwise they are only what an export would
        assign. An export locks the company, so that one at a time gets here with `create`.
        """
        known = self.search([("company_id", "=", company.id)])
        numbers = {row.term_id.id: row.number for row in known}
        new = terms.filtered(lambda term: term.id not in numbers).sorted("id")
        first = max(numbers.values(), default=FIRST_NUMBER - 1) + 1
        numbers.update({term.id: number for number, term in enumerate(new, first)})
        if create:
            self.create(
                [
                    {"company_id": company.id, "term_id": term.id, "number": numbers[term.id]}
                    for term in new
                ]
            )
        return numbers


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_payment_terms = fields.Boolean(
        string="Export Payment Terms",
        help="Payment terms of the customers and suppliers exported get a number. The tax advisor "
        "gets a file of those that are new or changed, and the number with each contact.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    datev_payment_terms = fields.Boolean(related="company_id.datev_payment_terms", readonly=False)
