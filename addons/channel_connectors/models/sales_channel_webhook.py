# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json
import logging
import os
import secrets
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.job import Job

from ..channels.base.adapter import adapter_class
from ..channels.base.errors import ChannelError
from ..controllers.webhook import PATH

_logger = logging.getLogger(__name__)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    has_webhooks = fields.Boolean("Supports Events", compute="_compute_has_webhooks")
    use_webhooks = fields.Boolean(
        "Events On",
        readonly=True,
        copy=False,
        help="The channel tells about changes at once. What it fails to tell is found by the "
        "regular import.",
    )
    webhook_token = fields.Char(
        groups=fields.NO_ACCESS, copy=False, help="The secret part of the address of deliveries."
    )
    webhook_topics = fields.Char("Subscribed Events", readonly=True, copy=False)
    shop_domain = fields.Char(readonly=True, copy=False, help="As the channel signs deliveries.")

    _unique_webhook_token = models.UniqueIndex(
        "(webhook_token) WHERE webhook_token IS NOT NULL",
        "The address of deliveries belongs to one channel.",
    )

    @api.depends("channel_type")
    def _compute_has_webhooks(self):
        for channel in self:
            channel.has_webhooks = channel._adapter_class().capabilities.webhooks

    # Subscriptions

    def action_subscribe(self):
        """Have the channel tell about changes; also repairs what is missing."""
        self.ensure_one()
        try:
            self._subscribe()
        except ChannelError as error:
            return self._notify(self.env._("No events"), self._explain(error), "danger")
        return self._notify(
            self.env._("Events are on"),
            self.env._("The channel tells about: %s", self.webhook_topics),
            "success",
        )

    def action_unsubscribe(self):
        """Go back to asking the channel from time to time."""
        self.ensure_one()
        try:
            self._adapter().unsubscribe(self._webhook_address())
        except ChannelError as error:
            raise UserError(self._explain(error)) from error
        self.write({"use_webhooks": False, "webhook_topics": False})
        return

    def _subscribe(self):
        adapter = self._adapter()
        info = adapter.shop_info()
        # sudo: the token is closed to everybody, what it is for is checked by its caller
        stored = self.sudo()
        if not stored.webhook_token:
            stored.webhook_token = secrets.token_urlsafe(32)
        topics = adapter.subscribe(self._webhook_address(), info.granted_scopes)
        self.write(
            {
                "use_webhooks": True,
                "webhook_topics": ", ".join(topics),
                "shop_domain": info.domain,
            }
        )

    def _webhook_address(self):
        """Where this channel's deliveries go."""
        base = self.get_base_url()
        parts = urlsplit(base)
        if parts.scheme != "https" and not self._stand_in_allowed():
            raise UserError(
                self.env._(
                    "Channels send events only to an address that begins with https://. "
                    "This server's address is %s.",
                    base,
                )
            )
        # sudo: see _subscribe()
        return f"{base}{PATH}/{self.sudo().webhook_token}"

    def _cron_check_subscriptions(self):
        """A channel drops subscriptions that failed for hours: renew them every day."""
        for channel in self.search([("use_webhooks", "=", True)]):
            channel = channel._in_company_language()
            try:
                channel._subscribe()
            except ChannelError as error:
                channel._note_failure(channel._explain(error))

    # Deliveries

    @api.model
    def _receive_webhook(self, token, headers, body):
        """Note a delivery in two statements and leave the rest to a job. An HTTP status."""
        channel = self._find_webhook(token)
        if not channel:
            return 404
        adapter = adapter_class(channel["channel_type"])
        if not adapter.capabilities.webhooks:
            return 404
        if not adapter.is_genuine(body, headers, self._webhook_secrets(channel)):
            return 401
        event = adapter.read_event(headers, body)
        if not event.delivery_id or event.shop != channel["shop_domain"]:
            return 403
        self._note_event(channel, event)
        return 200

    @api.model
    def _find_webhook(self, token):
        """The channel of an address with what is needed to check a delivery."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id, company_id, channel_type, shop_domain,
                       client_secret_stored, client_secret_previous_stored
                  FROM sales_channel
                 WHERE webhook_token = %s
                """,
                token,
            )
        )
        rows = self.env.cr.dictfetchall()
        return rows[0] if rows else None

    @api.model
    def _webhook_secrets(self, channel):
        """Both secrets; the environment takes precedence, as in ``_secret``."""
        return [
            os.environ.get(f"ODOO_CHANNEL_{channel['id']}_{name.upper()}")
            or channel[f"{name}_stored"]
            for name in ("client_secret", "client_secret_previous")
        ]

    @api.model
    def _note_event(self, channel, event):
        """Store the event and the job that handles it, in one statement.

        A delivery that is known does nothing, and one job that waits is enough for all.
        """
        job = self._event_job(channel["id"], channel["company_id"])
        content = (
            None if event.content is None else json.dumps(event.content).replace("\\u0000", "")
        )
        self.env.cr.execute(
            SQL(
                """
                WITH event AS (
                    INSERT INTO sales_channel_event (
                        channel_id, company_id, topic, kind, delivery_id, subject, content,
                        triggered_at, received_at, state)
                    VALUES (%(channel)s, %(company)s, %(topic)s, %(kind)s, %(delivery)s,
                            %(subject)s, %(content)s::jsonb, %(triggered)s,
                            now() AT TIME ZONE 'UTC', 'new')
                    ON CONFLICT (channel_id, delivery_id) DO NOTHING
                    RETURNING id
                )
                INSERT INTO queue_job (%(columns)s)
                SELECT %(values)s FROM event
                 WHERE NOT EXISTS (
                    SELECT 1 FROM queue_job
                     WHERE identity_key = %(identity)s
                       AND state IN ('pending', 'enqueued', 'wait_dependencies'))
                """,
                channel=channel["id"],
                company=channel["company_id"],
                topic=event.topic,
                kind=event.kind.value,
                delivery=event.delivery_id,
                subject=event.subject or None,
                content=content,
                triggered=event.triggered_at and event.triggered_at.replace(tzinfo=None),
                columns=SQL(", ").join(SQL.identifier(name) for name in job),
                values=SQL(", ").join(SQL("%s", value) for value in job.values()),
                identity=job["identity_key"],
            )
        )

    @api.model
    def _event_job(self, channel_id, company_id):
        """Columns of the job that handles the events of a channel, as queue_job stores it."""
        env = self.env(
            user=SUPERUSER_ID,
            context={"allowed_company_ids": [company_id], "lang": "en_US"},
        )
        channel = env["sales.channel"].browse(channel_id)
        options = channel._get_job_options("events", channel._describe_event_job())
        job = Job(channel._job_handle_events, **options)
        model = env["queue.job"]
        return {
            name: model._fields[name].convert_to_column_insert(value, model)
            for name, value in job._store_values(create=True).items()
            if model._fields[name].store and model._fields[name].column_type
        }
