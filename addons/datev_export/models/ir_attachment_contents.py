# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
from collections.abc import Iterator
from contextlib import contextmanager

from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _datev_contents(self) -> Iterator[bytes]:
        """The content of each file in the order of `self`, one in memory at a time.

        Read one by one and forgotten after use: prefetching and the cache would keep them all.
        """
        for attachment in self:
            yield attachment._datev_content()

    def _datev_content(self) -> bytes:
        self.ensure_one()
        content = self.with_prefetch().raw or b""
        # Nothing is flushed: a download may run on a connection that only reads.
        self.invalidate_recordset(["raw", "db_datas"], flush=False)
        return content

    def _datev_opener(self):
        """Return a function that opens the file when its turn comes."""

        @contextmanager
        def opened():
            yield io.BytesIO(self._datev_content())

        return opened
