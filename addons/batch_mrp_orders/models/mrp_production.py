# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import float_round


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    allocation_ids = fields.One2many(
        "mrp.production.allocation",
        "production_id",
        copy=False,
        help="Who gets how much of what this run makes.",
    )
    supply_allocation_ids = fields.One2many(
        "mrp.production.allocation",
        "consumer_production_id",
        "Supplied By",
        copy=False,
        help="Runs that make ingredients for this run.",
    )
    sale_order_ids = fields.Many2many(
        "sale.order",
        compute="_compute_sale_order_ids",
        string="Sales Orders Served",
        help="Orders that get goods from this run, directly or through the runs it supplies.",
    )
    allocated_qty = fields.Float(
        "Allocated", digits="Product Unit", compute="_compute_allocated_qty"
    )
    unallocated_qty = fields.Float(
        "Surplus",
        digits="Product Unit",
        compute="_compute_allocated_qty",
        help="What the run makes beyond its allocations.",
    )

    @api.depends("allocation_ids.order_id", "allocation_ids.consumer_production_id")
    def _compute_sale_order_ids(self):
        for production in self:
            seen = level = production
            orders = self.env["sale.order"]
            while level:
                orders |= level.allocation_ids.order_id
                level = level.allocation_ids.consumer_production_id - seen
                seen |= level
            production.sale_order_ids = orders

    @api.depends("sale_order_ids")
    def _compute_sale_order_count(self):
        res = super()._compute_sale_order_count()
        for production in self:
            production.sale_order_count = len(production._get_all_sale_orders())
        return res

    def _get_all_sale_orders(self):
        return self.sale_order_ids | self.reference_ids.sale_ids | self.sale_line_id.order_id

    def action_view_sale_orders(self):
        action = super().action_view_sale_orders()
        orders = self._get_all_sale_orders()
        if len(orders) > 1:
            action.pop("res_id", None)
            action.update(
                name=self.env._("Sales Orders of %s", self.name),
                view_mode="list,form",
                domain=[("id", "in", orders.ids)],
            )
        return action

    @api.depends("allocation_ids.quantity", "product_uom_qty", "qty_produced")
    def _compute_allocated_qty(self):
        for production in self:
            makes = (
                production.qty_produced
                if production.state == "done"
                else production.product_uom_qty
            )
            production.allocated_qty = sum(production.allocation_ids.mapped("quantity"))
            production.unallocated_qty = max(makes - production.allocated_qty, 0.0)

    def _post_inventory(self, cancel_backorder=False):
        """Goods go to those they were made for before anybody else is served."""
        res = super()._post_inventory(cancel_backorder=cancel_backorder)
        for production in self:
            production._reserve_allocations()
        return res

    def _reserve_allocations(self):
        """Reserve the lots just made for the consumers of this run, earliest due first."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        made = [
            [line.lot_id, line.quantity_product_uom]
            for line in self.move_finished_ids.move_line_ids
            if line.product_id == self.product_id and line.state == "done"
        ]
        touched = self.env["stock.move"]
        for allocation in self.allocation_ids.sorted(
            lambda a: (a.date_due or fields.Date.max, a.id)
        ):
            wanted = allocation.quantity
            for move in allocation._get_consumer_moves():
                open_qty = move.product_qty - move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, round=False
                )
                for entry in made:
                    need = float_round(min(wanted, open_qty, entry[1]), precision_digits=digits)
                    if need <= 0:
                        continue
                    taken = move._update_reserved_quantity(
                        need, move.location_id, lot_id=entry[0], strict=False
                    )
                    wanted -= taken
                    open_qty -= taken
                    entry[1] -= taken
                touched |= move
        touched._recompute_state()

    def _action_cancel(self):
        """What a cancelled run was to make goes back to the pool of open demand."""
        res = super()._action_cancel()
        cancelled = self.filtered(lambda production: production.state == "cancel")
        (cancelled.allocation_ids | cancelled.supply_allocation_ids).unlink()
        return res
