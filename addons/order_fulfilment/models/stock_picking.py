# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.fields import Domain


class StockPicking(models.Model):
    """Deliveries as the ship desk takes them."""

    _inherit = "stock.picking"

    def _get_ready_domain(self):
        """Deliveries with goods set aside for them."""
        return Domain("picking_type_code", "=", "outgoing") & Domain("state", "=", "assigned")

    def _get_open_lines(self):
        """Lines with goods that have not left."""
        lines = self.move_line_ids
        return lines.browse(
            line.id for line in lines if line.state not in ("done", "cancel") and line.quantity > 0
        ).with_prefetch(lines._prefetch_ids)

    def _tell(self, message, kind="success", **params):
        """A notification, then the list as it is now."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                **params,
            },
        }
