# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.queue_job.job import identity_exact

# So many orders are planned in one transaction, more of them in jobs that follow.
JOB_SIZE = 20
PLANNED_AT_CONFIRMATION = Domain("planning_policy", "=", "order") & Domain("blocked", "=", False)


class SaleOrder(models.Model):
    """Runs that are planned when an order is confirmed."""

    _inherit = "sale.order"

    planning_error = fields.Text(
        copy=False,
        readonly=True,
        tracking=True,
        help="Why the runs of this order could not be planned after its confirmation.",
    )

    def write(self, vals):
        """An order that is released is planned."""
        releases = "planning_block_reason" in vals and not vals["planning_block_reason"]
        blocked = self.filtered("planning_block_reason") if releases else self.browse()
        res = super().write(vals)
        blocked._plan_later()
        return res

    def action_plan_again(self):
        """Try once more to plan the runs of these orders."""
        self.check_access("write")
        self._plan_later()
        return True

    def _plan_later(self):
        """Plan the runs of these orders in a job, as far as they are planned at confirmation."""
        # Whoever confirms or releases an order sets the planning off, without any right on
        # production.
        self = self.sudo()
        if not self or not self._has_recipes_planned_at_confirmation():
            return
        self._get_demand_to_plan().order_id._enqueue_planning()

    def _get_demand_to_plan(self):
        """Open demand of these orders that is planned at confirmation, the earliest due first."""
        # By line, not by order: so the database looks at the moves of these lines only.
        lines = Domain("sale_line_id", "in", self.order_line.ids)
        return self.env["mrp.demand"].search(PLANNED_AT_CONFIRMATION & lines)

    @api.model
    def _has_recipes_planned_at_confirmation(self):
        domain = [("planning_policy", "=", "order"), ("type", "=", "normal")]
        return bool(self.env["mrp.bom"].search_count(domain, limit=1))

    @api.model
    def _plan_left_over(self):
        """Plan what jobs have left open: after an error, or what was reopened since."""
        demand = self.env["mrp.demand"].search(PLANNED_AT_CONFIRMATION)
        for orders in demand.order_id.grouped("company_id").values():
            orders._enqueue_planning()

    def _enqueue_planning(self):
        if self:
            self.with_delay(
                description=self.env._("Plan runs of %s", ", ".join(self[:5].mapped("name"))),
                identity_key=identity_exact,
            )._job_plan()

    def _job_plan(self):
        """Plan runs for each of these orders alone, and leave the rest to a job of its own.

        What is covered already is no open demand: repeating the job plans nothing twice.
        """
        # Runs are made for the order, not by the person who confirmed it.
        orders = self.with_user(SUPERUSER_ID).exists()
        for order in orders[:JOB_SIZE]:
            order.with_context(lang=order.company_id.partner_id.lang)._plan_alone()
        orders[JOB_SIZE:]._enqueue_planning()

    def _plan_alone(self):
        """Plan what this order still needs and is planned at confirmation.

        What a person has to put right is shown on the order; it is tried again at night.
        """
        self.ensure_one()
        error = False
        for warehouse, rows in self._get_demand_to_plan().grouped("warehouse_id").items():
            try:
                with self.env.cr.savepoint():
                    self.env["mrp.plan.runs"]._plan_warehouse(
                        warehouse,
                        sale_line_ids=rows.sale_line_id.ids,
                        only_chosen=True,
                        planning_policy="order",
                    )
            except UserError as failure:
                error = str(failure)
        if error != self.planning_error:
            self.planning_error = error


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """What is confirmed, or ordered on top, is planned: one job for all these lines."""
        res = super()._action_launch_stock_rule(previous_product_uom_qty=previous_product_uom_qty)
        self.order_id.filtered(lambda order: order.state == "sale")._plan_later()
        return res
