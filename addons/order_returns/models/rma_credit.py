# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, models
from odoo.exceptions import UserError

from odoo.addons.channel_connectors.channels.base import linetax


class Rma(models.Model):
    """Credit notes to the cent, and never for more than was invoiced.

    Neither the credit note nor the receipt is tied to the order line: what was given back
    as money is not to be invoiced again, and what came back is not to be delivered again.
    """

    _inherit = "rma"

    def action_refund(self):
        """One credit note a complaint: the next one sees what this one has taken."""
        for rma in self:
            if not rma.can_be_refunded or rma.customer_gets != "credit":
                raise UserError(self.env._("%s: there is nothing to credit.", rma.name))
        self.move_id.sudo()._take_turns()  # sudo: whoever credits need not change stock
        for rma in self:
            rma._check_creditable()
            super(Rma, rma).action_refund()
            rma._credit_rest()
        return True

    def _check_creditable(self):
        """Invoiced, not credited yet, and nothing refunded by the channel that we ignore."""
        line = self.sudo()._get_sale_line()  # sudo: invoices are not for all sales staff
        if "posted" not in line.invoice_lines.mapped("parent_state"):
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

    def _get_credit_parts(self, sale_line, wanted):
        """[(invoice line, quantity in its unit)] of ``wanted`` pieces of the order line.

        One invoice that has enough is taken alone; otherwise the oldest ones first.
        """
        uom = sale_line.product_uom_id
        free = [
            (line, line.product_uom_id._compute_quantity(line._get_uncredited(), uom, round=False))
            for line in sale_line.invoice_lines.sorted("id")
            if line.move_id.move_type == "out_invoice" and line.parent_state == "posted"
        ]
        free.sort(key=lambda part: uom.compare(part[1], wanted) < 0)
        parts = []
        for line, left in free:
            taken = min(left, wanted)
            if uom.compare(taken, 0) > 0:
                quantity = uom._compute_quantity(taken, line.product_uom_id, round=False)
                parts.append((line, quantity))
                wanted -= taken
        return parts

    def _get_first_part(self, sale_line):
        wanted = self._get_quantity_in(sale_line.product_uom_id)
        return self._get_credit_parts(sale_line, wanted)[:1]

    def _get_refund_origin_invoice_line(self, sale_line):
        """The first invoice that something is left of; others get lines of their own."""
        for line, _quantity in sale_line and self._get_first_part(sale_line):
            return line
        return self.env["account.move.line"]

    def _prepare_refund_line_vals(self):
        vals = super()._prepare_refund_line_vals()
        vals.pop("sale_line_ids", None)
        for line, quantity in self._get_first_part(self._get_sale_line()):
            vals.update(self._prepare_credit_part(line, quantity))
        return vals

    def _prepare_credit_part(self, invoiced, quantity):
        data = invoiced.extra_tax_data
        cut = data and "manual_total_excluded_currency" in data
        return {
            "credited_line_id": invoiced.id,
            "quantity": quantity,
            "extra_tax_data": cut and self._cut_tax_data(invoiced, quantity),
        }

    def _credit_rest(self):
        """Lines for what the first invoice was not enough for, priced as in theirs."""
        line, first = self._get_sale_line(), self.sudo().refund_line_id
        wanted = self._get_quantity_in(
            line.product_uom_id
        ) - first.product_uom_id._compute_quantity(first.quantity, line.product_uom_id, round=False)
        for invoiced, quantity in self._get_credit_parts(line, wanted):
            vals = invoiced.with_context(include_business_fields=True).copy_data()[0]
            vals = {key: vals[key] for key in vals.keys() - {"move_id", "sale_line_ids"}}
            vals |= {"rma_id": self.id, **self._prepare_credit_part(invoiced, quantity)}
            # sudo: as the credit note itself is made
            self.refund_id.sudo().invoice_line_ids = [Command.create(vals)]

    def _cut_tax_data(self, invoiced, quantity):
        """The share of amounts the channel set: after the last piece all of them are credited."""
        credited = invoiced.credit_line_ids.filtered(
            lambda li: li.parent_state != "cancel" and li.extra_tax_data
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
