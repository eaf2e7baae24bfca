# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SalesChannel(models.Model):
    """What a channel lets only people do, in the channel itself: people are told where."""

    _inherit = "sales.channel"

    by_hand_note = fields.Text("Only in the Channel", compute="_compute_by_hand_note")

    @api.depends("channel_type")
    def _compute_by_hand_note(self):
        for channel in self:
            channel.by_hand_note = channel._get_by_hand_note()

    def _get_by_hand_note(self):
        """Whether refunds and cancellations are for people to make in the channel."""
        self.ensure_one()
        capabilities = self._adapter_class().capabilities
        texts = {
            (False, False): self.env._(
                "%s lets only people cancel orders and refund money: do it there, in the order. "
                "Cancellations and refunds made there come in by themselves, refunds with what "
                "their credit notes need.",
                capabilities.label,
            ),
            (False, True): self.env._(
                "%s lets only people cancel orders: do it there, in the order.",
                capabilities.label,
            ),
            (True, False): self.env._(
                "%s lets only people refund money: do it there, in the order.",
                capabilities.label,
            ),
        }
        return texts.get((capabilities.cancellations, capabilities.refunds), False)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_by_hand_note = fields.Text("Only in the Channel", related="channel_id.by_hand_note")
    channel_page = fields.Char("Page in the Channel", compute="_compute_channel_page")
    channel_is_open_there = fields.Boolean(
        compute="_compute_channel_is_open_there",
        help="Cancelled here, but open in a channel in which only people can cancel.",
    )

    @api.depends("channel_order_id")
    def _compute_channel_page(self):
        for order in self:
            # sudo: the inbox is not for all sales staff
            row = order.sudo().channel_order_id
            adapter = row.channel_id and row.channel_id._adapter_class()
            page = getattr(adapter, "order_page", None)
            order.channel_page = page(row.external_id) if page else False

    @api.depends("state", "channel_order_id.is_cancelled")
    def _compute_channel_is_open_there(self):
        for order in self:
            row = order.sudo().channel_order_id  # sudo: see _compute_channel_page
            order.channel_is_open_there = bool(
                order.state == "cancel"
                and row
                and not row.is_cancelled
                and not row.channel_id._adapter_class().capabilities.cancellations
            )

    def action_open_channel_page(self):
        """The order in the channel."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.channel_page, "target": "new"}


class AccountMove(models.Model):
    _inherit = "account.move"

    channel_refund_note = fields.Text(
        "Refund in the Channel by Hand", compute="_compute_channel_refund_note"
    )

    @api.depends("move_type", "state", "line_ids.sale_line_ids", "reversed_entry_id")
    def _compute_channel_refund_note(self):
        """A credit note nobody has asked the channel for: there the money has to go back."""
        # sudo: bookkeepers need no rights in the channel
        refunds = self.env["sales.channel.refund"].sudo()
        told = {
            move.id for (move,) in refunds._read_group([("move_id", "in", self.ids)], ["move_id"])
        }
        for move in self:
            channel = move._get_channels_credited()
            capabilities = len(channel) == 1 and channel._adapter_class().capabilities
            move.channel_refund_note = bool(
                capabilities and not capabilities.refunds and move.id not in told
            ) and self.env._(
                "The money goes back only in %(channel)s itself: refund it there. The credit note "
                "is then made from that refund; do not post this one for the same money.",
                channel=capabilities.label,
            )

    def _get_channels_credited(self):
        """Channels of the orders that this credit note, unless it is cancelled, is about."""
        self.ensure_one()
        if self.move_type != "out_refund" or self.state == "cancel":
            return self.env["sales.channel"]
        # sudo: see _compute_channel_refund_note
        move = self.sudo()
        lines = (move.line_ids | move.reversed_entry_id.line_ids).sale_line_ids
        return lines.order_id.channel_order_id.channel_id
