# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError

from .sales_channel_outgoing import IntentHeld


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_can_cancel = fields.Boolean(compute="_compute_channel_can_cancel")

    def _compute_channel_can_cancel(self):
        for order in self:
            order.channel_can_cancel = order._can_cancel_in_channel()

    def action_cancel(self):
        """Ask whether the channel is to cancel what was cancelled here."""
        result = super().action_cancel()
        if len(self) == 1 and result is True and self._can_cancel_in_channel():
            return self.action_cancel_in_channel()
        return result

    def _can_cancel_in_channel(self):
        """True for a cancelled order that is still open in its channel."""
        self.ensure_one()
        # sudo: the inbox is not for all sales staff
        row = self.sudo().channel_order_id
        intents = self.sudo().channel_intent_ids
        return bool(
            self.state == "cancel"
            and row
            and not row.is_cancelled
            and self.channel_id._adapter_class().capabilities.cancellations
            and not intents.filtered(
                lambda row: row.kind == "cancellation" and row.state != "obsolete"
            )
        )

    def action_cancel_in_channel(self):
        """Ask how the channel is to cancel: it cannot be undone there."""
        self.ensure_one()
        return {
            "name": self.env._("Cancel in %s", self.channel_id.name),
            "type": "ir.actions.act_window",
            "res_model": "sales.channel.cancel",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _intend_channel_cancellation(self, **payload):
        """Have the channel cancel this order, once."""
        self.ensure_one()
        if not self._can_cancel_in_channel():
            raise UserError(
                self.env._("Only an order that is cancelled here and open in its channel can go.")
            )
        vals = {
            **self._prepare_intent("cancellation"),
            "subject": f"order:{self.id}",
            "payload": payload,
        }
        # sudo: sales staff may cancel an order; what is sent is decided above
        intents = self.env["sales.channel.intent"].sudo()
        dropped = intents.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("kind", "=", "cancellation"),
                ("subject", "=", vals["subject"]),
            ]
        )
        if dropped:
            dropped.write({"payload": payload})
            dropped.action_retry()
            return dropped
        return intents._intend([vals])


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _execute_cancellation(self, adapter, commit):
        """Cancel in the channel. It works in the background there: look until it is done."""
        order_id = self._get_external_order()
        if adapter.is_cancelled(order_id):
            self._save_progress(asked=None)
            return {"external_id": order_id}
        if not (self.progress or {}).get("accepted"):
            self._save_progress(asked=True)
            self.channel_id._keep(commit)
            adapter.cancel(
                order_id,
                self.payload["reason"],
                restock=self.payload["restock"],
                refund=self.payload["refund"],
                notify=self.payload["notify"],
            )
            self._save_progress(accepted=True, asked=None)
            self.channel_id._keep(commit)
            if adapter.is_cancelled(order_id):
                return {"external_id": order_id}
        raise IntentHeld(self.env._("The channel is cancelling the order."))
