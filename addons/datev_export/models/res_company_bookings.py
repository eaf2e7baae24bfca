# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_general_reversal = fields.Boolean(
        string="Reversals as Generalumkehr",
        default=True,
        help="An entry that takes another one back as a whole is exported with the side of the "
        "original and the mark of a Generalumkehr, so that the turnover of the accounts is not "
        "inflated. Without it, it is exported like any other entry.",
    )
    datev_master_data = fields.Boolean(
        string="Export Master Data",
        default=True,
        help="Beside the bookings, the tax advisor gets a file of the customers and suppliers "
        "that are new or changed, and one with the names of the accounts used.",
    )
    datev_cost_plan_id = fields.Many2one(
        "account.analytic.plan",
        string="Cost Centre 1 (KOST1)",
        domain=[("parent_id", "=", False)],
        help="Analytic plan whose accounts are exported as first cost centre. Each of them "
        "must exist at your tax advisor, named like its reference or, without one, its name.",
    )
    datev_second_cost_plan_id = fields.Many2one(
        "account.analytic.plan",
        string="Cost Centre 2 (KOST2)",
        domain=[("parent_id", "=", False)],
        help="Analytic plan whose accounts are exported as second cost centre.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    datev_general_reversal = fields.Boolean(
        related="company_id.datev_general_reversal", readonly=False
    )
    datev_master_data = fields.Boolean(related="company_id.datev_master_data", readonly=False)
    datev_cost_plan_id = fields.Many2one(related="company_id.datev_cost_plan_id", readonly=False)
    datev_second_cost_plan_id = fields.Many2one(
        related="company_id.datev_second_cost_plan_id", readonly=False
    )
