# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, fields

from ..channels.base import changes
from .partners import NO_MAIL


class OrderUpdater:
    """A known order came again: follow what is safe, ask about the rest."""

    def __init__(self, values, prove):
        self.values = values
        self.env = values.env
        self.prove = prove

    def update(self, row, order, vals):
        """Bring the sales order of a row to what the channel says now."""
        sale_order = row.sale_order_id.with_context(**NO_MAIL)
        sale_order.write(self.values.status_vals(order))
        if order.cancelled_at and sale_order.state != "cancel":
            if sale_order._channel_is_committed():
                reason = self.env._("Cancelled in the channel, but already shipped or invoiced.")
                self._ask(row, "cancelled", reason)
                return
            sale_order._action_cancel()
        content = changes.summarize(order, known=row.content)
        found = changes.compare(row.content or content, content)
        if found and sale_order.state in ("draft", "sent"):
            lines = [Command.clear(), *vals.pop("order_line")]
            sale_order.write({**vals, "order_line": lines})
            self.prove(sale_order, order)
        elif found and all(change.is_new_address for change in found):
            self._fill_addresses(row, order, sale_order)
        elif found and sale_order.state != "cancel":
            self._ask(row, "changed", self._describe(found))
            return
        row.write({"state": "imported", "content": content})

    def _fill_addresses(self, row, order, sale_order):
        """The channel had withheld the addresses and tells them now."""
        parties = self.values.parties(row, order)
        sale_order.write(self.values.party_vals(parties))
        pickings = sale_order.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel") and picking.picking_type_code == "outgoing"
            )
        )
        # sudo: the operator of a channel need not be a warehouse worker
        pickings.sudo().partner_id = parties.delivery

    def _ask(self, row, code, reason):
        """Hand a decision to a person: in the inbox and on the order itself."""
        row._need_attention(code, reason)
        row.sale_order_id.activity_schedule(
            "mail.mail_activity_data_warning",
            date_deadline=fields.Date.context_today(row),
            summary=self.env._("%s changed in the channel", row.name),
            note=reason,
            user_id=row.sale_order_id.user_id.id or self.env.uid,
        )

    def _describe(self, found):
        subjects = {
            "line": "",
            "delivery": self.env._("Delivery address"),
            "invoice": self.env._("Invoice address"),
            "total": self.env._("Total"),
        }
        return "\n".join(
            f"{change.name or subjects[change.subject]}: {change.before} → {change.after}"
            for change in found
        )
