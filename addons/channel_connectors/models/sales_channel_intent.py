# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

OPEN_STATES = ("waiting", "sending")
KINDS = [
    ("stock", "Stock"),
    ("fulfilment", "Shipment"),
    ("tracking", "Tracking"),
    ("cancellation", "Cancellation"),
    ("refund", "Refund"),
    ("product", "New Product"),
    ("change", "Product Data"),
    ("lots", "Lots"),
]


class SalesChannelIntent(models.Model):
    """One effect wanted in a channel.

    The row with its key is committed before the channel is asked, so whatever happens to the
    worker, the next one knows that the effect may already be there, and looks before it asks
    again.
    """

    _name = "sales.channel.intent"
    _description = "Message to a Sales Channel"
    _order = "id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char("About", required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    subject = fields.Char(
        required=True,
        readonly=True,
        help="What exactly is wanted. The same thing is never wanted twice.",
    )
    key = fields.Char(
        "Idempotency Key",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: str(uuid.uuid4()),
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("sending", "Sending"),
            ("by_hand", "To Enter by Hand"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("obsolete", "Obsolete"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    attempts = fields.Integer(readonly=True, copy=False)
    next_try = fields.Datetime(readonly=True, copy=False)
    error = fields.Text("Problem", readonly=True, copy=False)
    done_at = fields.Datetime("Done On", readonly=True, copy=False)
    external_id = fields.Char("Channel ID", readonly=True, copy=False)
    payload = fields.Json(readonly=True, help="What is wanted.")
    progress = fields.Json(readonly=True, help="What has been asked for and what came of it.")
    order_id = fields.Many2one(
        "sale.order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    picking_id = fields.Many2one(
        "stock.picking",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    _unique_subject = models.Constraint(
        "UNIQUE(channel_id, kind, subject)", "The same effect in a channel is wanted only once."
    )
    _unique_key = models.Constraint("UNIQUE(key)", "A key stands for one effect only.")
    _open = models.Index("(channel_id, kind, id) WHERE state IN ('waiting', 'sending')")

    @api.model
    def _intend(self, vals_list):
        """Rows for effects, one each however often they are wanted; sent in the background.

        Effects that are known are left as they are. Returns the new rows.
        """
        subjects = {(vals["channel_id"], vals["kind"], vals["subject"]) for vals in vals_list}
        known = {
            (row.channel_id.id, row.kind, row.subject)
            for row in self.search_fetch(
                Domain("subject", "in", [subject for _channel, _kind, subject in subjects]),
                ["channel_id", "kind", "subject"],
            )
        }
        intents = self.create(
            [
                vals
                for vals in vals_list
                if (vals["channel_id"], vals["kind"], vals["subject"]) not in known
            ]
        )
        intents._enqueue()
        return intents

    def _enqueue(self):
        for channel, intents in self.grouped("channel_id").items():
            for kind in set(intents.mapped("kind")):
                channel._enqueue_outgoing(kind)

    def action_retry(self):
        """Send again as soon as possible what failed or waits for a later moment."""
        intents = self.filtered(lambda row: row.state in ("failed", "waiting", "sending"))
        for intent in intents:
            # What may have been carried out stays "sending": it is looked up first.
            state = "sending" if intent._is_uncertain() else "waiting"
            intent.write({"state": state, "next_try": False, "attempts": 0, "error": False})
        intents._enqueue()

    def action_drop(self):
        """Give up what was not sent."""
        if any(intent.state == "done" for intent in self):
            raise UserError(self.env._("What is done in the channel cannot be dropped here."))
        self.write({"state": "obsolete"})

    def action_view_source(self):
        """The document the effect comes from."""
        self.ensure_one()
        record = self.picking_id or self.move_id or self.order_id
        if not record:
            raise UserError(self.env._("Stock levels come from no single document."))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _is_uncertain(self):
        """True if a request was sent whose outcome is not known."""
        self.ensure_one()
        return bool((self.progress or {}).get("asked"))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(
            intent.state in ("sending", "by_hand")
            or (intent.state == "done" and intent.kind != "stock")
            for intent in self
        ):
            raise UserError(
                self.env._("What was sent to a channel cannot be deleted: it would be sent again.")
            )
