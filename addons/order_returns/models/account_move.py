# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class AccountMove(models.Model):
    """Credit notes of complaints: the money goes back through the channel, once."""

    _inherit = "account.move"

    def _check_rma_invoice_lines_qty(self):
        """The quantity of all lines of a complaint is compared in the unit of the invoice."""
        lines = super()._check_rma_invoice_lines_qty()
        return lines.filtered(
            lambda li: (
                li.product_uom_id.compare(
                    sum(
                        part.product_uom_id._compute_quantity(
                            part.quantity, li.product_uom_id, round=False
                        )
                        for part in li.move_id.invoice_line_ids
                        if part.rma_id == li.rma_id
                    ),
                    li.rma_id._get_quantity_in(li.product_uom_id),
                )
                < 0
            )
        )

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        for note in posted:
            # sudo: bookkeepers need not take complaints
            if note.sudo().invoice_line_ids.rma_id and note.channel_refund_state == "sendable":
                note._intend_channel_refund(restock=False, notify=True, exact_amount=True)
        return posted

    def _get_channel_refund(self):
        """Pieces of complaints count, too, though their positions are tied to no order line."""
        quantities, shipping = super()._get_channel_refund()
        lines = self.sudo().invoice_line_ids.filtered("rma_id")  # sudo: see _post
        for rma in lines.filtered(lambda line: not line.sale_line_ids).rma_id:
            order_line = rma.sale_line_id
            pieces = rma._get_quantity_in(order_line.product_uom_id)
            key = order_line.channel_line_id
            if key and pieces == int(pieces):
                quantities[key] = quantities.get(key, 0) + int(pieces)
        return quantities, shipping

    def _compute_channel_refund_note(self):
        res = super()._compute_channel_refund_note()
        for note in self.filtered("channel_refund_note"):
            if note.sudo().invoice_line_ids.rma_id:  # sudo: see _post
                note.channel_refund_note = self.env._(
                    "The money goes back only in the channel itself: refund exactly this amount "
                    "there. The refund is then tied to this credit note."
                )
        return res
