# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..channels.base import linetax
from ..channels.base.money import ZERO, split


class SalesChannelRefund(models.Model):
    _name = "sales.channel.refund"
    _description = "Refund in a Sales Channel"
    _rec_name = "external_id"
    _order = "date desc, id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", index=True, check_company=True
    )
    external_id = fields.Char("Refund", required=True)
    date = fields.Datetime(required=True)
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    note = fields.Char()
    lines = fields.Json(help="Line of the channel, quantity, net amount and tax of each position.")
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        copy=False,
        readonly=True,
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )

    _unique_refund = models.Constraint(
        "UNIQUE(channel_id, external_id)", "A refund of a channel can be recorded only once."
    )

    def _prepare_credit_note(self):
        """Values of the credit note: what the channel gave back, to the cent per tax."""
        self.ensure_one()
        order = self.order_id
        invoice = order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )[:1]
        if not invoice:
            raise UserError(self.env._("Invoice the order before crediting its refunds."))
        self._check_complete()
        return {
            "move_type": "out_refund",
            "company_id": order.company_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "currency_id": self.currency_id.id,
            "journal_id": invoice.journal_id.id,
            "invoice_date": fields.Date.context_today(self, self.date),
            "invoice_origin": order.name,
            "reversed_entry_id": invoice.id,
            "ref": order.client_order_ref,
            "invoice_user_id": order.user_id.id,
            "team_id": order.team_id.id,
            "invoice_line_ids": [
                Command.create(self._prepare_credit_line(*line)) for line in self.lines
            ],
        }

    def _check_complete(self):
        """Money given back without a position has no tax we could know."""
        named = sum(
            (linetax.exact(net) + linetax.exact(tax) for _, _, net, tax in self.lines), ZERO
        )
        rest = linetax.exact(self.amount) - named
        if not self.currency_id.is_zero(float(rest)):
            raise UserError(
                self.env._(
                    "The refund of %(order)s contains %(rest)s that belongs to no line. "
                    "Credit it by hand.",
                    order=self.order_id.client_order_ref,
                    rest=self.currency_id.format(float(rest)),
                )
            )

    def _prepare_credit_line(self, line_id, quantity, net, tax):
        """One position. It is not tied to the order line: what was given back as money is
        not to be invoiced again.
        """
        line = self.order_id.order_line.filtered(lambda li: li.channel_line_id == line_id)[:1]
        if not line:
            raise UserError(
                self.env._(
                    "A refund of %(order)s names a line that was not imported.",
                    order=self.order_id.client_order_ref,
                )
            )
        quantity, net, tax = (linetax.exact(value) for value in (quantity, net, tax))
        charged = linetax.taxes_of(line.extra_tax_data)
        taxes = dict(zip(charged, split(tax, list(charged.values())), strict=True))
        amount = net + tax if line.tax_ids[:1].price_include else net
        price_unit = amount / quantity
        return {
            "product_id": line.product_id.id,
            "name": line.name,
            "product_uom_id": line.product_uom_id.id,
            "quantity": float(quantity),
            "price_unit": float(price_unit),
            "discount": 0.0,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "extra_tax_data": linetax.build(
                currency_id=self.currency_id.id,
                price_unit=price_unit,
                discount=ZERO,
                quantity=quantity,
                base=net,
                taxes={int(key): value for key, value in taxes.items()},
            ),
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_refund_ids = fields.One2many(
        "sales.channel.refund", "order_id", "Refunds in the Channel", readonly=True
    )

    def action_create_channel_credit_notes(self):
        """Draft credit notes for refunds of the channel that have none yet."""
        refunds = self.channel_refund_ids.filtered(lambda refund: not refund.move_id)
        moves = self.env["account.move"]
        if refunds:
            refunds.lock_for_update()
            refunds.invalidate_recordset(["move_id"])
        for refund in refunds.filtered(lambda refund: not refund.move_id):
            refund.move_id = moves.create(refund._prepare_credit_note())
            moves |= refund.move_id
        return moves
