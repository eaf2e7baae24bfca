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

    def update(self, row, order, complete, vals):
        """Bring the sales order of a row to what the channel says now.

        ``order`` is what it says, ``complete`` the same with all taxes.
        """
        sale_order = row.sale_order_id.with_context(**NO_MAIL)
        self._follow_status(sale_order, order)
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
            carrier_id = vals.pop("carrier_id", False)
            sale_order.write({**vals, "order_line": lines})
            # Core forgets the carrier together with the line of its costs.
            sale_order.carrier_id = carrier_id
            self.prove(sale_order, complete)
        elif found and all(self._is_to_follow(change) for change in found):
            if not self._follow_destination(sale_order, complete, vals):
                reason = self.env._("The address is known now, but the order is already invoiced.")
                self._ask(row, "changed", reason)
                return
            self._fill_addresses(row, order, sale_order)
        elif found and sale_order.state != "cancel":
            self._ask(row, "changed", self._describe(found))
            return
        row.write(
            {"state": "imported", "content": content, "amount_tax": float(complete.tax_total)}
        )

    def _follow_status(self, sale_order, order):
        """An order that came again as it was is not written: it may be in somebody's hands."""
        wanted = self.values.status_vals(order)
        known = sale_order._convert_to_write({name: sale_order[name] for name in wanted})
        if changed := {name: value for name, value in wanted.items() if known[name] != value}:
            sale_order.write(changed)

    def _is_to_follow(self, change):
        """An address that was not known before, or that a person has just corrected."""
        entered = self.env.context.get("channel_address_entered") and change.is_address
        return change.is_new_address or entered

    def _follow_destination(self, sale_order, complete, vals):
        """Where the channel tells no taxes they follow from the address: now that it is known
        the same prices contain other taxes. False if that would change an invoice.
        """
        if complete.taxes_told:
            return True
        wanted = {line["channel_line_id"]: line for _command, _id, line in vals["order_line"]}
        stale = [
            (line, new)
            for line in sale_order.order_line
            for new in [wanted.get(line.channel_line_id)]
            if new and set(line.tax_ids.ids) != set(new["tax_ids"][0][2])
        ]
        if stale and any(move.state == "posted" for move in sale_order.invoice_ids):
            return False
        locked, sale_order.locked = sale_order.locked, False
        for line, new in stale:
            line.write({name: new[name] for name in ("tax_ids", "extra_tax_data")})
        if "fiscal_position_id" in vals:
            sale_order.fiscal_position_id = vals["fiscal_position_id"]
        sale_order.locked = locked
        self.prove(sale_order, complete)
        return True

    def _fill_addresses(self, row, order, sale_order):
        """The channel had withheld the addresses and tells them now."""
        parties = self.values.parties(row, order)
        sale_order.write(
            {**self.values.party_vals(parties), "channel_address_missing": order.address_withheld}
        )
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
