# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections.abc import Mapping, Set

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# First and last number with ledger accounts of 4 digits; longer ones add zeros or nines.
RANGES = {"customer": (10_000, 69_999), "supplier": (70_000, 99_999)}
BASE_LENGTH = 4
# Highest number ever assigned, on the company: none comes twice, even if it was deleted.
LAST_OF_KIND = {"customer": "datev_customer_used", "supplier": "datev_supplier_used"}
TYPE_OF_KIND = {"customer": "asset_receivable", "supplier": "liability_payable"}


def number_range(kind: str, account_length: int) -> tuple[int, int]:
    """First and last personal account for ledger accounts of `account_length` digits."""
    first, last = RANGES[kind]
    factor = 10 ** (account_length - BASE_LENGTH)
    return first * factor, (last + 1) * factor - 1


class DatevPersonalAccount(models.Model):
    _name = "datev.personal.account"
    _description = "DATEV Personal Account"
    _order = "company_id, number"
    _rec_name = "number"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("customer", "Customer"), ("supplier", "Supplier")], required=True, default="customer"
    )
    number = fields.Integer(required=True, aggregator=None)

    _number_unique = models.Constraint(
        "UNIQUE(company_id, number)", "This personal account belongs to another contact."
    )
    _partner_index = models.Index("(company_id, partner_id, kind)")

    @api.constrains("number", "kind", "company_id")
    def _check_number(self):
        for account in self:
            length = account.company_id.datev_account_length
            if not length:
                continue
            first, last = number_range(account.kind, length)
            if not first <= account.number <= last:
                raise ValidationError(
                    self.env._(
                        "The personal account %(number)s is not within %(first)s to %(last)s.",
                        number=account.number,
                        first=first,
                        last=last,
                    )
                )

    def write(self, vals):
        if {"number", "partner_id", "kind", "company_id"} & vals.keys():
            self.filtered(
                lambda account: (
                    vals.get("number", account.number) != account.number
                    or vals.get("partner_id", account.partner_id.id) != account.partner_id.id
                    or vals.get("kind", account.kind) != account.kind
                    or vals.get("company_id", account.company_id.id) != account.company_id.id
                )
            )._datev_refuse_exported()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        self._datev_refuse_exported()

    def _datev_refuse_exported(self):
        """Raise if the tax advisor has entries under one of these numbers."""
        # The advisor has the entries whoever asks.
        lines = self.env["account.move.line"].sudo()
        for account in self:
            domain = [
                ("partner_id.commercial_partner_id", "=", account.partner_id.id),
                ("account_type", "=", TYPE_OF_KIND[account.kind]),
                ("company_id", "child_of", account.company_id.id),
                ("move_id.datev_export_id", "!=", False),
            ]
            if lines.search_count(domain, limit=1):
                raise UserError(
                    self.env._(
                        "Entries were exported to DATEV under the personal account %(number)s of "
                        "%(contact)s; it stays.",
                        number=account.number,
                        contact=account.partner_id.display_name,
                    )
                )

    @api.depends("number")
    def _compute_display_name(self):
        for account in self:
            account.display_name = str(account.number)

    @api.model
    def _numbers(
        self, company, wanted: Mapping[str, Set[int]], create: bool
    ) -> dict[tuple[str, int], str]:
        """(kind, commercial partner id) -> personal account of `company`.

        Contacts without a number get the next free one, in the order of their ids. With
        `create` the numbers are kept; otherwise they are only what an export would assign.
        """
        if create:
            # One export at a time assigns numbers, so that they stay without gaps.
            self.env.cr.execute(
                SQL("SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE", company.id)
            )
        known = self.search([("company_id", "=", company.id)], order="number")
        numbers: dict[tuple[str, int], str] = {}
        for account in known:
            numbers.setdefault((account.kind, account.partner_id.id), str(account.number))
        new = []
        for kind, partner_ids in wanted.items():
            first, last = company._datev_number_range(kind)
            used = [account.number for account in known if account.kind == kind]
            used.append(company[LAST_OF_KIND[kind]])
            number = max([first - 1, *(taken for taken in used if first <= taken <= last)])
            for partner_id in sorted(partner_ids):
                if (kind, partner_id) not in numbers:
                    number += 1
                    if number > last:
                        self._refuse_range(company, kind)
                    numbers[kind, partner_id] = str(number)
                    new.append((kind, partner_id, number))
        if create and new:
            self.create(
                [
                    {
                        "company_id": company.id,
                        "partner_id": partner_id,
                        "kind": kind,
                        "number": number,
                    }
                    for kind, partner_id, number in new
                ]
            )
            company._datev_note_numbers(new)
        return numbers
