# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import ChannelError
from .sales_channel_intent import KINDS, OPEN_STATES

_logger = logging.getLogger(__name__)

# Keeps our locks apart from others' in the database; one number for each kind.
LOCK_CLASS = 1_901_140
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240)]
MAX_ATTEMPTS = 12
HELD_PAUSE = timedelta(minutes=30)
AUTH_PAUSE = timedelta(hours=1)


class IntentHeld(Exception):
    """The effect has to wait for somebody else; the message says for whom."""


class IntentRefused(Exception):
    """The effect cannot be had; the message says why and what to do."""


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    # ------------------------------------------------------------------- jobs
    def _enqueue_outgoing(self, kind, eta=None):
        """Queue a run for one kind of effect; a queued one is not queued again."""
        self.ensure_one()
        description = self.env._("Tell %(channel)s: %(kind)s", channel=self.name, kind=kind)
        # sudo: whoever ships or credits need not be allowed to run the channel's jobs
        delayed = self.sudo()._in_background(kind, description, eta)
        return getattr(delayed, f"_job_send_{kind}")()

    def _job_send_fulfilment(self):
        self._send_intents("fulfilment", commit=True)

    def _job_send_tracking(self):
        self._send_intents("tracking", commit=True)

    def _job_send_cancellation(self):
        self._send_intents("cancellation", commit=True)

    def _job_send_refund(self):
        self._send_intents("refund", commit=True)

    @api.model
    def _cron_send_outgoing(self):
        """Take up what is due again, also what a killed worker has left behind."""
        groups = self.env["sales.channel.intent"]._read_group(
            self._due_domain(), ["channel_id", "kind"]
        )
        for channel, kind in groups:
            channel._enqueue_outgoing(kind)

    @api.model
    def _due_domain(self):
        now = fields.Datetime.now()
        return Domain("state", "in", OPEN_STATES) & (
            Domain("next_try", "=", False) | Domain("next_try", "<=", now)
        )

    def action_send_outgoing(self):
        """Send now what waits."""
        self.ensure_one()
        self.check_access("write")
        self._require_setup()
        for kind, _label in KINDS:
            if kind != "stock":
                self._send_intents(kind)

    # ---------------------------------------------------------------- sending
    @contextmanager
    def _exclusively(self, kind, commit):
        """Only one worker sends one kind of effect to one channel.

        A run that commits holds the lock in a transaction of its own: it ends with the
        worker, however that ends.
        """
        number = LOCK_CLASS + [name for name, _label in KINDS].index(kind)
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", number, self.id)
        if not commit:
            self.env.cr.execute(query)
            if not self.env.cr.fetchone()[0]:
                raise UserError(self.env._("This channel is just being told. Try again later."))
            yield
            return
        with self.env.registry.cursor() as cr:
            cr.execute(query)
            if not cr.fetchone()[0]:
                raise RetryableJobError(
                    f"{self.name}: {kind} is being sent", seconds=30, ignore_retry=True
                )
            yield

    def _keep(self, commit):
        """Make a step last. Only in jobs: what they do can be repeated."""
        self.env.flush_all()
        if commit:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _send_intents(self, kind, commit=False):
        """Send what is due, oldest first, each on its own."""
        self.ensure_one()
        channel = self.with_company(self.company_id)
        domain = self._due_domain() & Domain("channel_id", "=", self.id)
        with channel._exclusively(kind, commit):
            # What the lock kept us waiting for is not in this transaction's view.
            self._keep(commit)
            intents = channel.env["sales.channel.intent"].search(
                domain & Domain("kind", "=", kind), order="id"
            )
            adapter = channel._adapter() if intents else None
            for intent in intents:
                # Each step that is kept empties the cache: read this one again, not all that wait.
                alone = intent.with_prefetch() if commit else intent
                if alone._send(adapter, commit) == "stop":
                    break


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _send(self, adapter, commit):
        """Have the channel do it. Returns "stop" if the channel takes nothing now."""
        self.ensure_one()
        channel = self.channel_id
        self.write({"state": "sending", "attempts": self.attempts + 1, "error": False})
        channel._keep(commit)
        try:
            values = getattr(self, f"_execute_{self.kind}")(adapter, commit) or {}
        except IntentHeld as held:
            self._wait(str(held), HELD_PAUSE)
        except IntentRefused as refused:
            self._fail(str(refused))
        except ChannelError as error:
            result = self._note_error(error)
            channel._keep(commit)
            return result
        else:
            self._finish(values)
        channel._keep(commit)
        return None

    def _finish(self, values):
        self.write({"state": "done", "done_at": fields.Datetime.now(), "error": False, **values})

    def _wait(self, text, pause):
        state = "sending" if self._is_uncertain() else "waiting"
        self.write({"state": state, "error": text, "next_try": fields.Datetime.now() + pause})

    def _fail(self, text):
        self.write({"state": "failed", "error": text, "next_try": False})

    def _note_error(self, error):
        """Decide what a failure of the channel means for this effect and those after it."""
        text = self.channel_id._explain(error)
        _logger.info("%s: %s", self.name, text)
        if error.kind == "refused":
            # The channel has understood and done nothing.
            self._save_progress(asked=None)
            self._fail(text)
            return None
        if error.kind == "auth":
            self._wait(text, AUTH_PAUSE)
            self.channel_id._note_failure(text)
            return "stop"
        if getattr(error, "unsent", False) or error.kind == "throttled":
            self._save_progress(asked=None)
        if self.attempts >= MAX_ATTEMPTS:
            self._fail(text)
            return None
        pause = PAUSES[min(self.attempts, len(PAUSES)) - 1]
        self._wait(text, max(pause, timedelta(seconds=getattr(error, "retry_after", 0))))
        return "stop"

    def _save_progress(self, **values):
        """Note what was asked for or what came of it; None takes a note away."""
        progress = {**(self.progress or {}), **values}
        self.progress = {key: value for key, value in progress.items() if value is not None}
