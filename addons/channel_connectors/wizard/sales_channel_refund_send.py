# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SalesChannelRefundSend(models.TransientModel):
    _name = "sales.channel.refund.send"
    _description = "Refund a Credit Note in its Sales Channel"

    move_id = fields.Many2one("account.move", "Credit Note", required=True, readonly=True)
    amount = fields.Monetary(related="move_id.amount_total")
    currency_id = fields.Many2one(related="move_id.currency_id")
    restock = fields.Boolean(
        "Goods Back into Stock",
        help="Tick it if the goods come back and can be sold again. Lots that come back are "
        "received with a return here.",
    )
    exact_amount = fields.Boolean(
        "Amount Only",
        help="Give back this amount without naming pieces, for example as a goodwill. "
        "Otherwise the channel has to arrive at the same amount for the same pieces.",
    )
    notify = fields.Boolean("Channel Notifies the Customer", default=True)

    def action_confirm(self):
        self.ensure_one()
        self.move_id._intend_channel_refund(
            restock=self.restock, notify=self.notify, exact_amount=self.exact_amount
        )
        return {"type": "ir.actions.act_window_close"}
