# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the words of a file stand for here: units, taxes, products."""

from odoo import models

UNITS = {
    "unit": "uom.product_uom_unit",
    "g": "uom.product_uom_gram",
    "kg": "uom.product_uom_kgm",
    "t": "uom.product_uom_ton",
    "ml": "uom.product_uom_milliliter",
    "l": "uom.product_uom_litre",
    "cm": "uom.product_uom_cm",
    "m": "uom.product_uom_meter",
}


class OrderHubImport(models.Model):
    _inherit = "order.hub.import"

    def _get_units(self):
        return {word: self.env.ref(xmlid) for word, xmlid in UNITS.items()}

    def _get_taxes(self, kind):
        """The company's tax on sales or purchases at home, by rate in percent."""
        default = self.company_id[f"account_{kind}_tax_id"]
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.company_id),
                ("type_tax_use", "=", kind),
                ("amount_type", "=", "percent"),
                ("is_domestic", "=", True),
            ]
        )
        return {tax.amount: tax for tax in reversed(taxes)} | (
            {default.amount: default} if default else {}
        )

    def _get_products(self, references):
        """Products by internal reference; [] of those that several have."""
        products = self.env["product.product"].search(
            [
                *self.env["product.product"]._check_company_domain(self.company_id),
                ("default_code", "in", list(references)),
            ]
        )
        found = {}
        for product in products:
            found.setdefault(product.default_code, []).append(product)
        return found

    def _set_product_error(self, entry, found, reference):
        """Say that a product is missing or not the only one; return it if neither."""
        products = found.get(reference, [])
        if len(products) == 1:
            return products[0]
        if products:
            entry.error = self.env._("Several products have the reference %s.", reference)
            entry.instead = self.env._("Give each product a reference of its own.")
        else:
            entry.error = self.env._("There is no product with the reference %s.", reference)
            entry.instead = self.env._("Import the products first, or correct the reference.")
        return None
