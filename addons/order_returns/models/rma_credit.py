# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.exceptions import UserError

from odoo.addons.channel_connectors.channels.base import linetax


class Rma(models.Model):
    """Credit notes to the cent, and never for more than was invoiced.

    Neither the credit note nor the receipt is tied to the order line: what was given back
    as money is not to be invoiced again, and what came back is not to be delivered again.
    """

    _inherit = "rma"

    def action_refund(self):
        for rma in self:
            if not rma.can_be_refunded or rma.customer_gets != "credit":
                raise UserError(self.env._("%s: there is nothing to credit.", rma.name))
            rma._check_creditable()
        self.move_id.sudo()._take_turns()  # sudo: whoever credits need not change stock
        return super().action_refund()

    def _check_creditable(self):
        """Invoiced, not credited yet, and nothing refunded by the channel that we ignore."""
        line = self.sudo()._get_sale_line()  # sudo: invoices are not for all sales staff
        if not self._get_refund_origin_invoice_line(line):
            raise UserError(self.env._("%s: invoice the order first.", self.name))
        refunds = line.order_id.channel_refund_ids
        if refunds.filtered(lambda refund: not refund.move_id and not refund.is_settled):
            raise UserError(
                self.env._(
                    "%s: money was refunded in the channel already. Make the credit note of that "
                    "refund first.",
                    self.name,
                )
            )
        quantity = self._get_quantity_in(line.product_uom_id)
        if line.product_uom_id.compare(quantity, self._get_uncredited(line)) > 0:
            raise UserError(self.env._("%s: this was credited already.", self.name))

    def _get_quantity_in(self, uom):
        return self.product_uom._compute_quantity(self.product_uom_qty, uom, round=False)

    def _get_uncredited(self, line):
        """Pieces of an order line that are invoiced and that no credit note has taken back."""
        uncredited = 0.0
        for posted in line.invoice_lines.filtered(lambda li: li.parent_state == "posted"):
            sign = -1 if posted.move_id.move_type == "out_refund" else 1
            uncredited += sign * posted.product_uom_id._compute_quantity(
                posted.quantity, line.product_uom_id, round=False
            )
        ours = line.rma_ids.filtered(lambda rma: rma.refund_id.state in ("draft", "posted"))
        uncredited -= sum(rma._get_quantity_in(line.product_uom_id) for rma in ours - self)
        for refund in line.order_id.channel_refund_ids:
            if refund.move_id.state != "cancel" and refund.move_id not in ours.refund_id:
                uncredited -= float((refund.credited or {}).get(line.channel_line_id, 0))
        return uncredited

    def _get_refund_origin_invoice_line(self, sale_line):
        """With several invoices, the first one that has enough."""
        found = super()._get_refund_origin_invoice_line(sale_line)
        if found or not sale_line:
            return found
        lines = sale_line.invoice_lines.filtered(
            lambda li: li.move_id.move_type == "out_invoice" and li.parent_state == "posted"
        ).sorted("id")
        enough = lines.filtered(lambda li: li.quantity >= self._get_quantity_in(li.product_uom_id))
        return (enough or lines)[:1]

    def _prepare_refund_line_vals(self):
        vals = super()._prepare_refund_line_vals()
        vals.pop("sale_line_ids", None)
        line = self._get_sale_line()
        invoiced = self._get_refund_origin_invoice_line(line)
        if invoiced:
            quantity = self._get_quantity_in(invoiced.product_uom_id)
            vals.update(quantity=quantity, extra_tax_data=False)
            data = invoiced.extra_tax_data
            if data and "manual_total_excluded_currency" in data:
                vals["extra_tax_data"] = self._cut_tax_data(line, invoiced, quantity)
        return vals

    def _cut_tax_data(self, sale_line, invoiced, quantity):
        """The share of amounts the channel set: after the last piece all of them are credited."""
        credited = sale_line.rma_ids.refund_line_id.filtered(
            lambda li: (
                li.parent_state != "cancel"
                and li.move_id.reversed_entry_id == invoiced.move_id
                and li.extra_tax_data
            )
        )
        return linetax.cut(
            invoiced.extra_tax_data,
            linetax.exact(quantity),
            done=sum(map(linetax.exact, credited.mapped("quantity")), linetax.exact(0)),
            billed=[(1, li.extra_tax_data) for li in credited],
            unit=linetax.exact(invoiced.currency_id.rounding),
        )

    def _link_refund_with_reception_move(self):
        """See the class: nothing is tied."""

    def _unlink_refund_with_reception_move(self):
        """See the class: nothing was tied."""
