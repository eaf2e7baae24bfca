# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class MrpProduction(models.Model):
    """The batch record says what was used for what was made, and what is missing."""

    _inherit = "mrp.production"

    def _prepare_batch_record(self, state):
        record = super()._prepare_batch_record(state)
        run = self.sudo().with_context(lang=self.company_id.partner_id.lang)
        return {**record, "balance": run._prepare_record_balance()}

    def _prepare_record_balance(self):
        """What was used of each ingredient against the recipe for what was made."""
        if self.state != "done":
            return []
        rows = []
        for item in self._get_mass_balance().inputs:
            product = self.env["product.product"].browse(item.product)
            expected, unit = item.expected, product.uom_id
            rows.append(
                {
                    "product": product.display_name,
                    "used": unit._get_quantity_text(float(item.used)),
                    "expected": ""
                    if expected is None
                    else unit._get_quantity_text(float(expected)),
                    "difference": unit._get_quantity_text(float(item.difference)),
                }
            )
        return rows
