# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _name_quarantine(self):
        """In the language of the company, unless somebody gave it a name of their own."""
        place = self.env.ref("rma.stock_location_rma", raise_if_not_found=False)
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        if place and place.name in {"RMA", *map(self._get_quarantine_name, ("en_US", *languages))}:
            company = self.env.ref("base.main_company")
            place.name = self._get_quarantine_name(company.partner_id.lang)

    def _get_quarantine_name(self, lang):
        return self.with_context(lang=lang).env._("Quarantine")
