# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    has_first_run = fields.Boolean(
        compute="_compute_has_first_run",
        store=True,
        help="A manufacturing order was confirmed: the company is no longer new.",
    )

    def _compute_has_first_run(self):
        """What was there before this addon; later ones say so themselves."""
        # sudo: whoever sets a company up need not be a planner
        runs = self.env["mrp.production"].sudo()
        confirmed = runs._read_group(
            [("company_id", "in", self.ids), ("state", "not in", ("draft", "cancel"))],
            ["company_id"],
        )
        started = {company.id for (company,) in confirmed}
        for company in self:
            company.has_first_run = company.id in started
