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
        tracking=True,
        help="The key (BU-Schlüssel) that makes DATEV post this tax by itself. Used where rate "
        "and tax account of the key are those of the tax; otherwise the tax is exported with "
        "rows of its own. Any key but 2, 3, 8 and 9 needs the word of your tax advisor.",
    )

    @api.depends("l10n_de_datev_code")
    def _compute_datev_tax_key(self):
        for tax in self:
            tax.datev_tax_key = tax.l10n_de_datev_code

    @api.onchange("datev_tax_key")
    def _onchange_datev_tax_key(self):
        # The advisor has the entries of every company, whoever asks.
        lines = self.env["account.move.line"].sudo()
        domain = [("tax_ids", "in", self._origin.ids), ("move_id.datev_export_id", "!=", False)]
        if self._origin.ids and lines.search_count(domain, limit=1):
            return self._datev_warn_used(self._origin.display_name)
        return None

    @api.model
    def _datev_warn_used(self, name: str) -> dict:
        """What to say before a setting changes that exported entries were booked with."""
        return {
            "warning": {
                "title": self.env._("Already exported to DATEV"),
                "message": self.env._(
                    "Entries with %(name)s were exported to DATEV with the setting as it was, and "
                    "stay as they are. The change counts from the next export on, also for "
                    "corrections of these entries. Agree on it with your tax advisor.",
                    name=name,
                ),
            }
        }
