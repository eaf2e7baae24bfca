# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MrpProductionAllocation(models.Model):
    """So much of a run's output belongs to this consumer."""

    _name = "mrp.production.allocation"
    _description = "Production Allocation"
    _order = "date_due, id"
    _check_company_auto = True

    production_id = fields.Many2one(
        "mrp.production",
        "Production Run",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
        help="The run that makes the goods.",
    )
    company_id = fields.Many2one(related="production_id.company_id", store=True, index=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(digits="Product Unit", required=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", ondelete="cascade", index="btree_not_null"
    )
    order_id = fields.Many2one(
        related="sale_line_id.order_id", store=True, index="btree_not_null", string="Sales Order"
    )
    consumer_production_id = fields.Many2one(
        "mrp.production",
        "Consuming Run",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
        help="The run that uses the goods as an ingredient.",
    )
    orderpoint_id = fields.Many2one(
        "stock.warehouse.orderpoint",
        "Reordering Rule",
        ondelete="cascade",
        index="btree_not_null",
        check_company=True,
    )
    date_due = fields.Date("Due", help="Day on which the consumer needs the goods.")
    production_state = fields.Selection(related="production_id.state", string="Run Status")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")

    _positive_quantity = models.Constraint(
        "CHECK (quantity > 0)", "An allocated quantity must be positive."
    )
    _one_consumer = models.Constraint(
        "CHECK (num_nonnulls(sale_line_id, consumer_production_id, orderpoint_id) = 1)",
        "An allocation serves exactly one order line, run or reordering rule.",
    )

    @api.depends("production_id.name", "quantity", "order_id.name", "consumer_production_id.name")
    def _compute_display_name(self):
        for allocation in self:
            consumer = (
                allocation.order_id or allocation.consumer_production_id or allocation.orderpoint_id
            )
            allocation.display_name = (
                f"{allocation.production_id.display_name} → {consumer.display_name}"
            )

    @api.constrains("quantity", "production_id")
    def _check_run_quantity(self):
        """A run cannot promise more than it makes."""
        groups = self._read_group(
            [("production_id", "in", self.production_id.ids)], ["production_id"], ["quantity:sum"]
        )
        for production, allocated in groups:
            makes = max(production.product_uom_qty, production.qty_produced)
            if production.product_id.uom_id.compare(allocated, makes) > 0:
                raise ValidationError(
                    self.env._(
                        "%(run)s makes %(makes)s %(unit)s, but %(allocated)s %(unit)s would be "
                        "allocated. Enlarge the run or allocate less.",
                        run=production.display_name,
                        makes=makes,
                        allocated=allocated,
                        unit=production.product_id.uom_id.name,
                    )
                )

    def _get_consumer_moves(self):
        """Open moves that are to receive the allocated goods."""
        self.ensure_one()
        moves = self.sale_line_id.move_ids or self.consumer_production_id.move_raw_ids
        return moves.filtered(
            lambda move: (
                move.product_id == self.product_id
                and move.state in ("waiting", "confirmed", "partially_available")
            )
        )
