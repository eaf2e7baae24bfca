# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class CarrierLabel(models.Model):
    _inherit = "carrier.label"

    def action_decide(self):
        """Ask whether there is a label under the reference."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Was a label bought?"),
            "res_model": "carrier.label.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_label_id": self.id},
        }
