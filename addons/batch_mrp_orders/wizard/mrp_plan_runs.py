# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)

import logging
from functools import partial
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import retrying

from ..models.mrp_bom_policy import PLANNING_POLICIES
from ..planning.netting import RunKey

_logger = logging.getLogger(__name__)


class MrpPlanRuns(models.TransientModel):
    """Proposes runs for the open demand of many orders and creates them."""

    _name = "mrp.plan.runs"
    _description = "Plan Production Runs"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        default=lambda self: self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    line_ids = fields.One2many("mrp.plan.runs.line", "plan_id", "Proposed Runs")
    peg_ids = fields.One2many("mrp.plan.runs.peg", "plan_id")
    has_pegs = fields.Boolean(compute="_compute_has_pegs")
    shortage_ids = fields.One2many(
        "mrp.plan.runs.shortage",
        "plan_id",
        "Missing Materials",
        domain=[("is_replenished", "=", False)],
    )
    stock_line_ids = fields.Many2many(
        "sale.order.line",
        "mrp_plan_runs_stock_line_rel",
        string="Order Lines Served from Stock",
        help="These take the stock the proposal counts on when the runs are created.",
    )
    replenishment_ids = fields.One2many(
        "mrp.plan.runs.shortage",
        "plan_id",
        "Left to Reordering Rules",
        domain=[("is_replenished", "=", True)],
        help="Ingredients that reordering rules keep in stock.",
    )
    sale_line_ids = fields.Many2many(
        "sale.order.line",
        "mrp_plan_runs_sale_line_rel",
        string="Chosen Order Lines",
        default=lambda self: self._get_chosen_lines(),
        help="Only these are planned, whatever their policy.",
    )
    only_chosen = fields.Boolean(
        default=lambda self: self.env.context.get("active_model") == "mrp.demand",
        help="Plan the chosen order lines and not the pool.",
    )
    planning_policy = fields.Selection(
        PLANNING_POLICIES, "Planning", help="Only demand that is planned like this."
    )
    demand_digest = fields.Char(readonly=True)
    demand_count = fields.Integer("Open Order Lines", readonly=True)

    @api.depends("peg_ids")
    def _compute_has_pegs(self):
        for plan in self:
            plan.has_pegs = bool(plan.peg_ids)

    @api.model
    def _get_chosen_lines(self):
        """Order lines of the demand that was selected in its list."""
        if self.env.context.get("active_model") != "mrp.demand":
            return self.env["sale.order.line"]
        chosen = self.env.context.get("active_ids", [])
        return self.env["mrp.demand"].search([("id", "in", chosen)]).sale_line_id

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        plans.filtered(lambda plan: not plan.line_ids).action_propose()
        return plans

    @api.model
    def action_open(self):
        """Open a proposal for the selected demand, or for all of it."""
        return self.create({})._reopen()

    @api.model
    def _cron_plan_pool(self):
        """Plan the pool of every warehouse; one that fails does not stop the rest.

        Orders whose runs are planned at confirmation have a job of their own; what the
        first one left open, or what was reopened since, gets another.
        """
        self.env["sale.order"]._plan_left_over()
        groups = self.env["mrp.demand"]._read_group(
            [("blocked", "=", False), ("planning_policy", "=", "pool")],
            ["warehouse_id"],
            order="warehouse_id",
        )
        self.env["ir.cron"]._commit_progress(remaining=len(groups))
        for (warehouse,) in groups:
            try:
                # Whoever planned or sold the same goods meanwhile was first: begin anew.
                retrying(partial(self._plan_pool, warehouse), self.env)
            except UserError:
                _logger.exception("Planning of warehouse %s failed", warehouse.display_name)
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _plan_pool(self, warehouse):
        with self.env.cr.savepoint():
            self._plan_warehouse(warehouse, planning_policy="pool")

    @api.model
    def _plan_warehouse(self, warehouse, **values):
        """Propose and create runs; nobody else plans the same warehouse meanwhile."""
        warehouse.manu_type_id._lock_planning()
        plan = self.with_company(warehouse.company_id).create(
            {"warehouse_id": warehouse.id, "company_id": warehouse.company_id.id, **values}
        )
        if plan.line_ids or plan.peg_ids:
            plan.action_confirm()

    def action_propose(self):
        """Compute the proposal anew from the demand, stock and runs of this moment."""
        for plan in self:
            plan.line_ids.unlink()
            plan.peg_ids.unlink()
            (plan.shortage_ids | plan.replenishment_ids).unlink()
            planning = self.env["mrp.planning"]
            demands = planning._get_pool_demands(plan._get_demand_domain())
            plan.demand_count = len(demands)
            plan.demand_digest = self._get_digest(demands)
            plan._store_proposal(planning._net(demands, plan.warehouse_id, pooled=True))
        return self._reopen()

    def _get_demand_domain(self):
        """Demand to plan, as far as it is released: what the planner has chosen, else the
        pool. What others plan (jobs for orders, reordering rules) only if it is chosen."""
        self.ensure_one()
        domain = Domain("warehouse_id", "=", self.warehouse_id.id) & Domain("blocked", "=", False)
        policy = self.planning_policy
        if self.only_chosen:
            domain &= Domain("sale_line_id", "in", self.sale_line_ids.ids)
        else:
            policy = policy or "pool"
        return domain & Domain("planning_policy", "=", policy) if policy else domain

    def _store_proposal(self, plan):
        self.ensure_one()
        arrivals = self._get_arrival_days(plan)
        lines = self.env["mrp.plan.runs.line"].create(
            [
                self._prepare_line(sequence, run, arrivals.get(run.key))
                for sequence, run in enumerate(plan.runs)
            ]
        )
        line_by_key = dict(zip((run.key for run in plan.runs), lines, strict=True))
        for_stock = self._get_runs_for_stock(plan)
        self.env["mrp.plan.runs.peg"].create(
            [
                values
                for sequence, peg in enumerate(plan.pegs)
                if peg.source not in for_stock
                and (values := self._prepare_peg(sequence, peg, line_by_key))
            ]
        )
        self.env["mrp.plan.runs.shortage"].create(
            [self._prepare_shortage(need) for need in plan.shortages]
            + [{**self._prepare_shortage(n), "is_replenished": True} for n in plan.replenished]
        )
        self.stock_line_ids = self.env["sale.order.line"].browse(
            peg.need.consumer[1] for peg in plan.pegs if self._is_from_stock(peg)
        )

    @api.model
    def _get_runs_for_stock(self, plan):
        """Keys of the open runs in ``plan`` that reordering rules have made.

        Their goods are for everybody, the earliest due first: they are counted on, and
        nobody gets a claim on them.
        """
        run_ids = {
            peg.source[1]
            for peg in plan.pegs
            if not isinstance(peg.source, RunKey) and peg.source[0] == "run"
        }
        runs = self.env["mrp.production"].browse(run_ids)
        return {
            ("run", run.id)
            for run in runs
            if run.orderpoint_id and run.bom_id.planning_policy == "stock"
        }

    def _prepare_shortage(self, need):
        return {
            "plan_id": self.id,
            "product_id": need.product,
            "quantity": float(need.quantity),
            "date_due": need.due,
        }

    @api.model
    def _is_from_stock(self, peg):
        """Whether an order line is served from goods on hand."""
        return (
            not isinstance(peg.source, RunKey)
            and peg.source[0] == "stock"
            and not isinstance(peg.need.consumer, RunKey)
            and peg.need.consumer[0] == "line"
        )

    @api.model
    def _get_arrival_days(self, plan):
        """Day on which the last expected ingredient of each planned run arrives."""
        days = {}
        for peg in plan.pegs:
            expected = peg.available and not isinstance(peg.source, RunKey)
            if expected and peg.source[0] != "run":
                consumer = peg.need.consumer
                days[consumer] = max(days.get(consumer, peg.available), peg.available)
        return days

    def _prepare_line(self, sequence, run, arrival=None):
        start = max(run.start, fields.Date.context_today(self))
        return {
            "plan_id": self.id,
            "sequence": sequence,
            "product_id": run.recipe.product,
            "bom_id": run.recipe.id,
            "quantity": float(run.quantity),
            "needed_qty": float(run.needed),
            "date_start": start,
            "proposed_start": start,
            "date_due": run.due,
            "date_arrival": arrival,
        }

    def _prepare_peg(self, sequence, peg, line_by_key):
        """Values for goods that a run makes; goods from stock need no allocation, and a
        by-product is nobody's until it is there."""
        if isinstance(peg.source, RunKey):
            line = line_by_key[peg.source]
            if line.product_id.id != peg.need.product:
                return None
            values = {"line_id": line.id}
        elif peg.source[0] == "run":
            values = {"production_id": peg.source[1]}
        else:
            return None
        consumer = peg.need.consumer
        if isinstance(consumer, RunKey):
            values["consumer_line_id"] = line_by_key[consumer].id
        elif consumer[0] == "run":
            values["consumer_production_id"] = consumer[1]
        else:
            values["sale_line_id"] = consumer[1]
        return {
            **values,
            "plan_id": self.id,
            "sequence": sequence,
            "product_id": peg.need.product,
            "quantity": float(peg.quantity),
            "date_due": peg.need.due,
        }

    def action_confirm(self):
        """Create and confirm the proposed runs with their allocations."""
        self.ensure_one()
        self._lock_planning()
        lines = self.line_ids.filtered(lambda line: line.quantity > 0)
        if not lines and not self.peg_ids:
            raise UserError(self.env._("There is nothing to produce for the open demand."))
        productions = self.env["mrp.production"].create(
            [line._prepare_production() for line in lines]
        )
        for line, production in zip(lines, productions, strict=True):
            line.production_id = production
        productions.action_confirm()
        self.env["mrp.production.allocation"].create(self.peg_ids._prepare_allocations())
        lines._schedule_productions()
        productions.action_assign()
        self.stock_line_ids.move_ids.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )._action_assign()
        return self._action_view_productions(productions)

    def _lock_planning(self):
        """Let one planner at a time create runs for a warehouse, from a proposal that still
        holds: demand another planner has covered meanwhile must not be made twice."""
        # A planner locks the operation type and no row of the order or the warehouse: who
        # may plan need not be allowed to edit any of these, and nobody else has to wait.
        self.warehouse_id.manu_type_id._lock_planning()
        demands = self.env["mrp.planning"]._get_pool_demands(self._get_demand_domain())
        if self.demand_digest != self._get_digest(demands):
            raise UserError(
                self.env._(
                    "The open demand has changed since this proposal was made. Propose again."
                )
            )

    @api.model
    def _get_digest(self, demands):
        """Short text that differs when the demand to plan differs."""
        facts = sorted((demand.key[1], demand.product, str(demand.quantity)) for demand in demands)
        return sha256(repr(facts).encode()).hexdigest()

    def _action_view_productions(self, productions):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Planned Runs"),
            "res_model": "mrp.production",
            "view_mode": "list,form",
            "domain": [("id", "in", productions.ids)],
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan Runs"),
            "res_model": self._name,
            "res_id": self[:1].id,
            "view_mode": "form",
            "target": "new",
        }
