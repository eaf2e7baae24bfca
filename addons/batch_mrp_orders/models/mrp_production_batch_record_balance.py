# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

from ..planning.quantity import exact


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
        return [self._prepare_balance_row(item) for item in self._get_mass_balance().inputs]

    def _prepare_balance_row(self, item):
        product = self.env["product.product"].browse(item.product)
        step = exact(self.bom_id.weighing_step)

        def text(quantity):
            if quantity is None:
                return ""
            if item.grams and step:  # no finer than the scale
                quantity = round(quantity * item.grams / step) * step / item.grams
            return product.uom_id._get_quantity_text(float(quantity))

        return {
            "product": product.display_name,
            "used": text(item.used),
            "expected": text(item.expected),
            "difference": text(item.difference),
        }
