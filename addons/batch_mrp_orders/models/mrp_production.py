# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..planning.quantity import exact


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

    @api.depends(
        "allocation_ids.quantity",
        "product_uom_qty",
        "state",
        "move_finished_ids.state",
        "move_finished_ids.quantity",
    )
    def _compute_allocated_qty(self):
        unallocated = self._get_unallocated_quantities()
        for production in self:
            production.allocated_qty = sum(production.allocation_ids.mapped("quantity"))
            production.unallocated_qty = float(max(unallocated.get(production.id, 0), Fraction(0)))

    # ------------------------------------------------------------- quantities
    def _get_output_quantities(self):
        """What each run makes, or has made, exact, in the product's unit, by run id."""
        made, unfinished = self._read_made_quantities() if self.ids else ({}, set())
        result = {}
        for production in self:
            finished = production.state == "done" or production.id not in unfinished
            if production.state == "cancel":
                result[production.id] = Fraction(0)
            elif production.id in made and finished:
                result[production.id] = made[production.id]
            else:
                result[production.id] = exact(production.product_uom_qty)
        return result

    def _read_made_quantities(self):
        """Exact quantity made by run id, and the runs that have more to finish."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        made, unfinished = {}, set()
        self.env["stock.move"].flush_model()
        for run_id, is_done, quantity in self.env.execute_query(
            SQL(
                """
                SELECT run.id, move.state = 'done',
                       SUM(move.quantity * move_uom.factor / product_uom.factor)
                  FROM mrp_production run
                  JOIN stock_move move
                    ON move.production_id = run.id AND move.product_id = run.product_id
                  JOIN stock_location source
                    ON source.id = move.location_id AND source.usage = 'production'
                  JOIN product_product product ON product.id = run.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                  JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                 WHERE run.id IN %s AND move.state != 'cancel'
                 GROUP BY 1, 2
                """,
                tuple(self.ids),
            )
        ):
            if is_done:
                made[run_id] = round(exact(quantity), digits)
            else:
                unfinished.add(run_id)
        return made, unfinished

    def _get_unallocated_quantities(self):
        """What each run makes beyond its allocations, exact; negative when it makes less."""
        output = self._get_output_quantities()
        for production in self:
            allocated = sum(exact(a.quantity) for a in production.allocation_ids)
            output[production.id] -= allocated
        return output

    def _trim_allocations(self, reason):
        """Cut what these runs promise to what they make, the latest due first."""
        # Whoever changes or closes a run, its promises follow.
        for production in self.sudo():
            allocations = production.allocation_ids
            excess = -production._get_unallocated_quantities()[production.id]
            if excess > 0:
                allocations._cut(allocations, excess, reason)

    # ------------------------------------------------------------- references
    def _sync_references(self):
        """References of these runs, their finished moves and the runs that supply them:
        those of the orders they serve. Core shows documents by them and reserves along them.
        """
        # References follow the allocations, whoever changes these.
        runs = level = self.sudo()
        while level:
            level = level.supply_allocation_ids.production_id - runs
            runs |= level
        for run in runs:
            orders = run.sale_order_ids | run.sale_line_id.order_id
            foreign = run.reference_ids.filtered(
                lambda reference, orders=orders: (
                    reference.sale_ids - orders and not reference.sale_ids & orders
                )
            )
            references = (run.reference_ids - foreign) | orders.stock_reference_ids
            if references != run.reference_ids:
                run.reference_ids = [Command.set(references.ids)]
            moves = run.move_finished_ids.filtered(
                lambda move, references=references: move.reference_ids != references
            )
            if moves:
                moves.reference_ids = [Command.set(references.ids)]

    # ---------------------------------------------------------------- planner
    def _notify_planner(self, reason, entries):
        """One activity on the run says whose goods have changed: the open one, if any.

        :param entries: (consumer name, exact quantity)
        """
        self.ensure_one()
        unit = self.product_id.uom_id
        lines = [
            self.env._(
                "%(consumer)s: %(quantity)s",
                consumer=name,
                quantity=unit._get_quantity_text(float(quantity)),
            )
            for name, quantity in entries
        ]
        note = Markup("<p>%s</p><ul>%s</ul>") % (
            reason,
            Markup().join(Markup("<li>%s</li>") % line for line in lines),
        )
        # Whoever causes it need not have any right on production.
        run = self.sudo()
        activity_type = run.env.ref("batch_mrp_orders.mail_activity_type_allocation")
        activity = run.activity_ids.filtered(lambda a: a.activity_type_id == activity_type)[:1]
        if activity:
            activity.note = (activity.note or Markup()) + note
        else:
            run.activity_schedule(
                "batch_mrp_orders.mail_activity_type_allocation",
                note=note,
                user_id=(run.user_id or self.env.user).id,
            )
