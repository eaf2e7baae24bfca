# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, models

from .order_hub_import_entry import Entry

# Fields of datev_export, which need not be installed.
ACCOUNTS = {"debtor": "datev_customer_account", "creditor": "datev_supplier_account"}


class OrderHubImport(models.Model):
    """Customers and suppliers, known by their reference."""

    _inherit = "order.hub.import"

    def _plan_partners(self, rows):
        partners = self.env["res.partner"].with_context(active_test=False)
        there = {}
        for partner in partners.search(
            [
                *partners._check_company_domain(self.company_id),
                ("ref", "in", [row.reference for row in rows]),
                ("parent_id", "=", False),
            ]
        ):
            there.setdefault(partner.ref, partner)
        codes = {row.country or "DE" for row in rows}
        countries = {
            country.code: country
            for country in self.env["res.country"].search([("code", "in", list(codes))])
        }
        entries = []
        for row in rows:
            entry = Entry(row.row, row.reference, place=row.name)
            wanted = self._prepare_partner(row, countries)
            if row.reference in there:
                self._compare(entry, there[row.reference], wanted)
            else:
                entry.vals = {name: value for name, value in wanted.items() if value is not None}
                entry.vals |= self._prepare_new_partner(row)
            entries.append(entry)
        return entries

    def _prepare_partner(self, row, countries):
        """What a row says of a partner; None is not said."""
        vals = {
            "name": row.name,
            "street": row.street,
            "street2": row.street2,
            "zip": row.postcode,
            "city": row.city,
            "country_id": countries[row.country or "DE"].id if row.country or row.city else None,
            "email": row.email,
            "phone": row.phone,
            "vat": row.vat,
        }
        for name, field in ACCOUNTS.items():
            if field in self.env["res.partner"]._fields:
                vals[field] = int(number) if (number := getattr(row, name)) else None
        return vals

    def _prepare_new_partner(self, row):
        vals = {"ref": row.reference, "is_company": bool(row.contact or row.vat)}
        if row.role in ("customer", "both"):
            vals["customer_rank"] = 1
        if row.role in ("supplier", "both"):
            vals["supplier_rank"] = 1
        if row.contact:
            vals["child_ids"] = [Command.create({"name": row.contact, "type": "contact"})]
        return vals

    def _create_partners(self, entries):
        self._in_sets(entries, lambda some: self._create_set("res.partner", some))


class OrderHubImportRow(models.Model):
    _inherit = "order.hub.import.row"

    def _delete(self, record):
        """The number of an account that came with a partner goes with it."""
        if record._name == "res.partner" and "datev.personal.account" in self.env:
            self.env["datev.personal.account"].search([("partner_id", "=", record.id)]).unlink()
        return super()._delete(record)
