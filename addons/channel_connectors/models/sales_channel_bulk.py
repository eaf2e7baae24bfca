# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields, models

from ..channels.base.errors import ChannelError
from .sales_channel_import import OVERLAP

# From so many orders on a file with all of them is cheaper than asking page by page.
BULK_FROM = 2000
POLL_SECONDS = 15
# The channel itself gives an operation up after ten days.
LONGEST = timedelta(days=10)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    bulk_operation = fields.Char(readonly=True, copy=False)
    bulk_started = fields.Datetime("File Requested", readonly=True, copy=False)

    def action_import_all(self):
        """Fetch all orders there are, in the background."""
        self.ensure_one()
        self._require_setup()
        self.orders_cursor = False
        self._enqueue_bulk()
        return self._notify(
            self.env._("All orders are on their way"),
            self.env._(
                "The channel writes them into a file, which takes minutes to hours. "
                "You can go on working."
            ),
            "success",
        )

    def _job_import_orders(self):
        """The first import of a large shop, and what follows while its file is made."""
        self.ensure_one()
        if self.bulk_operation:
            return self._job_bulk()
        if not self.orders_cursor and self._is_large():
            return self._job_bulk()
        return super()._job_import_orders()

    def _is_large(self):
        """Whether all orders at once are worth a file."""
        try:
            return self._adapter().order_count(None) >= BULK_FROM
        except ChannelError:
            # The import that follows tells what is wrong.
            return False

    def _enqueue_bulk(self, seconds=0):
        self.ensure_one()
        description = self.env._("Import all orders of %s", self.name)
        return self._in_background("bulk", description, eta=seconds)._job_bulk()

    def _job_bulk(self):
        """Ask for the file, wait for it, import it: each time as far as it goes by now."""
        self.ensure_one()
        self._take_import()
        channel = self.with_company(self.company_id)
        try:
            return channel._advance_bulk()
        except ChannelError as error:
            return channel._give_up(error)

    def _advance_bulk(self, commit=True):
        adapter = self._adapter()
        if self.bulk_operation and self.bulk_started < fields.Datetime.now() - LONGEST:
            self.bulk_operation = False
        if not self.bulk_operation:
            # Saved at once: an operation that was forgotten would be started again.
            self.bulk_started = fields.Datetime.now()
            self.bulk_operation = adapter.start_bulk(self._get_import_start())
            self._commit_step(commit)
        state = adapter.bulk_state(self.bulk_operation)
        if state.error:
            self.write({"bulk_operation": False})
            self._note_failure(self.env._("All orders at once: %s", state.error))
            return state.error
        if not state.is_done:
            self._enqueue_bulk(seconds=POLL_SECONDS)
            return False
        for page in adapter.bulk_pages(state):
            self._store_payloads(adapter, page.payloads)
            self._process_waiting(commit=commit)
            self._commit_step(commit)
            self.env.invalidate_all()
        # What has changed since the file was begun is fetched page by page.
        self.write({"bulk_operation": False, "orders_cursor": self.bulk_started - OVERLAP})
        self._note_success()
        return False

    def _handle_bulk(self, event):
        """The channel says that a file is there: no need to wait for the next look."""
        if event.subject and event.subject == self.bulk_operation:
            self._enqueue_bulk()
        event._finish()
