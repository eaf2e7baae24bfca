# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.exceptions import UserError


class AccountAnalyticAccount(models.Model):
    _inherit = "account.analytic.account"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        """Exported entries only name the account by its id: what it was must stay known."""
        # The advisor has the entries of every company, whoever asks.
        lines = self.env["account.move.line"].sudo()
        for account in self:
            domain = [
                ("analytic_distribution", "in", account.ids),
                ("move_id.datev_export_id", "!=", False),
            ]
            if lines.search_count(domain, limit=1):
                raise UserError(
                    self.env._(
                        "Entries with the analytic account %(account)s were exported to DATEV; it "
                        "stays. Archive it instead.",
                        account=account.display_name,
                    )
                )
