# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def button_buy_labels(self):
        """Buy labels and tell what became of them."""
        return self._label_told(self.action_buy_labels(), self.env._("Labels bought: %s"))

    def button_check_labels(self):
        """Let the carrier look at deliveries, without buying anything."""
        return self._label_told(self.action_check_labels(), self.env._("Nothing wrong with: %s"))

    def _label_told(self, told, text):
        good = [picking.name for picking in self if not told[picking.id]]
        bad = [f"{picking.name}: {told[picking.id]}" for picking in self if told[picking.id]]
        lines = [text % (", ".join(good) if len(good) < 10 else len(good))] if good else []
        return self._label_notification("\n".join(lines + bad), "danger" if bad else "success")

    def _label_notification(self, text, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_see_labels(self):
        """All attempts for a delivery."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "carrier_labels.action_carrier_label"
        )
        domain = [("res_model", "=", "stock.picking"), ("res_id", "=", self.id)]
        return action | {"domain": domain, "context": {}}

    def action_decide_label(self):
        """A person says whether there is a label."""
        self.ensure_one()
        label = self.carrier_label_ids.filtered(lambda one: one.state == "uncertain")[:1]
        return label.action_decide()
