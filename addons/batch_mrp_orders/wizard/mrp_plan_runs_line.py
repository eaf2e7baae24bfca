# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Command

from ..models.mrp_promise_capacity import to_datetime


class MrpPlanRunsLine(models.TransientModel):
    _name = "mrp.plan.runs.line"
    _description = "Proposed Production Run"
    _order = "sequence, id"

    plan_id = fields.Many2one("mrp.plan.runs", required=True, ondelete="cascade")
    sequence = fields.Integer()
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    bom_id = fields.Many2one("mrp.bom", "Recipe", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    needed_qty = fields.Float("Needed", digits="Product Unit", readonly=True)
    date_start = fields.Date(
        "Start",
        required=True,
        help="Last day to begin by the lead time of the recipe. The runs get the last free time "
        "on their work centers that meets the due date, or the first one if there is none; not "
        "before this day if you change it.",
    )
    proposed_start = fields.Date(readonly=True)
    date_arrival = fields.Date(
        "Materials Arrive",
        readonly=True,
        help="Day on which the last expected ingredient arrives.",
    )
    date_due = fields.Date("Due", readonly=True)
    peg_ids = fields.One2many("mrp.plan.runs.peg", "line_id", readonly=True)
    supply_peg_ids = fields.One2many("mrp.plan.runs.peg", "consumer_line_id", readonly=True)
    order_ids = fields.Many2many("sale.order", compute="_compute_order_ids", string="Orders Served")
    production_id = fields.Many2one("mrp.production", readonly=True)

    @api.depends("peg_ids.sale_line_id", "peg_ids.consumer_line_id")
    def _compute_order_ids(self):
        for line in self:
            line.order_ids = line._get_served_orders()

    def _get_served_orders(self):
        """Orders this run serves, directly or through the runs it supplies."""
        pegs = self.peg_ids
        orders = pegs.sale_line_id.order_id | pegs.consumer_production_id.sale_order_ids
        consumers = pegs.consumer_line_id
        return orders | consumers._get_served_orders() if consumers else orders

    def _prepare_production(self):
        self.ensure_one()
        orders = self.order_ids
        return {
            "product_id": self.product_id.id,
            "product_qty": self.quantity,
            "product_uom_id": self.product_uom_id.id,
            "bom_id": self.bom_id.id,
            "picking_type_id": self.plan_id.warehouse_id.manu_type_id.id,
            "company_id": self.plan_id.company_id.id,
            "date_start": datetime.combine(self.date_start, time(6)),
            "origin": ", ".join(orders.mapped("name")),
            # Core reserves for, and shows, the documents that share these references.
            "reference_ids": [Command.set(orders.stock_reference_ids.ids)],
        }

    def _schedule_productions(self):
        """Give the created runs their time on the work centres."""
        lines = self.filtered("production_id")
        before = {run: run.date_start for run in lines.production_id}
        stuck = lines.production_id._schedule(
            {line.production_id: line._get_deadlines() for line in lines},
            {line.production_id: line._get_release() for line in lines},
            {line.production_id: line._get_suppliers() for line in lines},
        )
        for production in stuck:
            production._notify_planner(
                self.env._("There is no free time on the work centers within a year."), []
            )
        # What was reserved at confirmation need not keep until a later day.
        lines.production_id.filtered(
            lambda run: (
                run.date_start > before[run]
                and any(run.move_raw_ids.product_id.mapped("use_expiration_date"))
            )
        ).do_unreserve()

    def _get_deadlines(self):
        """When somebody outside this plan needs the goods: days for orders, the moments at
        which open runs begin."""
        self.ensure_one()
        outside = self.peg_ids.filtered(lambda peg: not peg.consumer_line_id)
        days = outside.filtered("sale_line_id").mapped("date_due")
        moments = outside.consumer_production_id.mapped("date_start")
        return {deadline for deadline in (*days, *moments) if deadline}

    def _get_release(self):
        """The moment from which on all that is made or bought elsewhere is there."""
        self.ensure_one()
        promise, company = self.env["mrp.promise"].sudo(), self.plan_id.company_id.sudo()
        days = [self.date_arrival] if self.date_arrival else []
        if self.date_start != self.proposed_start:
            days.append(self.date_start)
        moments = [to_datetime(promise._get_noon(company, day)) for day in days]
        open_runs = self.supply_peg_ids.production_id
        moments += [run.date_finished for run in open_runs if run.date_finished]
        return max(moments, default=fields.Datetime.now())

    def _get_suppliers(self):
        """The runs of this plan that make ingredients of this one."""
        return self.supply_peg_ids.line_id.production_id
