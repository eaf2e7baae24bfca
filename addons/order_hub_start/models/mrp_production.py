# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def action_confirm(self):
        result = super().action_confirm()
        # sudo: a planner may not write on the company
        new = self.company_id.sudo().filtered(lambda company: not company.has_first_run)
        new.has_first_run = True
        return result
