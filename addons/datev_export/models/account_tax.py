# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    datev_tax_key = fields.Char(
        string="DATEV Tax Key",
        size=4,
        compute="_compute_datev_tax_key",
        store=True,
        readonly=False,
        help="The key (BU-Schlüssel) that makes DATEV post this tax by itself. Used where rate "
        "and tax account of the key are those of the tax; otherwise the tax is exported with "
        "rows of its own. Any key but 2, 3, 8 and 9 needs the word of your tax advisor.",
    )

    @api.depends("l10n_de_datev_code")
    def _compute_datev_tax_key(self):
        for tax in self:
            tax.datev_tax_key = tax.l10n_de_datev_code
