# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # It rewrites the tables of others with SQL, past every other guard.
        src_partners._datev_refuse_exported()
        return super()._update_foreign_keys(src_partners, dst_partner)
