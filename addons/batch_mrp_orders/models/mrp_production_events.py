# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

from ..planning.quantity import exact
from .mrp_allocation_serving import SERVED_AT_ONCE


class MrpProduction(models.Model):
    """What happens to the allocations when a run is closed, changed, split or merged."""

    _inherit = "mrp.production"

    # ---------------------------------------------------------------- closing
    def button_mark_done(self):
        """Close the runs; many consumers, or one that is being saved, are served in a job.

        The documents of the orders are not touched then, so that nobody who saves one of
        them can make the closing fail.
        """
        # Whoever closes a run, the goods go to those they were made for.
        allocations = self.sudo().allocation_ids.filtered(
            lambda a: a.state != "taken" and a._get_consumer_key()
        )
        consumers = allocations.consumer_production_id
        orders = allocations.order_id | consumers.allocation_ids.order_id
        if not allocations or (
            max(len(allocations), len(orders)) <= SERVED_AT_ONCE and allocations._lock_consumers()
        ):
            return super().button_mark_done()
        status = orders._fields["production_status"]
        self.env.remove_to_compute(status, orders)
        with self.env.protecting([status], orders):
            res = super(MrpProduction, self.with_context(defer_allocations=True)).button_mark_done()
            # What follows from the closing follows here, where the orders are left alone.
            self.env.flush_all()
        pending = allocations.exists().filtered(lambda a: a.state == "pending")
        pending._serve_later()
        # Those without a job, for instance because a dialog opens first, follow now.
        followers = pending.order_id | pending.consumer_production_id.allocation_ids.order_id
        self.env.add_to_compute(status, orders - followers)
        return res

    def _post_inventory(self, cancel_backorder=False):
        """What has been made belongs to those it was made for, from this moment on."""
        res = super()._post_inventory(cancel_backorder=cancel_backorder)
        self._claim_output()
        return res

    def _claim_output(self):
        self._trim_allocations(self.env._("Less was produced than planned:"))
        # Whoever closes a run, its promises become claims.
        allocations = self.sudo().allocation_ids.filtered(lambda a: a.state == "planned")
        for_stock = allocations.filtered("orderpoint_id")
        for allocation in for_stock:
            allocation.write({"state": "taken", "taken_qty": allocation.quantity})
        (allocations - for_stock).state = "pending"

    # ---------------------------------------------------------------- changes
    def write(self, vals):
        res = super().write(vals)
        if "product_qty" in vals and not self.env.context.get("keep_allocations"):
            self.filtered(lambda run: run.state != "done")._trim_allocations(
                self.env._("The run makes less than before:")
            )
        return res

    def _action_cancel(self):
        """What a cancelled run was to make goes back to the pool of open demand."""
        res = super()._action_cancel()
        if not self.env.context.get("keep_allocations"):
            cancelled = self.sudo().filtered(lambda run: run.state == "cancel")
            cancelled.allocation_ids._release(self.env._("The run was cancelled:"))
            cancelled.supply_allocation_ids._release(self.env._("No longer needed:"))
        return res

    def action_merge(self):
        """The merged run keeps the allocations, the deadline and the earliest start."""
        merged = self.sudo()
        allocations, supplies = merged.allocation_ids, merged.supply_allocation_ids
        deadlines = [date for date in merged.mapped("date_deadline") if date]
        start = min(merged.mapped("date_start"))
        lines = merged.sale_line_id
        keep_line = lines if len(lines) == 1 and all(run.sale_line_id for run in merged) else None
        action = super(MrpProduction, self.with_context(keep_allocations=True)).action_merge()
        run = self.sudo().browse(action["res_id"])
        run.date_start = start
        if deadlines:
            run.date_deadline = min(deadlines)
            run.move_finished_ids.date_deadline = min(deadlines)
        if keep_line:
            run.sale_line_id = keep_line
        allocations.production_id = run
        supplies.consumer_production_id = run
        return action

    def _split_productions(self, amounts=False, cancel_remaining_qty=False, set_consumed_qty=False):
        """The parts of a split run take over its allocations, earliest due first."""
        productions = super(
            MrpProduction, self.with_context(keep_allocations=True)
        )._split_productions(
            amounts=amounts,
            cancel_remaining_qty=cancel_remaining_qty,
            set_consumed_qty=set_consumed_qty,
        )
        # The context is for the splitting alone.
        productions = self.browse(productions.ids)
        parts = {}
        for production in productions:
            if production in self:
                original = production
            parts[original] = parts.get(original, self.browse()) | production
        for original, runs in parts.items():
            original._spread_allocations(runs)
        return productions

    def _spread_allocations(self, runs):
        """Share the allocations of this run, and those that supply it, among ``runs``."""
        self.ensure_one()
        reason = self.env._("The run was split:")
        # Whoever splits a run, its promises follow.
        output = runs.sudo()._get_output_quantities()
        self.sudo().allocation_ids._spread(
            "production_id", {run: output[run.id] for run in runs.sudo()}, reason
        )
        for product, supplies in self.sudo().supply_allocation_ids.grouped("product_id").items():
            needs = {
                run: sum(
                    exact(move.product_qty)
                    for move in run.move_raw_ids
                    if move.product_id == product and move.state not in ("done", "cancel")
                )
                for run in runs.sudo()
            }
            supplies._spread("consumer_production_id", needs, reason)
