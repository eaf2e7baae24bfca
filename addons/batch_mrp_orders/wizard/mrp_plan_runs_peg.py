# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class MrpPlanRunsPeg(models.TransientModel):
    _name = "mrp.plan.runs.peg"
    _description = "Coverage of a Need by a Run"
    _order = "sequence, id"

    plan_id = fields.Many2one("mrp.plan.runs", required=True, ondelete="cascade")
    sequence = fields.Integer()
    product_id = fields.Many2one("product.product", required=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    date_due = fields.Date()
    line_id = fields.Many2one("mrp.plan.runs.line", "Supplying Line", ondelete="cascade")
    production_id = fields.Many2one("mrp.production", "Supplying Run")
    sale_line_id = fields.Many2one("sale.order.line")
    consumer_line_id = fields.Many2one("mrp.plan.runs.line", ondelete="cascade")
    consumer_production_id = fields.Many2one("mrp.production")

    def _prepare_allocations(self):
        """Allocation values; a run the planner made smaller serves the earliest due."""
        room = {line: line.quantity for line in self.line_id}
        values_list = []
        for peg in self.sorted(lambda peg: (peg.date_due or fields.Date.today(), peg.sequence)):
            production = peg.line_id.production_id or peg.production_id
            consumer = peg.consumer_line_id.production_id or peg.consumer_production_id
            quantity = min(peg.quantity, room.get(peg.line_id, peg.quantity))
            if not production or quantity <= 0 or not (consumer or peg.sale_line_id):
                continue
            if peg.line_id:
                room[peg.line_id] -= quantity
            values_list.append(
                {
                    "production_id": production.id,
                    "product_id": peg.product_id.id,
                    "quantity": quantity,
                    "sale_line_id": peg.sale_line_id.id,
                    "consumer_production_id": consumer.id,
                    "date_due": peg.date_due,
                }
            )
        return values_list
