# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SaleOrderMaterialLine(models.Model):
    _name = "sale.order.material.line"
    _description = "Material Requirement of a Sales Order"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one("sale.order", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    sequence = fields.Integer()
    level = fields.Integer(help="Recipe level: 1 is the sold product.")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    required_qty = fields.Float(
        "Required", digits="Product Unit", help="Needed for this order on this recipe level."
    )
    available_qty = fields.Float(
        "From Stock", digits="Product Unit", help="Covered by usable stock."
    )
    incoming_qty = fields.Float(
        "Expected", digits="Product Unit", help="Covered by receipts and open production runs."
    )
    to_produce_qty = fields.Float(
        "To Produce", digits="Product Unit", help="Has to be produced from its recipe."
    )
    shortage_qty = fields.Float(
        "Short", digits="Product Unit", help="Neither in stock, expected nor producible."
    )
    expected_date = fields.Date(help="Day on which the last expected part arrives.")
    arrival_date = fields.Date(
        "Could Arrive",
        help="Earliest day on which a supplier could bring what is short, if ordered today.",
    )
    recipe_path = fields.Char(help="From the sold product down to this ingredient.")
