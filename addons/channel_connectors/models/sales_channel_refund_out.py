# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

import psycopg2

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base import linetax
from ..channels.base.money import ZERO
from ..channels.base.outgoing import RefundWish, SpentKeyError
from .sales_channel_outgoing import IntentRefused


class AccountMove(models.Model):
    """A credit note for an order of a channel can be paid back through the channel, once."""

    _inherit = "account.move"

    channel_refund_state = fields.Selection(
        [("sendable", "To Refund"), ("sent", "Being Refunded"), ("done", "Refunded")],
        "Refund in the Channel",
        compute="_compute_channel_refund_state",
    )

    def _compute_channel_refund_state(self):
        # sudo: bookkeepers need no rights in the channel to see what became of a credit note
        intents = (
            self.env["sales.channel.intent"]
            .sudo()
            .search([("move_id", "in", self.ids), ("kind", "=", "refund")])
        )
        states = {intent.move_id.id: intent.state for intent in intents}
        refunds = (
            self.env["sales.channel.refund"]
            .sudo()
            ._read_group([("move_id", "in", self.ids)], ["move_id"])
        )
        refunded = {move.id for (move,) in refunds}
        for move in self:
            state = states.get(move.id)
            if state == "done" or move.id in refunded:
                move.channel_refund_state = "done"
            elif state in ("waiting", "sending", "failed"):
                move.channel_refund_state = "sent"
            elif move._get_refundable_order():
                move.channel_refund_state = "sendable"
            else:
                move.channel_refund_state = False

    def _get_refundable_order(self):
        """The channel's order this posted credit note belongs to, if it can refund it."""
        self.ensure_one()
        if self.move_type != "out_refund" or self.state != "posted":
            return self.env["sale.order"]
        # sudo: see _compute_channel_refund_state
        move = self.sudo()
        orders = (move.line_ids | move.reversed_entry_id.line_ids).sale_line_ids.order_id
        orders = orders.filtered("channel_order_id")
        if len(orders) != 1:
            return orders.browse()
        capabilities = orders.channel_id._adapter_class().capabilities
        return orders if capabilities.refunds else orders.browse()

    def action_refund_in_channel(self):
        """Ask how the channel is to give the money back."""
        self.ensure_one()
        if self.channel_refund_state != "sendable":
            raise UserError(self.env._("There is nothing to refund in a channel."))
        return {
            "name": self.env._("Refund in %s", self._get_refundable_order().channel_id.name),
            "type": "ir.actions.act_window",
            "res_model": "sales.channel.refund.send",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _get_channel_refund(self):
        """Pieces by line of the channel, and shipping with tax, that this note credits.

        Positions of no line of the channel are money without goods.
        """
        self.ensure_one()
        quantities, shipping = {}, ZERO
        for line in self.invoice_line_ids.filtered(lambda li: li.display_type == "product"):
            order_line = line.sale_line_ids[:1]
            if order_line.channel_line_kind == "shipping":
                shipping += linetax.exact(line.price_total)
            elif order_line.channel_line_id and line.price_total:
                pieces = line.product_uom_id._compute_quantity(
                    line.quantity, order_line.product_uom_id, round=False
                )
                if pieces != int(pieces):
                    raise UserError(
                        self.env._("A channel refunds whole pieces: %s", line.display_name)
                    )
                key = order_line.channel_line_id
                quantities[key] = quantities.get(key, 0) + int(pieces)
        return quantities, shipping

    def _intend_channel_refund(self, *, restock, notify, exact_amount):
        """Have the channel give back what this credit note credits, once."""
        self.ensure_one()
        order = self._get_refundable_order()
        quantities, shipping = self._get_channel_refund()
        vals = {
            **order._prepare_intent("refund"),
            "name": f"{order.client_order_ref or order.name}: {self.name}",
            "subject": f"move:{self.id}",
            "move_id": self.id,
            "payload": {
                "amount": str(linetax.exact(self.amount_total)),
                "quantities": quantities,
                "shipping": str(shipping),
                "restock": restock,
                "notify": notify,
                "exact_amount": exact_amount,
                "places": order._get_channel_places(),
            },
        }
        # sudo: who posts credit notes need not see all messages to the channel
        return self.env["sales.channel.intent"].sudo()._intend([vals])


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _get_channel_places(self):
        """Places of the channel that stand for the order's warehouse."""
        self.ensure_one()
        places = self.sudo().channel_id.location_ids  # sudo: setting of the channel
        return places.filtered(lambda row: self.warehouse_id in row.warehouse_ids).mapped(
            "external_id"
        )

    def action_create_channel_credit_notes(self):
        """Refunds we asked for ourselves have their credit note already."""
        # sudo: sales staff see refunds, not the messages to the channel
        intents = self.sudo().channel_intent_ids.filtered(lambda row: row.kind == "refund")
        intents.filtered("external_id")._link_refund()
        uncertain = intents.filtered(lambda row: row.state == "sending").order_id
        return super(SaleOrder, self - uncertain).action_create_channel_credit_notes()


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _execute_refund(self, adapter, commit):
        """Give money back: what was decided once is asked with the same key and content."""
        order_id = self._get_external_order()
        progress = self.progress or {}
        refund_id = adapter.find_refund(order_id, self._get_mark()) if progress.get("asked") else ""
        if not refund_id:
            request = progress.get("request") or self._decide_refund(adapter, order_id)
            self._save_progress(asked=True, request=request)
            self.channel_id._keep(commit)
            try:
                refund_id = adapter.refund(request, self.key)
            except SpentKeyError as error:
                self._save_progress(asked=None)
                raise IntentRefused(str(error)) from error
        self.external_id = refund_id
        self._save_progress(asked=None)
        try:
            self._link_refund()
            self.env.flush_all()
        except psycopg2.errors.UniqueViolation as error:
            # An import has just noted it, which we cannot see before we begin again; what was
            # asked for is kept, and the refund is found by its mark then.
            raise RetryableJobError(str(error), seconds=5, ignore_retry=True) from error
        return {"external_id": refund_id}

    def _get_mark(self):
        """What finds our refund again among those of an order."""
        return f"[{self.key[:8]}]"

    def _decide_refund(self, adapter, order_id):
        """The request, if the channel would give back what the credit note says."""
        payload = self.payload
        amount = Decimal(payload["amount"])
        wish = RefundWish(
            quantities={} if payload["exact_amount"] else payload["quantities"],
            shipping=ZERO if payload["exact_amount"] else Decimal(payload["shipping"]),
            restock=payload["restock"],
            place_id=(payload["places"] or [""])[0],
            note=f"{self.move_id.name} {self._get_mark()}",
            notify=payload["notify"],
        )
        offer = adapter.offer_refund(order_id, wish)
        currency = self.move_id.currency_id
        if currency.name != offer.currency:
            raise IntentRefused(
                self.env._(
                    "The credit note is in %(ours)s, but the customer was charged in %(theirs)s.",
                    ours=currency.name,
                    theirs=offer.currency,
                )
            )
        if amount > offer.maximum:
            raise IntentRefused(
                self.env._(
                    "The credit note is about %(amount)s, but only %(maximum)s can be refunded "
                    "in the channel.",
                    amount=currency.format(float(amount)),
                    maximum=currency.format(float(offer.maximum)),
                )
            )
        if payload["exact_amount"]:
            return adapter.refund_of_amount(order_id, wish, amount)
        if amount != offer.amount:
            raise IntentRefused(
                self.env._(
                    "The credit note is about %(amount)s, the channel would refund %(offer)s for "
                    "the same pieces. Drop this message and refund the amount without pieces.",
                    amount=currency.format(float(amount)),
                    offer=currency.format(float(offer.amount)),
                )
            )
        return dict(offer.request)

    def _link_refund(self):
        """Tie the channel's refund to the credit note it comes from: none is made again."""
        refunds = self.env["sales.channel.refund"].search(
            Domain("channel_id", "in", self.channel_id.ids)
            & Domain("external_id", "in", self.mapped("external_id"))
        )
        known = {(row.channel_id.id, row.external_id): row for row in refunds}
        for intent in self:
            refund = known.get((intent.channel_id.id, intent.external_id))
            if not refund:
                refunds.create(intent._prepare_refund())
            elif not refund.move_id:
                refund.write({"move_id": intent.move_id.id, "credited": intent._get_credited()})

    def _prepare_refund(self):
        return {
            "channel_id": self.channel_id.id,
            "order_id": self.order_id.id,
            "external_id": self.external_id,
            "date": fields.Datetime.now(),
            "amount": self.move_id.amount_total,
            "currency_id": self.move_id.currency_id.id,
            "note": self.move_id.name,
            "lines": [],
            "credited": self._get_credited(),
            "move_id": self.move_id.id,
        }

    def _get_credited(self):
        """Pieces on the credit note, by line of the channel."""
        return {line: str(pieces) for line, pieces in self.payload["quantities"].items()}
