# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    customer_wishes = fields.Text(
        "Wishes of the Customers",
        compute="_compute_customer_wishes",
        # who makes the goods reads the wishes, not the orders
        compute_sudo=True,
        help="What customers asked for on the order lines this run is made for.",
    )

    @api.depends(
        "allocation_ids.sale_line_id.channel_wishes", "allocation_ids.sale_line_id.order_id.name"
    )
    def _compute_customer_wishes(self):
        for production in self:
            lines = production.allocation_ids.sale_line_id.filtered("channel_wishes")
            production.customer_wishes = "\n".join(
                f"{line.order_id.name}, {line.product_uom_qty:g} ×: {line.channel_wishes}"
                for line in lines
            )
