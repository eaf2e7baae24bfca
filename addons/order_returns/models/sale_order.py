# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    replaced_rma_ids = fields.One2many(
        "rma", "replacement_order_id", "Replacement For", readonly=True
    )
    is_replacement = fields.Boolean(compute="_compute_is_replacement", search="_search_replacement")

    def _compute_is_replacement(self):
        for order in self:
            order.is_replacement = bool(order.replaced_rma_ids)

    def _search_replacement(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        wanted = (True in value) == (operator == "in")
        return [("replaced_rma_ids", "!=" if wanted else "=", False)]

    def _is_settled(self):
        """Nothing is owed for a replacement, with or without an invoice."""
        # sudo: bookkeepers need not take complaints
        if self.sudo().is_replacement and self.currency_id.is_zero(self.amount_total):
            return self.invoice_status in ("no", "invoiced")
        return super()._is_settled()

    def action_open_complaint(self):
        self.ensure_one()
        return self.env["order.complaint"]._get_action({"default_order_id": self.id})

    def action_view_replaced_rmas(self):
        return self.replaced_rma_ids._get_records_action(name=self.env._("Complaints"))

    def action_create_channel_credit_notes(self):
        self._link_refunds_by_hand()
        return super().action_create_channel_credit_notes()

    def _link_refunds_by_hand(self):
        """What a person refunded in the channel for a complaint has its credit note already."""
        # sudo: sales staff see refunds and complaints, not the messages to the channel
        for order in self.sudo():
            refunds = order.channel_refund_ids
            free = order.rma_ids.refund_id.filtered(lambda note: note.state != "cancel")
            free -= refunds.move_id | order.channel_intent_ids.move_id
            for refund in refunds.filtered(lambda row: not row.move_id and not row.is_settled):
                note = free.filtered(
                    lambda note, refund=refund: (
                        note.currency_id == refund.currency_id
                        and not note.currency_id.compare_amounts(note.amount_total, refund.amount)
                    )
                )[:1]
                if note:
                    free -= note
                    pieces, _shipping = note._get_channel_refund()
                    refund.write(
                        {
                            "move_id": note.id,
                            "credited": {line: str(count) for line, count in pieces.items()},
                        }
                    )

    def _action_cancel(self):
        """A replacement that does not come leaves its complaints open."""
        # sudo: whoever cancels an order need not take complaints
        self.sudo().replaced_rma_ids._reopen_replacement()
        return super()._action_cancel()
