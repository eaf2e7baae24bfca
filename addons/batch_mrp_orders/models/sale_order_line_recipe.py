# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.constrains("product_uom_id", "product_id")
    def _check_unit_family(self):
        for line in self:
            line.product_uom_id._check_converts_to(line.product_id)

    def _get_min_remaining_days(self, product=None):
        """Days the goods must still keep when the customer gets them.

        The largest demand counts: that of the product, of the customer's address or of
        the customer. A sales channel with a demand of its own extends this.

        :param product: a component, where the line's product is a kit
        """
        self.ensure_one()
        product = product or self.product_id
        return product._get_min_remaining_days(self.order_id.partner_shipping_id)
