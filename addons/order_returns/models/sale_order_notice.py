# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class SaleOrderNotice(models.Model):
    _inherit = "sale.order.notice"

    def _get_objection(self):
        """Nobody who complains is asked whether all is well."""
        if (
            self.kind == "delivered"
            and not self.by_hand
            and any(rma.state != "cancelled" for rma in self.order_id.rma_ids)
        ):
            return "complaint"
        return super()._get_objection()
