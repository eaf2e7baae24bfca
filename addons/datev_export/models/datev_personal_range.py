# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Ranges of personal accounts: where new numbers come from, and which were given already."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .datev_personal_account import LAST_OF_KIND, number_range

RANGE_OF_KIND = {
    "customer": ("datev_customer_first", "datev_customer_last"),
    "supplier": ("datev_supplier_first", "datev_supplier_last"),
}
RANGE_FIELDS = tuple(name for names in RANGE_OF_KIND.values() for name in names)


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_customer_first = fields.Integer(
        string="First Customer Number",
        help="New customers get numbers from here on. Empty: the whole range of DATEV.",
    )
    datev_customer_last = fields.Integer(string="Last Customer Number")
    datev_supplier_first = fields.Integer(
        string="First Supplier Number",
        help="New suppliers get numbers from here on. Empty: the whole range of DATEV.",
    )
    datev_supplier_last = fields.Integer(string="Last Supplier Number")
    datev_customer_used = fields.Integer(copy=False, help="Highest customer number assigned.")
    datev_supplier_used = fields.Integer(copy=False, help="Highest supplier number assigned.")

    def _datev_number_range(self, kind: str) -> tuple[int, int]:
        """First and last number for new personal accounts of the company."""
        self.ensure_one()
        first, last = number_range(kind, self.datev_account_length)
        own_first, own_last = (self[name] for name in RANGE_OF_KIND[kind])
        return own_first or first, own_last or last

    @api.constrains(*RANGE_FIELDS)
    def _check_datev_ranges(self):
        for company in self:
            for kind, names in RANGE_OF_KIND.items():
                if not any(company[name] for name in names):
                    continue
                least, most = number_range(kind, company.datev_account_length)
                first, last = company._datev_number_range(kind)
                if not least <= first <= last <= most:
                    raise ValidationError(
                        self.env._(
                            "The numbers %(first)s to %(last)s are not within %(least)s to "
                            "%(most)s.",
                            first=first,
                            last=last,
                            least=least,
                            most=most,
                        )
                    )

    def _datev_note_numbers(self, new: list[tuple[str, int, int]]) -> None:
        """Remember the highest of the (kind, contact, number) just assigned."""
        self.ensure_one()
        # Whoever exports assigns numbers; the company itself is not his to change.
        self.sudo().write(
            {
                LAST_OF_KIND[kind]: max(number for own, _partner, number in new if own == kind)
                for kind in {kind for kind, _partner, _number in new}
            }
        )


class DatevPersonalAccount(models.Model):
    _inherit = "datev.personal.account"

    def _refuse_range(self, company, kind: str):
        """Raise: there is no number left."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        first, last = company._datev_number_range(kind)
        raise UserError(
            self.env._(
                "%(kind)s: the numbers %(first)s to %(last)s are used up. Enter another range in "
                "the DATEV setup.",
                kind=labels[kind],
                first=first,
                last=last,
            )
        )

    @api.model
    def _assign_missing(self, company) -> int:
        """Give a number to every contact with open items that has none; how many got one."""
        self.env["datev.setup"]._require_manager()
        lines = self.env["account.move.line"]._read_group(
            [
                ("company_id", "child_of", company.id),
                ("account_type", "in", ("asset_receivable", "liability_payable")),
                ("parent_state", "=", "posted"),
                ("partner_id", "!=", False),
            ],
            ["account_type", "partner_id"],
        )
        wanted: dict[str, set[int]] = {"customer": set(), "supplier": set()}
        for account_type, partner in lines:
            kind = "customer" if account_type == "asset_receivable" else "supplier"
            wanted[kind].add(partner.commercial_partner_id.id)
        before = self.search_count([("company_id", "=", company.id)])
        self._numbers(company, wanted, create=True)
        return self.search_count([("company_id", "=", company.id)]) - before
