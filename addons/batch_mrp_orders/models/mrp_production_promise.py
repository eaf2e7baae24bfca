# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def write(self, vals):
        """A run that moves or stops may make orders late."""
        res = super().write(vals)
        if {"date_start", "date_finished"} & vals.keys() and any(
            production.state in ("confirmed", "progress", "to_close") for production in self
        ):
            self.env["sale.order"]._trigger_promise_refresh()
        return res

    def _action_cancel(self):
        res = super()._action_cancel()
        self.env["sale.order"]._trigger_promise_refresh()
        return res
