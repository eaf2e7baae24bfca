# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _on_prepayment_received(self):
        """Hook: these orders have just been paid completely in advance.

        Quotations are confirmed; one that fails shows the reason as a failed step, and the
        payment stays booked.
        """
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        quotations.with_context(confirm_anyway=True)._process_in_sets("confirm")
