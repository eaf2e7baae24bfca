# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SalesChannelCancel(models.TransientModel):
    _name = "sales.channel.cancel"
    _description = "Cancel an Order in its Sales Channel"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    channel_id = fields.Many2one(related="order_id.channel_id")
    channel_payment_state = fields.Selection(related="order_id.channel_payment_state")
    reason = fields.Selection(
        [
            ("CUSTOMER", "The customer changed their mind"),
            ("INVENTORY", "Goods are not available"),
            ("DECLINED", "Payment was declined"),
            ("FRAUD", "Fraud"),
            ("STAFF", "A mistake of ours"),
            ("OTHER", "Other"),
        ],
        required=True,
        default="CUSTOMER",
    )
    refund = fields.Boolean(
        "Give the Money Back", default=True, help="The channel refunds it the way it was paid."
    )
    restock = fields.Boolean(
        "Goods Back into Stock",
        default=True,
        help="The channel offers the goods again at once. It gets the stock from here anyway.",
    )
    notify = fields.Boolean("Channel Notifies the Customer", default=True)

    def action_confirm(self):
        self.ensure_one()
        self.order_id._intend_channel_cancellation(
            reason=self.reason,
            refund=self.refund,
            restock=self.restock,
            notify=self.notify,
        )
        return {"type": "ir.actions.act_window_close"}
