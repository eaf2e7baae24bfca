# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    datev_customer_account = fields.Integer(
        string="DATEV Customer Account",
        compute="_compute_datev_accounts",
        inverse="_inverse_datev_customer_account",
        aggregator=None,
        help="Personal account of this customer at the tax advisor. Assigned with the first "
        "export; enter a number only to take over an existing one.",
    )
    datev_supplier_account = fields.Integer(
        string="DATEV Supplier Account",
        compute="_compute_datev_accounts",
        inverse="_inverse_datev_supplier_account",
        aggregator=None,
        help="Personal account of this supplier at the tax advisor. Assigned with the first "
        "export; enter a number only to take over an existing one.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_datev_accounts(self):
        accounts = self.env["datev.personal.account"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("partner_id", "in", self.commercial_partner_id.ids),
            ],
            order="number desc",
        )
        numbers = {(account.kind, account.partner_id.id): account.number for account in accounts}
        for partner in self:
            carrier = partner.commercial_partner_id.id
            partner.datev_customer_account = numbers.get(("customer", carrier), 0)
            partner.datev_supplier_account = numbers.get(("supplier", carrier), 0)

    def _inverse_datev_customer_account(self):
        self._datev_take_over("customer", "datev_customer_account")

    def _inverse_datev_supplier_account(self):
        self._datev_take_over("supplier", "datev_supplier_account")

    def _datev_take_over(self, kind: str, field: str) -> None:
        """Keep the number typed in; emptying the field keeps the assigned one."""
        Account = self.env["datev.personal.account"]
        for partner in self.filtered(field):
            place = {
                "company_id": self.env.company.id,
                "partner_id": partner.commercial_partner_id.id,
                "kind": kind,
            }
            known = Account.search([(name, "=", value) for name, value in place.items()], limit=1)
            if known:
                known.number = partner[field]
            else:
                Account.create(place | {"number": partner[field]})

    def _datev_refuse_exported(self):
        """Raise if the tax advisor has entries of one of `self`."""
        # The advisor has the entries of every company, whoever asks.
        line = self.env["account.move.line"].sudo()
        found = line.search(
            [("partner_id", "in", self.ids), ("move_id.datev_export_id", "!=", False)], limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "Entries of %(contact)s were exported to DATEV. Merge the other contacts into "
                    "this one, or archive it.",
                    contact=found.partner_id.display_name,
                )
            )
