# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class MrpPlanRunsShortage(models.TransientModel):
    _name = "mrp.plan.runs.shortage"
    _description = "Material Missing for Planned Runs"
    _order = "date_due, id"

    plan_id = fields.Many2one("mrp.plan.runs", required=True, ondelete="cascade")
    is_replenished = fields.Boolean(help="A reordering rule makes the material.")
    product_id = fields.Many2one("product.product", required=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float("Missing", digits="Product Unit")
    date_due = fields.Date("Needed On")
    orderpoint_id = fields.Many2one(
        "stock.warehouse.orderpoint",
        "Reordering Rule",
        compute="_compute_orderpoint_id",
        help="The rule that makes the material. Without one nobody does.",
    )

    @api.depends("product_id", "plan_id.warehouse_id")
    def _compute_orderpoint_id(self):
        # Which rule makes a material is no secret to those who plan.
        rules = self.env["stock.warehouse.orderpoint"].sudo()
        rules = rules.search(
            [
                ("product_id", "in", self.product_id.ids),
                ("warehouse_id", "in", self.plan_id.warehouse_id.ids),
            ]
        ).grouped(lambda rule: (rule.product_id, rule.warehouse_id))
        for need in self:
            found = rules.get((need.product_id, need.plan_id.warehouse_id))
            need.orderpoint_id = found[:1] if found else False
