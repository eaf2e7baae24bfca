# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..channels.base import linetax
from ..channels.base.credit import RefundedLine, TaxGroup, credit_of, spread
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
    lines = fields.Json(help="What was refunded, by the channel's ids, with net amount and tax.")
    credited = fields.Json(readonly=True, copy=False, help="Pieces on the credit note by line.")
    is_settled = fields.Boolean(
        "Nothing to Credit",
        readonly=True,
        copy=False,
        help="What was refunded was never invoiced.",
    )
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

    # What is to be credited

    def _get_invoices(self):
        """Posted invoices of the order, the first one first."""
        return self.order_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ).sorted("id")

    def _get_order_line(self, line_id):
        line = self.order_id.order_line.filtered(lambda li: li.channel_line_id == line_id)[:1]
        if not line:
            raise UserError(
                self.env._(
                    "A refund of %(order)s names a line that was not imported.",
                    order=self.order_id.client_order_ref,
                )
            )
        return line

    def _get_credits(self):
        """The positions that were invoiced and are not to be paid any more."""
        credited = {}
        for other in self.order_id.channel_refund_ids - self:
            if other.move_id.state != "cancel":
                for key, quantity in (other.credited or {}).items():
                    credited[key] = credited.get(key, ZERO) + linetax.exact(quantity)
        found = []
        for entry in self.lines or ():
            line = self._get_order_line_or_gone(entry)
            if line:
                found.append(credit_of(self._prepare_refunded_line(line, entry, credited)))
        return [credit for credit in found if credit]

    def _get_order_line_or_gone(self, entry):
        """The order line; none for what was taken out before the order was imported."""
        if entry["restock"] == "cancel":
            lines = self.order_id.order_line
            return lines.filtered(lambda li: li.channel_line_id == entry["line"])[:1]
        return self._get_order_line(entry["line"])

    def _prepare_refunded_line(self, line, entry, credited):
        posted = line.invoice_lines.filtered(lambda li: li.parent_state == "posted")
        return RefundedLine(
            line_id=entry["line"],
            quantity=linetax.exact(entry["quantity"]),
            net=linetax.exact(entry["net"]),
            tax=linetax.exact(entry["tax"]),
            kept=linetax.exact(entry["kept"]),
            invoiced=sum(
                (
                    linetax.exact(li.quantity) * (-1 if li.move_type == "out_refund" else 1)
                    for li in posted
                ),
                ZERO,
            ),
            credited=credited.get(entry["line"], ZERO),
            whole=line.channel_line_kind == "shipping",
        )

    def _get_rest(self, credits):
        """Money beyond the positions: more for nothing in particular, or less than they
        were worth. Goods that come back without any money were not paid yet.
        """
        amount = linetax.exact(self.amount)
        named = sum(
            (linetax.exact(part[key]) for part in self.lines or () for key in ("net", "tax")), ZERO
        )
        rest = amount - named if amount else ZERO
        return rest if rest > 0 or credits else ZERO

    def _get_tax_groups(self, lines):
        """What was charged on order lines, by their taxes, with the account of the income."""
        groups = {}
        for line in lines.filtered("extra_tax_data"):
            taxes = {int(key): tax for key, tax in linetax.taxes_of(line.extra_tax_data).items()}
            gross = linetax.base_of(line.extra_tax_data) + sum(taxes.values(), ZERO)
            name = ",".join(str(tax_id) for tax_id in sorted(taxes))
            known, first = groups.get(name, (TaxGroup(ZERO), line))
            total = {
                key: known.taxes.get(key, ZERO) + taxes.get(key, ZERO)
                for key in known.taxes | taxes
            }
            groups[name] = (TaxGroup(known.gross + gross, total), first)
        return groups

    # Credit notes

    def _prepare_credit_note(self):
        """Values of the credit note: what the channel gave back, to the cent per tax.

        Nothing if nothing of the refund was invoiced.
        """
        self.ensure_one()
        order, invoice = self.order_id, self._get_invoices()[:1]
        if not invoice:
            raise UserError(self.env._("Invoice the order before crediting its refunds."))
        credits = self._get_credits()
        lines = [self._prepare_credit_line(credit) for credit in credits]
        lines += self._prepare_rest_lines(self._get_rest(credits), credits)
        if not lines:
            return {}
        self.credited = {credit.line_id: str(credit.quantity) for credit in credits}
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
            "invoice_line_ids": [Command.create(vals) for vals in lines],
        }

    def _prepare_credit_line(self, credit):
        """One position. It is not tied to the order line: what was given back as money is
        not to be invoiced again.
        """
        line = self._get_order_line(credit.line_id)
        charged = linetax.taxes_of(line.extra_tax_data)
        shares = split(credit.tax, list(charged.values())) if charged else []
        taxes = dict(zip(map(int, charged), shares, strict=True))
        vals = self._prepare_line(line, credit.quantity, credit.net, taxes)
        return {**vals, "name": line.name, "product_uom_id": line.product_uom_id.id}

    def _prepare_line(self, line, quantity, net, taxes):
        """Values of a line of the credit note with exactly these amounts."""
        tax = sum(taxes.values(), ZERO)
        price_unit = (net + tax if line.tax_ids[:1].price_include else net) / quantity
        return {
            "product_id": line.product_id.id,
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
                taxes=taxes,
            ),
        }

    def _prepare_rest_lines(self, rest, credits):
        """Lines for money that belongs to no position, one for each combination of taxes."""
        if not rest:
            return []
        order_lines = self.order_id.order_line
        if rest < 0:
            keys = {credit.line_id for credit in credits}
            order_lines = order_lines.filtered(lambda line: line.channel_line_id in keys)
        groups = self._get_tax_groups(order_lines)
        shares = spread(rest, {name: group for name, (group, _line) in groups.items()})
        found = []
        for name, (net, taxes) in shares.items():
            line = groups[name][1]
            posted = line.invoice_lines.filtered(lambda li: li.parent_state == "posted")[:1]
            vals = self._prepare_line(line, linetax.exact(1), net, taxes)
            text = self.note or self.env._("Refund of order %s", self.order_id.client_order_ref)
            vals["name"] = text if rest > 0 else self.env._("Deducted from the refund")
            if posted:
                vals["account_id"] = posted.account_id.id
            found.append(vals)
        return found

    def _is_final(self):
        """True if no invoice will come that this refund would have to correct."""
        return self.order_id.invoice_status in ("invoiced", "no")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_refund_ids = fields.One2many(
        "sales.channel.refund", "order_id", "Refunds in the Channel", readonly=True
    )

    def action_create_channel_credit_notes(self):
        """Draft credit notes for refunds of the channel that have none yet, oldest first."""
        refunds = self.channel_refund_ids.filtered(lambda r: not r.move_id and not r.is_settled)
        if refunds:
            refunds.lock_for_update()
            refunds.invalidate_recordset(["move_id", "is_settled"])
        prepared = {}
        for refund in refunds.sorted(lambda refund: (refund.date, refund.id)):
            if refund.move_id or refund.is_settled:
                continue
            prepared[refund] = refund._prepare_credit_note()
            if not prepared[refund]:
                refund.is_settled = refund._is_final()
        due = [refund for refund, vals in prepared.items() if vals]
        moves = self.env["account.move"].create([prepared[refund] for refund in due])
        for refund, move in zip(due, moves, strict=True):
            refund.move_id = move
        return moves
