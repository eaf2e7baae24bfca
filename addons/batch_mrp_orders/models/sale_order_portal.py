# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from .sale_order_promise import CLOSED_STATUSES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_portal_status(self):
        """Where the order stands, in words for the customer."""
        self.ensure_one()
        texts = {
            "blocked": self.env._("We are checking your order."),
            "to_plan": self.env._("Your order is confirmed."),
            "planned": self.env._("Your order is scheduled for production."),
            "materials_reserved": self.env._("Your order is scheduled for production."),
            "in_production": self.env._("Your goods are being made."),
            "ready": self.env._("Your goods are ready and will be shipped soon."),
            "partially_shipped": self.env._("A part of your order is on its way."),
            "shipped": self.env._("Your order is on its way."),
            "delivered": self.env._("Your order has been delivered."),
            "done": self.env._("Your order is complete."),
            "cancelled": self.env._("Your order was cancelled."),
        }
        return texts.get(self.production_status, "")

    def _get_portal_expected_day(self):
        """The day on which the customer may expect the goods, or None."""
        self.ensure_one()
        if self.state == "sale" and self.production_status not in CLOSED_STATUSES:
            agreed = self._get_commitment_day()
            if self.is_late:
                return self.promise_date or None
            return agreed or self.promise_date or None
        if self.state in ("draft", "sent") and self.promise_hold_until:
            held = self.promise_hold_until > fields.Datetime.now()
            return self.promise_date if held and self.promise_date else None
        return None
