# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

# How many steps an order has behind it, by its status.
STEPS_BEHIND = {
    "in_production": 2,
    "ready": 3,
    "partially_shipped": 4,
    "shipped": 4,
    "delivered": 5,
}


class SaleOrder(models.Model):
    """“Where is my order?” on the page of the customer."""

    _inherit = "sale.order"

    def _get_portal_steps(self):
        """[(name, whether it is behind, day or False)] from the order to the doorstep."""
        self.ensure_one()
        shipments = self._get_portal_shipments()
        sent = [day for day in shipments.mapped("date_done") if day]
        arrived = [day for day in shipments.mapped("delivered_on") if day]
        behind = STEPS_BEHIND.get(self.production_status, 1)
        if self.production_status == "done":
            behind = 5 if self._is_delivered() else 4
        names = [
            (self.env._("Received"), self.date_order),
            (self.env._("In production"), False),
            (self.env._("Ready to ship"), False),
            (self.env._("On its way"), max(sent, default=False)),
            (self.env._("Delivered"), max(arrived, default=False) if behind == 5 else False),
        ]
        return [
            (name, position <= behind, position <= behind and day)
            for position, (name, day) in enumerate(names, 1)
        ]

    def _get_portal_shipments(self):
        """Deliveries that have left for the customer."""
        return self.picking_ids.filtered(
            lambda picking: picking.state == "done" and picking.location_dest_id.usage == "customer"
        ).sorted("date_done")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_portal_parcel_state(self):
        """Where the parcels of a delivery are, in words for the customer."""
        self.ensure_one()
        if self.delivered_on:
            return self.env._("Delivered")
        texts = {
            "incident": self.env._("The carrier reports a problem. We look after it."),
            "warehouse_delivered": self.env._("Came back to us. We will get in touch."),
        }
        return texts.get(self.delivery_state, self.env._("On its way"))
