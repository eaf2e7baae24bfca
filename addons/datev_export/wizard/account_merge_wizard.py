# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class AccountMergeWizard(models.TransientModel):
    _inherit = "account.merge.wizard"

    @api.model
    def _action_merge(self, accounts):
        # The first account stays; entries on the others would change theirs.
        accounts[1:]._datev_refuse_exported()
        return super()._action_merge(accounts)
