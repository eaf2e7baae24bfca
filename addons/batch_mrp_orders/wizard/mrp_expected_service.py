# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class MrpExpectedService(models.TransientModel):
    """Goods made to stock that an order or a run will probably get."""

    _name = "mrp.expected.service"
    _description = "Expected Service from Stock"
    _order = "product_id, date_due, id"

    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    company_id = fields.Many2one(related="warehouse_id.company_id")
    source = fields.Selection(
        [
            ("stock", "Stock"),
            ("run", "Production Run"),
            ("receipt", "Receipt"),
            ("nothing", "Nothing Planned Yet"),
        ],
        "Served From",
        readonly=True,
    )
    production_id = fields.Many2one("mrp.production", "Production Run", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    date_due = fields.Date("Due", readonly=True)
    date_available = fields.Date("Available", readonly=True)
    is_late = fields.Boolean("Late", compute="_compute_is_late")
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True)
    order_id = fields.Many2one(related="sale_line_id.order_id", string="Sales Order")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    consumer_production_id = fields.Many2one("mrp.production", "Consuming Run", readonly=True)

    @api.depends("date_due", "date_available", "source")
    def _compute_is_late(self):
        for service in self:
            service.is_late = service.source == "nothing" or bool(
                service.date_available
                and service.date_due
                and service.date_available > service.date_due
            )

    @api.model
    def _open(self, products, warehouse, name, domain):
        """Look who is served by what now, and show what ``domain`` selects of it."""
        plan = self.env["mrp.planning"]._get_expected_service(products, warehouse)
        facts = [(peg.need, peg.source, peg.quantity, peg.available) for peg in plan.pegs]
        facts += [(need, None, need.quantity, None) for need in plan.shortages]
        services = self.create(
            [self._prepare_service(warehouse, *fact) for fact in facts]
        ).filtered_domain(domain)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", services.ids)],
            "context": {"create": False},
        }

    @api.model
    def _prepare_service(self, warehouse, need, source, quantity, available):
        kinds = {"stock": "stock", "run": "run", "move": "receipt"}
        kind = kinds[source[0]] if source else "nothing"
        consumer, consumer_id = need.consumer
        return {
            "product_id": need.product,
            "warehouse_id": warehouse.id,
            "source": kind,
            "production_id": source[1] if kind == "run" else False,
            "quantity": float(quantity),
            "date_due": need.due,
            "date_available": available,
            "sale_line_id": consumer_id if consumer == "line" else False,
            "consumer_production_id": consumer_id if consumer == "run" else False,
        }
