# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from datetime import timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import AuthenticationError, ChannelError, RefusedError, ThrottledError
from ..importer import OrderImporter
from ..importer.payloads import payload_columns

_logger = logging.getLogger(__name__)

CHUNK = 50
# Changes are asked for again from a little before the last one seen, in case the channel
# stamps an order earlier than it shows it. Where one import follows the other the whole of it is
# read every five minutes, so that a change may be shown five minutes late and is not missed.
OVERLAP = timedelta(minutes=10)
BRIEF_OVERLAP = timedelta(seconds=30)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    overlap_read_at = fields.Datetime("Read Again at", readonly=True, copy=False)

    def write(self, vals):
        """Whoever sets the moment from which changes are read means all of them."""
        if "orders_cursor" in vals:
            vals = {"overlap_read_at": False, **vals}
        return super().write(vals)

    def action_import_orders(self):
        """Import now, and tell how it went."""
        self.ensure_one()
        self._require_setup()
        if not self._lock_import():
            raise UserError(self.env._("An import of this channel is already running."))
        before = self._state_counts()
        error = self._import_orders()
        after = self._state_counts()
        message = self.env._(
            "%(imported)s imported, %(attention)s need attention, %(ignored)s ignored.",
            imported=after["imported"] - before["imported"],
            attention=after["attention"],
            ignored=after["ignored"] - before["ignored"],
        )
        if error:
            return self._notify(self.env._("Import stopped"), f"{error}\n{message}", "danger")
        kind = "warning" if after["attention"] else "success"
        return self._notify(self.env._("Orders imported"), message, kind)

    def _state_counts(self):
        groups = self.env["sales.channel.order"]._read_group(
            [("channel_id", "=", self.id)], ["state"], ["__count"]
        )
        return {"imported": 0, "attention": 0, "ignored": 0, "new": 0, **dict(groups)}

    def _cron_import_orders(self):
        """Queue one import for each channel; a queued one is not queued again."""
        for channel in self.search([("auto_import", "=", True)]):
            channel._enqueue_import()

    def _enqueue_import(self):
        self.ensure_one()
        description = self.env._("Import orders of %s", self.name)
        return self._in_background("import", description)._job_import_orders()

    def _job_import_orders(self):
        """Import in the background: what is done stays done, page by page."""
        self.ensure_one()
        self._take_import()
        return self._import_orders(commit=True)

    def _lock_import(self):
        """Take the channel's import for this transaction; False if somebody has it."""
        self.env.cr.execute(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", self._LOCK_CLASS, self.id)
        )
        return self.env.cr.fetchone()[0]

    def _take_import(self, seconds=60):
        """Take the channel's import in a job, or have the job wait for its turn: that is no
        failure, however often it happens.
        """
        if not self._lock_import():
            raise RetryableJobError(
                f"an import of {self.name} is already running", seconds=seconds, ignore_retry=True
            )

    _LOCK_CLASS = 1_901_130  # keeps our locks apart from others' in the database

    def _commit_step(self, commit):
        """Save a step and go on holding the channel. Only in jobs: they can be repeated."""
        if not commit:
            return
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self._take_import()

    def _import_orders(self, commit=False):
        """Fetch all changes and process what waits. Returns the failure in words, if any.

        A failure of the channel ends the run but keeps what came before it: the next run
        starts at the page that failed.
        """
        self.ensure_one()
        channel = self.with_company(self.company_id)
        try:
            channel._fetch_orders(process=True, commit=commit)
        except ChannelError as error:
            text = channel._tell_failure(error)
            if commit and not isinstance(error, (AuthenticationError, RefusedError)):
                channel._commit_step(commit)
            return text
        channel._process_waiting(commit=commit)
        channel._note_success()
        return False

    def _tell_failure(self, error):
        """Have a failure of the channel seen, in words, which are returned."""
        text = self._explain(error)
        _logger.warning("%s: %s", self.name, text)
        self._note_failure(text)
        return text

    def _give_up(self, error):
        """End a job that the channel has failed; one that came too soon waits instead."""
        if isinstance(error, ThrottledError):
            raise RetryableJobError(str(error), seconds=int(error.retry_after) + 1) from error
        return self._tell_failure(error)

    def _get_import_start(self):
        """The moment from which changes have not been seen yet, as adapters take it."""
        return self.orders_cursor and self.orders_cursor.replace(tzinfo=timezone.utc)

    def _fetch_orders(self, process, commit=False):
        """Pages of the channel into the inbox; the cursor follows each page."""
        adapter, start, begun = self._adapter(), self._get_import_start(), fields.Datetime.now()
        is_recent = self.overlap_read_at and begun - self.overlap_read_at < OVERLAP / 2
        if start and is_recent:
            start += OVERLAP - BRIEF_OVERLAP
        for page in adapter.order_pages(start):
            self._store_payloads(adapter, page.payloads)
            if process:
                self._process_waiting(commit=commit)
            if page.last_update:
                cursor = page.last_update.replace(tzinfo=None) - OVERLAP
                if not self.orders_cursor or cursor > self.orders_cursor:
                    self.write({"orders_cursor": cursor, "overlap_read_at": self.overlap_read_at})
            self._commit_step(commit)
        if not is_recent:
            self.overlap_read_at = begun

    def _store_payloads(self, adapter, payloads):
        """Insert or update inbox rows in one statement; what has not changed is left alone.

        A change puts the row back to "new", whatever became of it before.
        """
        if not payloads:
            return
        columns = payload_columns(adapter, payloads)
        self.env["sales.channel.order"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_order (
                    external_id, name, payload, digest, updated_at,
                    channel_id, company_id, state,
                    create_uid, create_date, write_uid, write_date)
                SELECT external_id, name, payload::jsonb, digest, updated_at,
                       %(channel)s, %(company)s, 'new',
                       %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                  FROM unnest(%(keys)s::text[], %(names)s::text[], %(payloads)s::text[],
                              %(digests)s::text[], %(updates)s::timestamp[])
                    AS page (external_id, name, payload, digest, updated_at)
                ON CONFLICT (channel_id, external_id) DO UPDATE
                   SET name = EXCLUDED.name, payload = EXCLUDED.payload,
                       digest = EXCLUDED.digest, updated_at = EXCLUDED.updated_at,
                       state = 'new', write_uid = EXCLUDED.write_uid,
                       write_date = EXCLUDED.write_date
                 WHERE sales_channel_order.digest IS DISTINCT FROM EXCLUDED.digest
                """,
                channel=self.id,
                company=self.company_id.id,
                user=self.env.uid,
                keys=columns[0],
                names=columns[1],
                payloads=columns[2],
                digests=columns[3],
                updates=columns[4],
            )
        )
        self.env["sales.channel.order"].invalidate_model()

    def _process_waiting(self, commit=False):
        """Work through the inbox in chunks until nothing waits."""
        done = self.env["sales.channel.order"]
        while chunk := self._next_chunk(done):
            chunk._process()
            done |= chunk
            self._commit_step(commit)

    def _next_chunk(self, done):
        """The next rows that wait, locked; rows another worker holds are left to it."""
        self.env["sales.channel.order"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM sales_channel_order
                 WHERE channel_id = %s AND state = 'new' AND id <> ALL(%s)
                 ORDER BY updated_at, id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                self.id,
                done.ids,
                CHUNK,
            )
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        return self.env["sales.channel.order"].browse(ids)

    def _importer(self):
        """What turns payloads of this channel into orders."""
        self.ensure_one()
        preview = bool(self.env.context.get("channel_preview"))
        return OrderImporter(self.with_company(self.company_id), preview=preview)
