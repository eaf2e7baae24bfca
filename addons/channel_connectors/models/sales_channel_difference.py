# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ..channels.base.proof import DifferenceKind

KINDS = [
    (DifferenceKind.MISSING.value, "Order missing"),
    (DifferenceKind.TOTAL.value, "Total"),
    (DifferenceKind.CANCELLED.value, "Cancellation"),
    (DifferenceKind.REFUND.value, "Refund"),
    (DifferenceKind.SHIPMENT.value, "Shipment"),
    (DifferenceKind.STOCK.value, "Stock"),
    (DifferenceKind.PAYOUT.value, "Payout"),
]
# Kinds whose two sides are amounts of money.
MONEY = ("missing", "total", "refund", "payout")


class SalesChannelDifference(models.Model):
    """A fact that a channel and we do not agree on, as the last proof has found it."""

    _name = "sales.channel.difference"
    _description = "Difference to a Sales Channel"
    _order = "state desc, found_at desc, id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True)
    name = fields.Char("About", required=True, readonly=True)
    theirs = fields.Char(readonly=True)
    ours = fields.Char(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    theirs_text = fields.Char("In the Channel", compute="_compute_texts")
    ours_text = fields.Char("Here", compute="_compute_texts")
    state = fields.Selection(
        [("open", "Open"), ("accepted", "Accepted"), ("solved", "Solved")],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    found_at = fields.Datetime("Found On", required=True, readonly=True)
    solved_at = fields.Datetime("Solved On", readonly=True)
    external_id = fields.Char("Channel ID", readonly=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", check_company=True
    )
    stock_id = fields.Many2one("sales.channel.stock", readonly=True, ondelete="set null")
    payout_id = fields.Many2one("sales.channel.payout", readonly=True, ondelete="cascade")
    advice = fields.Char("What to Do", compute="_compute_advice")

    _unique_subject = models.Constraint(
        "UNIQUE(channel_id, subject)", "A difference is listed only once."
    )

    @api.depends("kind", "theirs", "ours", "currency_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        """Both sides as the reader writes amounts."""
        for difference in self:
            difference.theirs_text = difference._get_text(difference.theirs)
            difference.ours_text = difference._get_text(difference.ours)

    def _get_text(self, value):
        if self.kind not in MONEY or value == "–":
            return value
        return formatLang(self.env, float(value), currency_obj=self.currency_id)

    def _compute_advice(self):
        advice = {
            "missing": self.env._("Fetch the orders since this one and import it."),
            "total": self.env._("Fetch the order again; then accept or correct it by hand."),
            "cancelled": self.env._("Cancel it on the other side, or accept."),
            "refund": self.env._("Create the credit note, or refund it in the channel."),
            "shipment": self.env._("Tell the channel what was shipped."),
            "stock": self.env._("Send the stock again."),
            "payout": self.env._("Look at what the payout leaves open."),
        }
        for difference in self:
            difference.advice = advice[difference.kind]

    def action_fix(self):
        """Do what most likely puts it right. The next proof tells whether it did."""
        self.ensure_one()
        return getattr(self, f"_fix_{self.kind}")()

    def action_accept(self):
        """It may stay as it is; it comes back if it changes."""
        self.write({"state": "accepted"})

    def action_view(self):
        """The document the difference is about."""
        self.ensure_one()
        record = self.order_id or self.payout_id or self.stock_id or self.channel_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _fix_missing(self):
        return self.channel_id._fetch_again(self.external_id)

    def _fix_total(self):
        return self.channel_id._fetch_again(self.external_id)

    def _fix_cancelled(self):
        if self.order_id.state == "cancel":
            return self.order_id.action_cancel_in_channel()
        return self.channel_id._fetch_again(self.external_id)

    def _fix_refund(self):
        self.channel_id._fetch_again(self.external_id)
        self.order_id.action_create_channel_credit_notes()
        return self.order_id.action_view_invoice()

    def _fix_shipment(self):
        self.order_id._report_shipments_again()
        return True

    def _fix_stock(self):
        self.stock_id.action_send()
        return True

    def _fix_payout(self):
        if self.payout_id.state == "open":
            self.payout_id.action_clear()
        return self.action_view()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _report_shipments_again(self):
        """Tell the channel of what was shipped and it was never told: without a parcel of
        its own, for nobody knows any more which.
        """
        self.ensure_one()
        pickings = self.picking_ids.filtered(lambda picking: picking.state == "done")
        pickings._intend_shipments()
        # sudo: see StockPicking._intend_shipments
        order = self.sudo()
        lines = {
            line.channel_line_id: pieces
            for line, pieces in order._get_unreported_pieces().items()
            if pieces
        }
        failed = order.channel_intent_ids.filtered(
            lambda row: row.kind in ("fulfilment", "tracking") and row.state == "failed"
        )
        failed.action_retry()
        if not lines or not order._reports_shipments():
            return failed
        number = len(order.channel_intent_ids.filtered(lambda row: row.kind == "fulfilment"))
        vals = {
            **order._prepare_intent("fulfilment"),
            "subject": f"order:{order.id}:{number}",
            "payload": {
                "lines": lines,
                "tracking": None,
                "places": order._get_channel_places(),
                "notify": False,
            },
        }
        return failed | self.env["sales.channel.intent"].sudo()._intend([vals])
