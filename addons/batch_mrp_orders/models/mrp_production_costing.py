# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def action_view_actual_cost(self):
        """Open the cost of this run, computed now."""
        self.ensure_one()
        costs = self.env["mrp.production.cost"]
        costs.check_access("read")
        # sudo: whoever may see costs may have them computed; the rows are nobody's to edit
        costs.sudo()._compute_runs(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Actual Cost of %s", self.display_name),
            "res_model": "mrp.production.cost",
            "view_mode": "form",
            "res_id": costs.search([("production_id", "=", self.id)]).id,
        }


class ResCompany(models.Model):
    _inherit = "res.company"

    cost_overhead_rate = fields.Float(
        "Overhead (%)",
        help="Added to the work in the actual cost of runs: rent, energy, cleaning and "
        "whatever else no run records.",
    )

    _cost_overhead_not_negative = models.Constraint(
        "CHECK (cost_overhead_rate >= 0)", "The overhead cannot be negative."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cost_overhead_rate = fields.Float(related="company_id.cost_overhead_rate", readonly=False)
