# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

from ..receipts.model import Receipt, ReceiptFile

KINDS = [("1", "Incoming"), ("2", "Outgoing")]


class DatevReceipt(models.Model):
    """The files of an entry under one GUID, as they are handed over.

    What is in here never changes: other files of the same entry are another receipt with
    another GUID, the same files are the same receipt in every export.
    """

    _name = "datev.receipt"
    _description = "Receipt for DATEV"
    _order = "day, id"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, index=True)
    move_id = fields.Many2one(
        "account.move", string="Entry", required=True, index=True, ondelete="restrict"
    )
    guid = fields.Char(
        string="GUID", required=True, help="Beleglink: the bookings point to this receipt."
    )
    fingerprint = fields.Char(required=True)
    kind = fields.Selection(KINDS)
    day = fields.Date(required=True)
    number = fields.Char(required=True)
    description = fields.Char()
    keywords = fields.Char()
    file_ids = fields.One2many("datev.receipt.file", "receipt_id", string="Files")
    package_ids = fields.Many2many("datev.receipt.package", string="Packages")

    _guid_once = models.UniqueIndex("(guid)")
    _files_once = models.UniqueIndex("(move_id, fingerprint)")

    def _values(self) -> list[Receipt]:
        """The receipts in the terms of the package, in the order of `self`."""
        return [
            Receipt(
                guid=receipt.guid,
                day=receipt.day,
                number=receipt.number,
                files=tuple(
                    ReceiptFile(file.id, file.name, file.size) for file in receipt.file_ids
                ),
                kind=receipt.kind or "",
                description=receipt.description or "",
                keywords=receipt.keywords or "",
            )
            for receipt in self
        ]


class DatevReceiptFile(models.Model):
    _name = "datev.receipt.file"
    _description = "File of a Receipt for DATEV"
    _order = "receipt_id, sequence, id"

    receipt_id = fields.Many2one("datev.receipt", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="receipt_id.company_id", store=True, index=True)
    sequence = fields.Integer()
    attachment_id = fields.Many2one("ir.attachment", index=True, ondelete="set null")
    name = fields.Char(required=True, help="Name of the file in the package.")
    size = fields.Integer(required=True)
    checksum = fields.Char(required=True)

    def _reader(self):
        """Return a function that reads one file by id: no queries but the one made here.

        Contents pass by one at a time; the cache of the attachments would keep them all.
        """
        # The receipts of an export are read with the rights on the export.
        attachments = self.attachment_id.sudo()
        attachments.fetch(["store_fname"])
        places = {file.id: (file, file.attachment_id.sudo()) for file in self}

        def read(file_id: int) -> bytes:
            file, attachment = places[file_id]
            if attachment.store_fname:
                content = attachments._file_read(attachment.store_fname)
            else:
                content = attachment._datev_content()
            if hashlib.sha1(content).hexdigest() != file.checksum:
                raise UserError(
                    self.env._("The receipt %(file)s is not there any more.", file=file.name)
                )
            return content

        return read
