# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import AuthenticationError, ChannelError, ThrottledError
from ..channels.base.events import EventKind

_logger = logging.getLogger(__name__)

EVENTS_PER_JOB = 500
KEPT_DAYS = 30
# Waiting longer than this is told, and the next import takes the events along.
LATE = timedelta(minutes=2)


class SalesChannelEvent(models.Model):
    _name = "sales.channel.event"
    _description = "Event of a Sales Channel"
    _order = "id desc"
    _rec_name = "topic"
    _check_company_auto = True
    _log_access = False

    channel_id = fields.Many2one(
        "sales.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    topic = fields.Char(readonly=True)
    kind = fields.Selection(
        [
            (EventKind.ORDER.value, "Order"),
            (EventKind.PART.value, "Part of an Order"),
            (EventKind.BULK.value, "Bulk Operation"),
            (EventKind.UNINSTALLED.value, "App Removed"),
            (EventKind.RIGHTS.value, "Rights Changed"),
            (EventKind.DATA_REQUEST.value, "Request for Personal Data"),
            (EventKind.CUSTOMER_REDACT.value, "Erase a Customer"),
            (EventKind.SHOP_REDACT.value, "Erase the Shop"),
            (EventKind.UNKNOWN.value, "Not Understood"),
        ],
        required=True,
        readonly=True,
    )
    delivery_id = fields.Char(
        required=True, readonly=True, help="The channel's own id of this delivery."
    )
    subject = fields.Char(readonly=True, help="The channel's id of what the event is about.")
    content = fields.Json(
        readonly=True, help="Only of requests that are the message themselves; else empty."
    )
    triggered_at = fields.Datetime("Happened", readonly=True)
    received_at = fields.Datetime("Received", required=True, readonly=True)
    handled_at = fields.Datetime("Handled", readonly=True)
    state = fields.Selection(
        [("new", "New"), ("done", "Done"), ("ignored", "Ignored"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="new",
    )
    error = fields.Text(readonly=True)

    _unique_delivery = models.Constraint(
        "UNIQUE(channel_id, delivery_id)", "A delivery is noted only once."
    )
    _waiting = models.Index("(channel_id, id) WHERE state = 'new'")

    def action_retry(self):
        """Handle again what has failed."""
        failed = self.filtered(lambda event: event.state == "failed")
        failed.write({"state": "new", "error": False})
        for channel in failed.channel_id:
            channel._enqueue_events()

    @api.autovacuum
    def _gc_handled(self):
        """Events are hints: once handled they only tell how it went lately."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = [("state", "!=", "new"), ("received_at", "<", limit)]
        self.search(old, limit=10000).unlink()

    def _finish(self, state="done", error=False):
        self.write({"state": state, "error": error, "handled_at": fields.Datetime.now()})


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    event_ids = fields.One2many(
        "sales.channel.event", "channel_id", groups="channel_connectors.group_channel_user"
    )

    def _cron_import_orders(self):
        """What is left of the events goes along: a job may have just missed the last one."""
        result = super()._cron_import_orders()
        late = fields.Datetime.now() - LATE
        waiting = self.env["sales.channel.event"]._read_group(
            [("state", "=", "new"), ("received_at", "<", late)], ["channel_id"]
        )
        for (channel,) in waiting:
            channel._enqueue_events()
        return result

    def _enqueue_events(self):
        self.ensure_one()
        return self._in_background("events", self._describe_event_job())._job_handle_events()

    def _describe_event_job(self):
        return self.env._("Handle events of a sales channel")

    def _job_handle_events(self):
        """Fetch what the events of this channel are about; many of them in few requests."""
        self.ensure_one()
        # A delivery queues its job without asking for the language.
        channel = self._in_company_language().with_company(self.company_id)
        # Events of an order that is being imported wait for that to end.
        channel._take_import(seconds=5)
        try:
            channel._handle_events()
        except ThrottledError as error:
            raise RetryableJobError(str(error), seconds=int(error.retry_after) + 1) from error
        except AuthenticationError as error:
            # A person has to act; the events wait, and the regular import tries them again.
            channel._note_failure(channel._explain(error))
        except ChannelError as error:
            text = channel._explain(error)
            _logger.warning("%s: %s", channel.name, text)
            raise RetryableJobError(text, seconds=60) from error

    def _handle_events(self):
        """Orders together, the rest one by one."""
        events = self._next_events()
        by_kind = events.grouped("kind")
        orders = by_kind.pop(EventKind.ORDER.value, events.browse())
        parts = by_kind.pop(EventKind.PART.value, events.browse())
        if orders or parts:
            self._fetch_events(orders, parts)
        for found in by_kind.values():
            for event in found.sorted("id"):
                self._handle_event(event)
        if len(events) == EVENTS_PER_JOB:
            self._enqueue_events()

    def _handle_event(self, event):
        """One event that is no order; what goes wrong with it must not stop the others."""
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_handle_{event.kind}")(event)
                self.env.flush_all()
        except (psycopg2.OperationalError, ChannelError):
            # Passes by itself, or waits for a person: the job is repeated as a whole.
            raise
        except Exception as error:  # see above
            _logger.exception("event %s of %s failed", event.topic, self.name)
            event._finish("failed", str(error) or type(error).__name__)

    def _next_events(self):
        """Events that wait, locked; those another worker holds are left to it."""
        model = self.env["sales.channel.event"]
        model.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM sales_channel_event
                 WHERE channel_id = %s AND state = 'new'
                 ORDER BY id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                self.id,
                EVENTS_PER_JOB,
            )
        )
        return model.browse([row[0] for row in self.env.cr.fetchall()])

    def _fetch_events(self, orders, parts):
        """Fetch the orders again: what a delivery says may be older than what we have."""
        adapter = self._adapter()
        ids = [subject for subject in orders.mapped("subject") if subject]
        if parts:
            ids += adapter.orders_of_parts(parts.mapped("subject"))
        for page in adapter.orders_by_ids(ids):
            self._store_payloads(adapter, page.payloads)
        self._process_waiting()
        (orders | parts)._finish()

    def _handle_unknown(self, event):
        event._finish("ignored")

    def _handle_uninstalled(self, event):
        """The app is gone: no token is worth anything, and asking again is in vain."""
        self.auto_import = False
        self._forget_token()
        text = self.env._("The app was removed from the shop. Orders are no longer imported.")
        self._note_failure(text)
        self.message_post(body=text)
        event._finish()

    def _handle_rights(self, event):
        """Rights are part of a token: ask for a new one and look what it may do."""
        self._forget_token()
        self._check_connection()
        event._finish()
