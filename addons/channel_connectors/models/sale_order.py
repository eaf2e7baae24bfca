# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from .sales_channel_order import PAYMENT_STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_id = fields.Many2one(
        "sales.channel",
        "Sales Channel",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    channel_order_id = fields.Many2one(
        "sales.channel.order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    channel_payment_state = fields.Selection(
        PAYMENT_STATES, "Payment in the Channel", readonly=True, copy=False
    )
    channel_amount_total = fields.Monetary("Total in the Channel", readonly=True, copy=False)
    channel_amount_refunded = fields.Monetary("Refunded in the Channel", readonly=True, copy=False)
    channel_note = fields.Text("Note of the Customer", readonly=True, copy=False)
    channel_discount_codes = fields.Char("Discount Codes", readonly=True, copy=False)
    channel_shipping = fields.Char("Shipping in the Channel", readonly=True, copy=False)
    channel_method_id = fields.Many2one(
        "sales.channel.method", "Paid By", readonly=True, copy=False, check_company=True
    )
    channel_awaits_payment = fields.Boolean(
        "Waits for Payment",
        readonly=True,
        copy=False,
        help="Paid in advance, and the money has not come yet.",
    )
    channel_is_test = fields.Boolean("Test Order", readonly=True, copy=False)
    channel_payment_ids = fields.One2many(
        "sales.channel.payment", "order_id", "Payments in the Channel", readonly=True
    )
    channel_difference = fields.Monetary(
        compute="_compute_channel_difference",
        help="Total of this order minus the total in the channel.",
    )

    @api.depends("amount_total", "channel_amount_total", "channel_id")
    def _compute_channel_difference(self):
        for order in self:
            order.channel_difference = (
                order.amount_total - order.channel_amount_total if order.channel_id else 0.0
            )

    def _get_update_prices_lines(self):
        """Prices of imported lines are the channel's, whatever the pricelist says."""
        return super()._get_update_prices_lines().filtered(lambda line: not line.channel_line_id)

    def _channel_is_committed(self):
        """True if goods left or an invoice was posted: no silent cancellation then."""
        self.ensure_one()
        return any(picking.state == "done" for picking in self.picking_ids) or any(
            move.state == "posted" for move in self.invoice_ids
        )

    def _confirmation_error_message(self):
        """A test order of a channel stays a quotation: nothing is made, sent or invoiced."""
        if self.channel_is_test:
            return self.env._("This is a test order of the channel.")
        return super()._confirmation_error_message()

    def set_delivery_line(self, carrier, amount):
        """What the customer paid for shipping was agreed in the channel: only the way goods
        are sent can change.
        """
        imported = self.filtered("channel_id")
        imported.carrier_id = carrier
        imported.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel") and picking.picking_type_code == "outgoing"
            )
        ).carrier_id = carrier
        others = self - imported
        return super(SaleOrder, others).set_delivery_line(carrier, amount) if others else True

    def action_confirm(self):
        """Orders of a channel keep the day on which the customer ordered."""
        imported = self.filtered("channel_id")
        if not imported or imported == self:
            return super().action_confirm()
        results = [imported.action_confirm(), (self - imported).action_confirm()]
        return next((result for result in results if result is not True), True)

    def _prepare_confirmation_values(self):
        values = super()._prepare_confirmation_values()
        if self.channel_id:
            values.pop("date_order", None)
        return values
