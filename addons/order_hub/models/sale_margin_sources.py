# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from odoo.addons.batch_mrp_orders.planning.quantity import exact

ZERO = exact(0)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_shipping_costs(self):
        """What each shipment cost, in company currency, and whether that is known, by id.

        Labels tell what they cost, where they are installed. Of other carriers only what the
        customer was to pay is known. What goes without a carrier costs nothing.
        """
        labels = self._get_label_costs()
        costs = {}
        for picking in self:
            if picking.id in labels:
                costs[picking.id] = (labels[picking.id], True)
            elif picking.carrier_id:
                costs[picking.id] = (exact(picking.carrier_price), False)
            else:
                costs[picking.id] = (ZERO, True)
        return costs

    def _get_label_costs(self):
        """What the labels of these deliveries cost, in company currency, by id: a hook."""
        return {}


class ProductCategory(models.Model):
    _inherit = "product.category"

    margin_target = fields.Float(
        "Target Margin (%)",
        groups="batch_mrp_orders.group_cost",
        help="What should be left of the revenue after goods, fees and shipping. Categories below "
        "without a target of their own have this one. 0: no target.",
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_view_actual_margin(self):
        """Open the margins of the lines of these orders, computed now."""
        rows = self.env["sale.margin"]
        rows.check_access("read")
        # sudo: whoever may see margins may have them computed; the rows are nobody's to edit
        rows.sudo()._compute_orders(self.sudo())
        action = self.env["ir.actions.act_window"]._for_xml_id("order_hub.sale_margin_action")
        return {
            **action,
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": [("order_id", "in", self.ids)],
            "context": {},
        }
