# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import tempfile
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..receipts.checker import check_package
from ..receipts.document import Cover
from ..receipts.model import ARCHIVE, INBOX
from ..receipts.package import digest, write_package

FILINGS = [
    (INBOX, "Inbox of DATEV Unternehmen online"),
    (ARCHIVE, "Folders by year, kind and month"),
]
# The clock of the format has no zone; it is the advisor's.
ZONE = ZoneInfo("Europe/Berlin")


def megabytes(env, size: int) -> str:
    """Size of a file for people; small ones count as 0.01 MB."""
    return f"{formatLang(env, max(size / 1_000_000, 0.01), digits=2)} MB"


class DatevReceiptPackage(models.Model):
    """A ZIP of receipts. Its bytes are made anew for each download, and always the same."""

    _name = "datev.receipt.package"
    _description = "Package of Receipts for DATEV"
    _order = "export_id, part"

    export_id = fields.Many2one("datev.export", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    part = fields.Integer(required=True)
    name = fields.Char(required=True)
    made_on = fields.Datetime(required=True)
    description = fields.Char()
    filing = fields.Selection(FILINGS, required=True)
    receipt_ids = fields.Many2many("datev.receipt", string="Contents")
    document_count = fields.Integer(string="Receipts", required=True)
    file_count = fields.Integer(string="Files", required=True)
    size = fields.Integer(string="Bytes")
    size_text = fields.Char(string="Size", compute="_compute_size_text")
    sha256 = fields.Char(string="SHA-256")

    @api.depends("size")
    def _compute_size_text(self):
        for package in self:
            package.size_text = megabytes(self.env, package.size)

    def _cover(self) -> Cover:
        local = self.made_on.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZONE)
        return Cover(
            stamp=datetime(*local.timetuple()[:6]),
            description=self.description or "",
            filing=self.filing,
        )

    @contextmanager
    def _open(self):
        """The ZIP as a temporary file on disk, checked to be the one that was exported."""
        self.ensure_one()
        with tempfile.TemporaryFile() as target:
            receipts = self.receipt_ids.sorted(lambda receipt: (receipt.day, receipt.id))
            write_package(target, self._cover(), receipts._values(), receipts.file_ids._reader())
            found = digest(target)
            if self.sha256 and found != self.sha256:
                raise UserError(
                    self.env._("%(file)s cannot be made again as it was.", file=self.name)
                )
            yield target

    def _seal(self) -> set[str]:
        """Write the package for the first time, check it, keep its digest; its GUIDs."""
        with self._open() as target:
            guids, problems = check_package(target)
            if problems:
                raise UserError(
                    self.env._(
                        "%(file)s breaks a rule of DATEV: %(place)s %(message)s",
                        file=self.name,
                        place=problems[0].place,
                        message=problems[0].message,
                    )
                )
            self.sha256 = digest(target)
            self.size = target.seek(0, 2)
        return guids

    def action_download(self):
        """The package, the same bytes each time."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/datev_export/receipts/{self.id}",
            "target": "self",
        }
