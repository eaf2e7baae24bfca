# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.stock_picking_batch_plan import DEFAULT_DELIVERIES


class StockBatchPlan(models.TransientModel):
    _name = "stock.batch.plan"
    _description = "Plan Picking"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        default=lambda self: self.env.user._get_default_warehouse_id(),
        check_company=True,
    )
    company_id = fields.Many2one(related="warehouse_id.company_id")
    picking_ids = fields.Many2many("stock.picking", string="Deliveries")
    due_until = fields.Date(required=True, default=fields.Date.context_today)
    size = fields.Integer(
        "Deliveries a Batch",
        required=True,
        compute="_compute_size",
        store=True,
        precompute=True,
        readonly=False,
    )
    singles = fields.Boolean(
        "One-Product Orders Together",
        default=True,
        help="Orders of nothing but the same product are fetched in one go and packed without "
        "sorting.",
    )
    partial = fields.Boolean(
        "Also Incomplete Deliveries", help="Also deliveries whose goods are not all there."
    )
    ready_count = fields.Integer("Ready Deliveries", compute="_compute_ready_count")

    _size = models.Constraint("CHECK (size > 0)", "A batch has at least one delivery.")

    @api.model
    def default_get(self, fields_list):
        """Started from a list the plan is for what is selected there."""
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "stock.picking":
            values["picking_ids"] = self.env.context.get("active_ids")
        return values

    @api.depends("warehouse_id")
    def _compute_size(self):
        for plan in self:
            plan.size = plan.warehouse_id.out_type_id.batch_max_pickings or DEFAULT_DELIVERIES

    @api.depends("warehouse_id", "due_until", "picking_ids")
    def _compute_ready_count(self):
        for plan in self:
            plan.ready_count = self.env["stock.picking"].search_count(plan._get_domain())

    def _get_domain(self):
        """Deliveries that could be planned."""
        self.ensure_one()
        domain = Domain("state", "=", "assigned") & Domain("batch_id", "=", False)
        if self.picking_ids:
            return domain & Domain("id", "in", self.picking_ids.ids)
        zone = pytz.timezone(self.env.user.tz or "UTC")
        day = (self.due_until or fields.Date.context_today(self)) + timedelta(days=1)
        end = zone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc)
        return (
            domain
            & self.env["stock.picking"]._get_ready_domain()
            & Domain("picking_type_id.warehouse_id", "=", self.warehouse_id.id)
            & Domain("scheduled_date", "<", end.replace(tzinfo=None))
        )

    def action_plan(self):
        """Make the batches and show them."""
        self.ensure_one()
        pickings = self.env["stock.picking"].search(self._get_domain())
        batches = pickings._plan_batches(size=self.size, singles=self.singles, partial=self.partial)
        if not batches:
            raise UserError(self.env._("There is nothing to pick: no delivery is ready."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_fulfilment.stock_picking_batch_action"
        )
        return action | {"domain": [("id", "in", batches.ids)], "context": {}}
