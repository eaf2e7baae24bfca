# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json
import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError

from odoo.addons.queue_job.exception import RetryableJobError

_logger = logging.getLogger(__name__)

PAYMENT_STATES = [
    ("pending", "Pending"),
    ("authorized", "Authorized"),
    ("partially_paid", "Partially Paid"),
    ("paid", "Paid"),
    ("partially_refunded", "Partially Refunded"),
    ("refunded", "Refunded"),
    ("voided", "Voided"),
]


class SalesChannelOrder(models.Model):
    _name = "sales.channel.order"
    _description = "Order of a Sales Channel"
    _order = "ordered_at desc, id desc"
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
    external_id = fields.Char("Channel ID", required=True, readonly=True)
    name = fields.Char("Channel Order", required=True, readonly=True, index="trigram")
    state = fields.Selection(
        [
            ("new", "New"),
            ("imported", "Imported"),
            ("attention", "Needs Attention"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="new",
        readonly=True,
        index=True,
    )
    reason_code = fields.Selection(
        [
            ("payload", "Order not understood"),
            ("product", "Unknown product"),
            ("tax", "Tax without a mapping"),
            ("payment", "New way to pay"),
            ("address", "Address incomplete"),
            ("country", "Unknown country"),
            ("currency", "Other currency"),
            ("setup", "Channel not set up"),
            ("changed", "Changed after confirmation"),
            ("cancelled", "Cancelled in the channel"),
            ("test", "Test order"),
            ("error", "Import failed"),
        ],
        "Problem",
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    sale_order_id = fields.Many2one(
        "sale.order",
        "Sales Order",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    customer_name = fields.Char("Customer", readonly=True)
    ordered_at = fields.Datetime("Ordered", readonly=True)
    updated_at = fields.Datetime("Changed in the Channel", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    amount_tax = fields.Monetary("Taxes", readonly=True)
    amount_refunded = fields.Monetary("Refunded", readonly=True)
    payment_state = fields.Selection(PAYMENT_STATES, "Payment", readonly=True)
    is_test = fields.Boolean("Test Order", readonly=True)
    is_cancelled = fields.Boolean("Cancelled", readonly=True)
    payload = fields.Json(readonly=True)
    payload_text = fields.Text(compute="_compute_payload_text")
    completion = fields.Json(
        readonly=True, help="What a person added to the address, which the channel left out."
    )
    digest = fields.Char(readonly=True)
    content = fields.Json(readonly=True, help="What the sales order was last made from.")

    _unique_external_id = models.Constraint(
        "UNIQUE(channel_id, external_id)", "An order of a channel can be received only once."
    )
    _unique_sale_order = models.UniqueIndex(
        "(sale_order_id) WHERE sale_order_id IS NOT NULL",
        "A sales order stands for one order of the channel only.",
    )
    _waiting = models.Index("(channel_id, updated_at, id) WHERE state = 'new'")

    @api.depends("payload")
    def _compute_payload_text(self):
        for row in self:
            row.payload_text = json.dumps(row.payload or {}, indent=2, ensure_ascii=False)

    def _process(self):
        """Import the rows; if that fails, halve until only the culprit is left aside."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self.channel_id._importer().run(self)
                self.env.flush_all()
        except psycopg2.OperationalError:
            # Another transaction was in the way: the whole run is repeated by its caller.
            raise
        except psycopg2.errors.UniqueViolation as error:
            if not self._is_race(error):
                self._set_aside(error)
                return
            # Somebody has just noted the same, and we cannot see it before we begin again.
            if "job_uuid" in self.env.context:
                raise RetryableJobError(str(error), seconds=5, ignore_retry=True) from error
            raise ConcurrencyError(str(error)) from error
        except Exception as error:  # noqa: BLE001 - one order must never stop the others
            self._set_aside(error)

    @api.model
    def _is_race(self, error):
        """True if another transaction has noted the same thing of a channel meanwhile: what we
        can see is known before anything is noted.
        """
        return (error.diag.table_name or "").startswith("sales_channel_")

    def _set_aside(self, error):
        """Leave the culprit for a person, and try the others without it."""
        if len(self) > 1:
            _logger.info("import of %s orders failed (%s), trying halves", len(self), error)
            half = len(self) // 2
            self[:half]._process()
            self[half:]._process()
            return
        _logger.exception("import of %s failed", self.name)
        self._need_attention("error", str(error) or type(error).__name__)

    def _need_attention(self, code, reason):
        self.write({"state": "attention", "reason_code": code, "reason": reason})

    def action_retry(self):
        """Import again what waits for attention."""
        for channel, rows in self.grouped("channel_id").items():
            if not channel._lock_import():
                raise UserError(self.env._("An import of this channel is already running."))
            rows = rows.filtered(lambda row: row.state in ("attention", "new"))
            rows.write({"state": "new"})
            rows.with_company(channel.company_id)._process()

    def action_ignore(self):
        self.filtered(lambda row: not row.sale_order_id).write({"state": "ignored"})

    def action_acknowledge(self):
        """The difference has been dealt with by hand."""
        self.filtered("sale_order_id").write(
            {"state": "imported", "reason_code": False, "reason": False}
        )

    def action_view_sale_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.sale_order_id.id,
            "views": [(False, "form")],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if self.filtered("sale_order_id"):
            raise UserError(
                self.env._("An imported order of a channel cannot be deleted: it would come back.")
            )
