# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Bills and recorded times come late: as long as a run is this young, its cost follows them.
LATE_DAYS = 120
REFRESH_HOURS = 20
RUNS_AT_ONCE = 500


class MrpProductionCost(models.Model):
    """What a run really cost, beside what its recipe says. Computed; nobody edits it."""

    _name = "mrp.production.cost"
    _description = "Actual Cost of a Run"
    _order = "date desc, id desc"
    _rec_name = "production_id"
    _log_access = False

    production_id = fields.Many2one(
        "mrp.production", "Run", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    categ_id = fields.Many2one(related="product_id.categ_id", store=True)
    bom_id = fields.Many2one("mrp.bom", "Recipe", readonly=True)
    date = fields.Datetime("Finished", readonly=True, index=True)
    planned_qty = fields.Float(
        "Planned Quantity",
        digits="Product Unit",
        readonly=True,
        help="What should have come out of the run.",
    )
    good_qty = fields.Float(
        "Good Quantity",
        digits="Product Unit",
        readonly=True,
        help="What came out, without what was scrapped. It bears the whole cost: what is lost "
        "makes the rest dearer.",
    )
    yield_rate = fields.Float(
        "Yield", readonly=True, aggregator="avg", help="Good quantity to planned quantity."
    )
    material_cost = fields.Monetary(
        "Materials", readonly=True, help="Each consumed lot at its own price."
    )
    work_cost = fields.Monetary(
        "Work", readonly=True, help="Time at the work centers at their cost per hour."
    )
    overhead_cost = fields.Monetary(
        "Overhead",
        readonly=True,
        help="Percentage on work, from the settings. It was the one in force when "
        "the cost was first computed.",
    )
    byproduct_cost = fields.Monetary(
        "Borne by By-products",
        readonly=True,
        help="Their cost share, which the main product does not bear.",
    )
    total_cost = fields.Monetary(
        "Actual Cost", readonly=True, help="Materials + work + overhead - by-products."
    )
    planned_cost = fields.Monetary(
        readonly=True,
        help="What the good quantity should have cost: quantities and times of the recipe, prices "
        "of the products on the day on which the cost was first computed.",
    )
    deviation = fields.Monetary(
        readonly=True, help="Actual cost - planned cost. It is the sum of the four beside it."
    )
    deviation_price = fields.Monetary(
        "Due to Prices", readonly=True, help="Materials were dearer (+) or cheaper (-)."
    )
    deviation_usage = fields.Monetary(
        "Due to Usage", readonly=True, help="More (+) or less (-) was taken than the recipe says."
    )
    deviation_time = fields.Monetary(
        "Due to Time", readonly=True, help="The work took longer (+) or shorter (-)."
    )
    deviation_yield = fields.Monetary(
        "Due to Yield",
        readonly=True,
        help="Less (+) or more (-) came out than was planned, by-products included.",
    )
    # Unit costs go into other costs: more digits than money has.
    unit_cost = fields.Float(
        "Actual Cost per Unit",
        digits=(16, 6),
        readonly=True,
        aggregator="avg",
        help="Actual cost by good quantity.",
    )
    planned_unit_cost = fields.Float(
        "Planned Cost per Unit", digits=(16, 6), readonly=True, aggregator="avg"
    )
    overhead_rate = fields.Float("Overhead (%)", readonly=True, aggregator="avg")
    is_known = fields.Boolean(
        "Certain",
        readonly=True,
        help="The price of each consumed lot is known from its receipts or from the run that made "
        "it. Otherwise the price with which it was booked is taken.",
    )
    computed_on = fields.Datetime("Computed", readonly=True)
    line_ids = fields.One2many("mrp.production.cost.line", "cost_id", "Ingredients")

    _unique_production = models.Constraint("UNIQUE(production_id)", "A run has one cost.")

    @api.model
    def _cron_refresh(self):
        """Compute what is missing, what has changed, and once a day what may still change."""
        while runs := self._get_stale_runs(RUNS_AT_ONCE):
            self._compute_runs(runs)
            remaining = RUNS_AT_ONCE if len(runs) == RUNS_AT_ONCE else 0
            if not self.env["ir.cron"]._commit_progress(len(runs), remaining=remaining):
                break

    @api.model
    def _get_stale_runs(self, limit=None):
        """Finished runs without a cost, changed since, or young and not looked at for a day."""
        self.env.flush_all()
        now = self.env.cr.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT run.id FROM mrp_production run
                  LEFT JOIN mrp_production_cost cost ON cost.production_id = run.id
                 WHERE run.state = 'done'
                   AND (cost.id IS NULL OR run.write_date > cost.computed_on
                        OR (run.date_finished > %(young)s AND cost.computed_on < %(refresh)s))
                 ORDER BY run.date_finished, run.id
                 LIMIT %(limit)s
                """,
                young=now - timedelta(days=LATE_DAYS),
                refresh=now - timedelta(hours=REFRESH_HOURS),
                limit=limit,
            )
        )
        return self.env["mrp.production"].browse([run for (run,) in rows])

    def action_view_production(self):
        self.ensure_one()
        return self.production_id.get_formview_action()

    def action_refresh(self):
        # sudo: whoever may see costs may have them computed anew; the rows are nobody's to edit
        self.sudo()._compute_runs(self.production_id)


class MrpProductionCostLine(models.Model):
    """An ingredient of a run: planned and taken, with prices."""

    _name = "mrp.production.cost.line"
    _description = "Ingredient in the Cost of a Run"
    _order = "cost_id, amount desc, id"
    _rec_name = "product_id"
    _log_access = False

    cost_id = fields.Many2one(
        "mrp.production.cost", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="cost_id.company_id")
    currency_id = fields.Many2one(related="cost_id.currency_id")
    product_id = fields.Many2one("product.product", "Ingredient", required=True, readonly=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    planned_qty = fields.Float("Planned Quantity", digits="Product Unit", readonly=True)
    planned_price = fields.Float(digits=(16, 6), readonly=True)
    quantity = fields.Float("Quantity Taken", digits="Product Unit", readonly=True)
    price = fields.Float(
        "Actual Price",
        digits=(16, 6),
        readonly=True,
        help="Average of the consumed lots, each at its own price.",
    )
    amount = fields.Monetary(readonly=True)
    deviation_price = fields.Monetary("Due to Prices", readonly=True)
    deviation_usage = fields.Monetary("Due to Usage", readonly=True)
    is_known = fields.Boolean("Certain", readonly=True)
