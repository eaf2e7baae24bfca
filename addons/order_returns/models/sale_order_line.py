# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """What replaces goods stays free of charge, and nobody waits for its invoice."""

    _inherit = "sale.order.line"

    replaced_rma_ids = fields.One2many("rma", "replacement_line_id", readonly=True)

    def _compute_price_unit(self):
        """Another quantity does not bring the price of the product back."""
        # sudo: whoever changes an order need not take complaints
        free = self.filtered(lambda line: line.sudo().replaced_rma_ids)
        free.price_unit = 0.0
        return super(SaleOrderLine, self - free)._compute_price_unit()

    @api.depends("replaced_rma_ids", "price_unit")
    def _compute_invoice_status(self):
        res = super()._compute_invoice_status()
        for line in self.filtered(lambda line: line.invoice_status == "to invoice"):
            # sudo: see _compute_price_unit
            if line.sudo().replaced_rma_ids and line.currency_id.is_zero(line.price_unit):
                line.invoice_status = "no"
        return res
