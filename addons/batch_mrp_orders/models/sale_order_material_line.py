# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


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
    possible_qty = fields.Float(
        "Possible Now",
        digits="Product Unit",
        help="What can be had now, from stock and with the materials on hand.",
    )
    expected_date = fields.Date(help="Day on which the last expected part arrives.")
    arrival_date = fields.Date(
        "Could Arrive",
        compute="_compute_arrival_date",
        compute_sudo=True,  # whoever sees the order may not see suppliers
        help="Earliest day on which a supplier could bring what is short, if ordered today.",
    )
    product_path = fields.Char(help="Ids of the products from the sold one down to this.")
    recipe_path = fields.Char(
        compute="_compute_recipe_path", help="From the sold product down to this ingredient."
    )

    @api.depends("product_path")
    def _compute_recipe_path(self):
        paths = {line: [int(part) for part in line.product_path.split("/")] for line in self}
        # sudo: whoever may see the requirement may know which goods it is for
        products = (
            self.env["product.product"].sudo().browse({p for path in paths.values() for p in path})
        )
        names = {product.id: product.display_name for product in products}
        for line, path in paths.items():
            line.recipe_path = " › ".join(names[product_id] for product_id in path)

    @api.depends("shortage_qty", "product_id.seller_ids.delay")
    def _compute_arrival_date(self):
        today = fields.Date.context_today(self)
        for line in self:
            delays = line.shortage_qty and line.product_id.seller_ids.mapped("delay")
            line.arrival_date = today + timedelta(days=min(delays)) if delays else False

    @api.model
    def _replace(self, orders, values_by_order):
        """Write the requirements of ``orders`` anew, in one statement for any number.

        Requirements are a report of the system of some 25 rows an order line: nobody may
        write them by hand, but everybody who sees the order may have them computed.

        :param values_by_order: lists of field values by order id; dates may be False
        """
        self.env.flush_all()
        now = fields.Datetime.to_string(fields.Datetime.now())
        shared = {"create_uid": self.env.uid, "write_uid": self.env.uid}
        rows = [
            {
                **shared,
                **{name: value or None for name, value in values.items() if "date" in name},
                **{name: value for name, value in values.items() if "date" not in name},
                "order_id": order.id,
                "company_id": order.company_id.id,
                "create_date": now,
                "write_date": now,
            }
            for order in orders
            for values in values_by_order.get(order.id, [])
        ]
        gone = SQL(
            "DELETE FROM sale_order_material_line WHERE order_id = ANY(%s)", list(orders.ids)
        )
        if rows:
            columns = SQL(", ").join(SQL.identifier(name) for name in rows[0])
            self.env.cr.execute(
                SQL(
                    "WITH gone AS (%s) INSERT INTO sale_order_material_line (%s) "
                    "SELECT %s FROM json_populate_recordset(NULL::sale_order_material_line, %s)",
                    gone,
                    columns,
                    columns,
                    json.dumps(rows, default=str),
                )
            )
        else:
            self.env.cr.execute(gone)
        self.invalidate_model()
        orders.invalidate_recordset(["material_line_ids"], flush=False)
