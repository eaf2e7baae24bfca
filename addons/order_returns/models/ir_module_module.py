# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        """A language that comes later names the quarantine, too."""
        res = super()._load_module_terms(modules, langs, overwrite=overwrite)
        self.env["stock.location"]._name_quarantine()
        return res
